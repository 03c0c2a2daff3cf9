/* Which values lie in memory as halves. Kernels compute with floats all the same: they widen what they load and round what
 * they store, so that a value inside a kernel is never rounded, and memory and caches hold twice as many. */
#ifndef TENON_PLAN_HALF_H
#define TENON_PLAN_HALF_H
#include "plan/kernel.h"

/* Sets Value.half. Not of inputs and outputs, whose type the model says, nor of what whole numbers of quantised models,
 * positions and comparisons are computed from. */
void half_values(Graph *g, Arena *tmp);
#endif
