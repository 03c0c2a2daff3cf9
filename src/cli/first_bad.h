/* Where a wrong result begins. */
#ifndef TENON_CLI_FIRST_BAD_H
#define TENON_CLI_FIRST_BAD_H
#include "cli/cases.h"
#include "cli/runner.h"

/* Prints which node is the first whose result is wrong, and whether import, passes or the compiled C are at fault: the
 * imported graph by the interpreter against the data (`want`, NULL: the interpreter was the data), then the graph after
 * the passes by the interpreter against the compiled C with every kernel's result kept. */
void first_bad(Arena *a, Model *m, const Options *o, const Graph *g, const Tensor *const *in, Case *want);
#endif
