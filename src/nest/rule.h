/* What the rules of thumb for schedules share: default.c asks them in turn, each stage for itself. */
#ifndef TENON_NEST_RULE_H
#define TENON_NEST_RULE_H
#include "nest/schedule.h"

typedef struct {
    Arena *a;
    Plan *p;
    Schedule *out; /* the steps taken so far */
    uint32_t stage;
    const char *why; /* of the step refused last */
} Rule;

/* Applies one step and notes it; false where it is not legal. */
bool rule_step(Rule *r, Step s);
/* axis or buffer may be NULL, as the step wants it. */
bool rule_step1(Rule *r, StepKind k, const char *axis, int64_t number, const char *buffer);

/* Sums of products with a constant (convolution, matrix product, depthwise): register tiles of vectors chosen by a model
 * of what a step of the reduction costs (contraction.c). False: not of that kind, nothing was applied. */
bool rule_contraction(Rule *r, ExprId reduction);
#endif
