/* Two tensors that should be the same. */
#ifndef TENON_CLI_COMPARE_H
#define TENON_CLI_COMPARE_H
#include "ir/graph.h"

typedef struct {
    double rtol, atol;
    bool atol_of_largest; /* atol counts in units of the wanted tensor's largest finite magnitude */
    bool exact_integers;
} Tolerance;

typedef struct {
    bool same;
    const char *reason; /* types or shapes differ: in words; else NULL */
    double largest;     /* |got - want|, over elements where both are finite */
    int64_t bad, of;    /* elements beyond the tolerance, elements */
    int64_t worst;      /* the element furthest beyond it, -1: none */
} Comparison;

/* |got - want| <= atol + rtol * |want|; NaN equals NaN, infinities equal themselves. */
Comparison compare_tensors(Arena *a, const Tensor *got, const Tensor *want, Tolerance t);
/* `max error 1.2e-07` or `12 of 1000 elements differ, worst [0,3]: got 1.5, want 1.25` */
const char *compare_text(Arena *a, const Comparison *c, const Tensor *got, const Tensor *want);
#endif
