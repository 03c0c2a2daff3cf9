/* Boards: a target with the memory, clock and tools of one machine, read at run time from a text file of lines
 * `key words`, '#' begins a comment:
 *     help    what it is
 *     target  which target it starts from
 *     flash   ORIGIN SIZE   where code and constants stay, as 0x08000000 2M
 *     ram     ORIGIN SIZE
 *     vectors ORIGIN        where the processor looks for its vectors, if that is not the start of the flash
 *     clock   MHz
 *     core    the processor whose cycles are estimated, as LLVM names it, in place of the target's
 *     time    instructions   the emulator's clock goes on by 1 ns an instruction, so that times are counts of these
 *     start   which start-up code its images have: `arm-m`; without it an operating system starts programs
 *     cc, cflags, ldflags, run   the compiler in place of the target's; flags behind the target's; flags for linking; the
 *             command that runs a program, where {program} is its file and {arguments} stands for ,arg=WORD of each
 *             argument; without these the file and the arguments go behind the command
 * Only `target` has to be there. A board without `run` is compiled for and linked for, but not run. */
#ifndef TENON_TARGET_BOARD_H
#define TENON_TARGET_BOARD_H
#include "target/target.h"

typedef struct {
    uint64_t origin;
    int64_t bytes;
} Memory;

struct Board {
    Memory flash, ram; /* bytes 0: not told */
    uint64_t vectors;
    bool counts;       /* a nanosecond of its time is an instruction */
    double mhz;        /* 0: not told */
    const char *start; /* "": none */
    const char *ldflags;
};

/* A target of name `name` from the text of a board's file, in a; NULL with a diagnostic for each bad line of `file`. */
const Target *board_parse(Arena *a, Diag *d, const char *file, const char *name, const char *text);
/* What code is to be: fast; of the kernels for little code, compiled as fast as they can be (-O2); little (-Os). */
typedef enum { OPTIMIZE_speed, OPTIMIZE_balanced, OPTIMIZE_size } Optimize;
/* The same with the C compiler asked for that, in a; t itself for speed and where it has variants. */
const Target *target_for(Arena *a, const Target *t, Optimize what);
/* The same for code without a C library (-ffreestanding), in a; t itself where it is so already. */
const Target *target_for_freestanding(Arena *a, const Target *t);
/* The same with programs that need no libraries where they run (-static), in a. */
const Target *target_static(Arena *a, const Target *t);
/* Its code includes none of the library's headers. */
bool target_freestanding(const Target *t);
/* Programs for it are images with start-up code of their own. */
bool target_image(const Target *t);
/* Its command for `program` with n words behind it, word by word. */
typedef void CommandWord(void *to, const char *word);
void target_command(Arena *a, const Target *t, const char *program, const char *const *word, uint32_t n, CommandWord *add, void *to);
#endif
