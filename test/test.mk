# Included by the Makefile. Unit tests are test/unit/X_test.c; every other driver is a script of test/run.sh.
UNIT := $(patsubst test/unit/%_test.c,$(B)/test/%_test,$(wildcard test/unit/*_test.c))

$(B)/test/pool_test: LDLIBS += -pthread
$(B)/test/%_test: test/unit/%_test.c $(B)/libtenon.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(STRICT) $(CPPFLAGS) -MMD -MP -MF $@.d -MT $@ $(LDFLAGS) $< $(B)/libtenon.a $(LDLIBS) -o $@

units: $(UNIT)

test: $(B)/tenon $(UNIT)
	@TENON=$(abspath $(B))/tenon BUILD=$(B) bash test/run.sh

-include $(UNIT:=.d)
.PHONY: units
