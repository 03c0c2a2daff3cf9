/* Cycles that a processor takes for counted instructions, by LLVM's models of processors: an estimate. */
#ifndef TENON_CLI_ESTIMATE_H
#define TENON_CLI_ESTIMATE_H
#include "cli/count.h"

/* What an estimate was made with. */
typedef struct {
    const char *tool;  /* "llvm-mca-19"; NULL: none of LLVM 19 or later is installed, nothing was estimated */
    double unknown;    /* the part of the executed instructions that the model does not know, from 0 to 1 */
} Estimate;

/* Fills in `cycles` of c's blocks and steps for `core` whose code is `triple`, as LLVM names them. False with a diagnostic
 * when LLVM has no model of it. Method: llvm-mc turns the executed bytes into assembly; llvm-mca simulates each block
 * again and again, as if it was the body of a loop, which the heavy ones are; its cycles a round times how often the
 * block was executed. So caches always hit, branches are foreseen and cost what the model says of them, and nothing
 * overlaps between different blocks. */
bool estimate_cycles(Arena *a, Diag *d, const char *core, const char *triple, Counts *c, Estimate *out);
#endif
