/* How many instructions each step of a compiled model executes, counted by the emulator that runs it. */
#ifndef TENON_CLI_COUNT_H
#define TENON_CLI_COUNT_H
#include "cli/runner.h"

/* Instructions that follow each other up to a branch, as the emulator has found them. */
typedef struct {
    const char *hex;  /* their bytes in memory, two digits each; a comma between instructions */
    int64_t vtype;    /* RISC-V: what the last vsetvli before it has set; -1: none, or another processor */
    int64_t length;   /* instructions */
    double times;     /* executions in all steps */
    double cycles;    /* estimated, of one execution */
} CountBlock;

typedef struct {
    uint32_t step; /* from 1 */
    uint32_t block;
    double times;
} CountEntry;

typedef struct {
    Vec(CountBlock) block;
    Vec(CountEntry) entry;
    uint32_t nstep;
    double *instructions, *cycles; /* by step from 1; [0] is the sum */
} Counts;

/* An emulator runs programs for t that can tell which instructions it executes. */
bool count_possible(const Target *t);
/* r was opened by runner_open_marked. One run; functions of libraries count to the step that calls them, what the program
 * does before and behind the model does not count. NULL with diagnostics. Method: a plugin of QEMU's (TCG plugins,
 * qemu.org/docs/master/devel/tcg-plugins.html), built here, counts executed blocks. */
Counts *count_steps(Runner *r, const Tensor *const *in);
#endif
