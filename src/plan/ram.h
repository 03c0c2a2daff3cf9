/* How much memory a program needs while it runs. */
#ifndef TENON_PLAN_RAM_H
#define TENON_PLAN_RAM_H
#include "plan/program.h"

/* Bytes of the arena, of inputs and outputs outside it and of the stack; the last is an estimate, arrays of kernels and
 * calls. */
int64_t ram_bytes(const Program *p);
#endif
