/* Samples of a batch that do not depend on each other: then a plan for one of them does for any number. */
#ifndef TENON_PASS_SAMPLES_H
#define TENON_PASS_SAMPLES_H
#include "pass/pass.h"

/* g[i] is the same model with size[i] in place of one open dimension; the first two sizes are SAMPLES_SIZES. True when
 * each sample of the outputs depends on the same sample of the inputs alone, and neither on its place nor on how many there
 * are; step[p] is then how many elements of port p (inputs, then outputs) are one sample, 0 where the port has none.
 * Otherwise false with a diagnostic that names the node. The graphs are changed: what they say twice is expanded. */
bool samples_independent(Arena *a, Graph *const *g, const int64_t *size, uint32_t n, Diag *d, int64_t *step);

/* Primes, so that a dimension that holds the batch is a multiple of both, by the same number. */
#define SAMPLES_SIZES 7, 11
#endif
