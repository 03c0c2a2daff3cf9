# make            build/tenon
# make test       everything; the last line is `N passed, N failed`
# make doc        what the program says about itself: doc/operators.md, doc/tenon.1
# make install    PREFIX=/usr/local, DESTDIR= for packagers
# make SAN=1      the compiler under ASan and UBSan, in build-san/

VERSION := 0.1.0
PREFIX ?= /usr/local
CC ?= gcc
B := $(if $(SAN),build-san,build)
CFLAGS ?= -O2 -g
STRICT := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-format-truncation
CPPFLAGS := -Isrc -I. -I$(B)/gen -D_GNU_SOURCE -DTENON_VERSION='"$(VERSION)"'
LDLIBS := -lprotobuf-c -lcjson -lm
ifdef SAN
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif

SRC := $(shell find src -name '*.c' | sort)
GEN := $(B)/gen/import/onnx/onnx.pb-c.c $(B)/gen/skeletons.c
OBJ := $(SRC:%.c=$(B)/%.o) $(GEN:$(B)/%.c=$(B)/%.o)
LIB := $(filter-out $(B)/src/cli/main.o,$(OBJ))

all: $(B)/tenon

$(B)/tenon: $(OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/libtenon.a: $(LIB)
	rm -f $@ && $(AR) rcs $@ $^

$(B)/src/%.o: src/%.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(STRICT) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(B)/gen/%.o: $(B)/gen/%.c
	$(CC) $(CFLAGS) -std=c11 $(CPPFLAGS) -c $< -o $@

# The schema of model files, written in src/import/onnx/onnx.proto from the published field numbers.
$(B)/gen/import/onnx/onnx.pb-c.c: src/import/onnx/onnx.proto
	@mkdir -p $(@D)
	protoc-c --proto_path=src --c_out=$(B)/gen $<

# Real C snippets and file skeletons that the output contains, as one table of strings. A snippet f32xN_* is written for
# vectors of N floats; there is one of it for each N.
WIDE := $(wildcard runtime/snippet/f32xN_*.h)
WIDTHS := 4 8 16
# A snippet dot_NxL is written for tiles of N pixels and L lanes.
TILES := 1x1 1x2 1x3 1x4 2x1 2x2 3x1 3x2 4x1 4x2
# A snippet dot_BxL is written for bytes with or without signs and L lanes.
LANES := 1 2 3 4
# A snippet with _T in its name is written for bytes of type T, without signs and with; dot_Nx2_T for tiles of N pixels too.
TYPED := $(filter-out %dot_Nx2_T.h,$(wildcard runtime/snippet/*_T.h runtime/snippet/*_T_*.h))
T_u8 := -e 's/_T\(_\|\b\)/_u8\1/g' -e 's/T_type/uint8_t/g' -e 's/T_lowest/0/g' -e 's/T_largest/255/g' -e 's/T_saturate/__builtin_arm_usat/g' \
    -e 's/T_widened(a)/vreinterpretq_s16_u16(vldrbq_u16(a))/g' -e 's/T_narrowed/vqmovun_s16/g' -e 's/T_xtb16/uxtb16/g'
T_i8 := -e 's/_T\(_\|\b\)/_i8\1/g' -e 's/T_type/int8_t/g' -e 's/T_lowest/-128/g' -e 's/T_largest/127/g' -e 's/T_saturate/__builtin_arm_ssat/g' \
    -e 's/T_widened(a)/vldrbq_s16(a)/g' -e 's/T_narrowed/vqmovn_s16/g' -e 's/T_xtb16/sxtb16/g'
ROWS := 2x2_u8 3x2_u8 4x2_u8 2x2_i8 3x2_i8 4x2_i8
GENERATED := $(TILES:%=dot_%.h) $(ROWS:%=dot_%.h) $(LANES:%=dot_i8x%.h) $(LANES:%=dot_u8x%.h) $(WIDTHS:%=rvv_f32x%.h) \
    $(foreach t,u8 i8,$(subst _T,_$(t),$(notdir $(TYPED)))) \
    $(foreach n,$(WIDTHS),$(WIDE:runtime/snippet/f32xN_%=f32x$(n)_%))
TEMPLATES := $(WIDE) $(TYPED) $(addprefix runtime/snippet/,rvv_f32xN.h dot_NxL.h dot_1xL.h dot_BxL.h dot_Nx2_T.h)
SKEL := $(GENERATED:%=$(B)/gen/runtime/snippet/%) $(filter-out $(TEMPLATES),$(wildcard runtime/snippet/*.h)) \
    $(wildcard src/emit/skel/*) $(wildcard src/cli/skel/*) $(wildcard src/target/boards/*.board) \
    $(wildcard runtime/pool/tenon_pool.*) runtime/cpu/x86_cpu.h $(wildcard runtime/libm/*.h)
define WIDTH
$(B)/gen/runtime/snippet/f32x$(1)_%.h: runtime/snippet/f32xN_%.h
	@mkdir -p $$(@D)
	sed 's/xN/x$(1)/g' $$< >$$@
endef
$(foreach n,$(WIDTHS),$(eval $(call WIDTH,$(n))))
$(B)/gen/runtime/snippet/rvv_f32x%.h: runtime/snippet/rvv_f32xN.h
	@mkdir -p $(@D)
	sed -e 's/xN/x$*/g' -e 's/\bN\b/$*/g' $< >$@
define TILE
$(B)/gen/runtime/snippet/dot_$(1).h: runtime/snippet/dot_$(if $(filter 1x%,$(1)),1,N)xL.h
	@mkdir -p $$(@D)
	sed -e 's/\b[N1]xL\b/$(1)/g' -e 's/dot_[N1]xL/dot_$(1)/g' -e 's/\bN\b/$(firstword $(subst x, ,$(1)))/g' -e 's/\bL\b/$(lastword $(subst x, ,$(1)))/g' $$< >$$@
endef
$(foreach t,$(TILES),$(eval $(call TILE,$(t))))
define ROW
$(B)/gen/runtime/snippet/dot_$(1)x2_$(2).h: runtime/snippet/dot_Nx2_T.h
	@mkdir -p $$(@D)
	sed -e 's/Nx2/$(1)x2/g' $$(T_$(2)) -e 's/\bN\b/$(1)/g' $$< >$$@
endef
$(foreach n,2 3 4,$(foreach t,u8 i8,$(eval $(call ROW,$(n),$(t)))))
define BYTE
$(B)/gen/runtime/snippet/$(subst _T,_$(2),$(notdir $(1))): $(1)
	@mkdir -p $$(@D)
	sed $$(T_$(2)) $$< >$$@
endef
$(foreach f,$(TYPED),$(foreach t,u8 i8,$(eval $(call BYTE,$(f),$(t)))))
$(B)/gen/runtime/snippet/dot_i8x%.h: runtime/snippet/dot_BxL.h
	@mkdir -p $(@D)
	sed -e 's/dot_BxL/dot_i8x$*/g' -e 's/\bL\b/$*/g' $< >$@
$(B)/gen/runtime/snippet/dot_u8x%.h: runtime/snippet/dot_BxL.h
	@mkdir -p $(@D)
	sed -e 's/dot_BxL/dot_u8x$*/g' -e 's/\bL\b/$*/g' -e 's/const int8_t \*x/const uint8_t *x/' -e '/r"(points)/s/sxtb16/uxtb16/' $< >$@
$(B)/gen/skeletons.c: tools/embed.sh $(SKEL)
	@mkdir -p $(@D)
	sh tools/embed.sh $(SKEL) > $@.tmp && mv $@.tmp $@

doc: $(B)/tenon
	$(B)/tenon ops >doc/operators.md
	sh tools/man.sh $(B)/tenon >doc/tenon.1

# Files that name the version or the prefix are filled in from *.in.
FILL = sed -e 's|@VERSION@|$(VERSION)|g' -e 's|@PREFIX@|$(PREFIX)|g'

install: $(B)/tenon
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/doc/tenon
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/lib/cmake/tenon
	install -m 755 $(B)/tenon $(DESTDIR)$(PREFIX)/bin/tenon
	install -m 644 doc/tenon.1 $(DESTDIR)$(PREFIX)/share/man/man1/tenon.1
	install -m 644 LICENSE README.md CHANGELOG.md $(DESTDIR)$(PREFIX)/share/doc/tenon
	$(FILL) tools/package/tenon.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/tenon.pc
	$(FILL) tools/package/tenonConfig.cmake.in >$(DESTDIR)$(PREFIX)/lib/cmake/tenon/tenonConfig.cmake
	$(FILL) tools/package/tenonConfigVersion.cmake.in >$(DESTDIR)$(PREFIX)/lib/cmake/tenon/tenonConfigVersion.cmake

clean:
	rm -rf build build-san

-include $(OBJ:.o=.d)
-include test/test.mk
.PHONY: all clean doc test install
