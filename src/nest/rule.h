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

/* Sums of products (convolution, matrix product, depthwise): register tiles of vectors chosen by a model
 * of what a step of the reduction costs (contraction.c). False: not of that kind, nothing was applied. */
bool rule_contraction(Rule *r, ExprId reduction);
/* A stage without reductions that reads along one axis and writes along another (turn.c). */
bool rule_turn(Rule *r);
/* Reductions along the axis on which their operands lie: lanes are partial results (reduction.c). */
bool rule_fold(Rule *r, ExprId reduction);
/* Reductions over a guarded window in lanes of an axis that no guard depends on (pooling): neighbours of a row side by
 * side, borders apart. */
bool rule_window(Rule *r, ExprId reduction, AxisId lane, int64_t lanes);
/* A stage that has `have` accumulators gets so many that chains of additions do not wait for each other. */
void rule_apart(Rule *r, ExprId reduction, int64_t have);
#endif
