# Read behind the Makefile of the model's package, in its folder: the compiler, its flags and how a board is linked are those.
# The image is ../kws.elf. SEMIHOSTING=1: words go to the debugger.
CFLAGS += -I. -Wall -Wextra
ifdef SEMIHOSTING
CFLAGS += -DSEMIHOSTING
LDFLAGS := $(filter-out --specs=%,$(LDFLAGS)) --specs=rdimon.specs
endif

../kws.elf: main.o features.o sound.o kws_model_start.o libkws_model.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

main.o features.o: %.o: $(SOURCE)/%.c $(SOURCE)/kws.h kws_model.h always
	$(CC) $(CFLAGS) -I$(SOURCE) -c -o $@ $<

sound.o: $(SOURCE)/sound.S $(WAV) always
	$(CC) $(CFLAGS) -DWAV='"$(WAV)"' -c -o $@ $<

# These depend on variables of the command line too.
kws_model_start.o: always
.PHONY: always
