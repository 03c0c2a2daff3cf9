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

static inline StagePlan *rule_plan(const Rule *r) {
    return &r->p->stage[r->stage];
}
/* The name of piece i, counted from the last one where i is negative; it outlives the steps that follow. */
const char *rule_name(const Rule *r, int i);
/* Does a guard of the reduction depend on the axis? */
bool rule_guarded(const Rule *r, ExprId reduction, AxisId a);
/* Largest divisor of extent up to `most`; where only small ones exist, `most` itself with an edge. */
int64_t rule_tile_size(int64_t extent, int64_t most);

/* Where a rule began, to go back to when one of its steps is refused. */
typedef struct {
    StagePlan plan;
    Stage stage;
    uint32_t steps;
} RuleMark;
RuleMark rule_mark(const Rule *r);
bool rule_back(Rule *r, const RuleMark *m); /* always false */

/* Sums of products (convolution, matrix product, depthwise): register tiles of vectors chosen by a model
 * of what a step of the reduction costs (contraction.c). False: not of that kind, nothing was applied. */
bool rule_contraction(Rule *r, ExprId reduction);
/* Sums of 16-bit numbers by a constant of bytes, for targets without vectors (bytes.c). False: nothing was applied. */
bool rule_bytes(Rule *r, ExprId reduction);
/* Sums of bytes by a constant of bytes, for targets that sum rows (rows.c). False: nothing was applied. */
bool rule_rows(Rule *r, ExprId reduction);
/* A stage without reductions that reads along one axis and writes along another (turn.c). */
bool rule_turn(Rule *r);
/* Reductions along the axis on which their operands lie: lanes are partial results (reduction.c). */
bool rule_fold(Rule *r, ExprId reduction);
/* Reductions over a guarded window in lanes of an axis that no guard depends on (pooling): neighbours of a row side by
 * side, borders apart. */
bool rule_window(Rule *r, ExprId reduction, AxisId lane, int64_t lanes);
/* A stage that has `have` accumulators gets so many that chains of additions do not wait for each other; false: it has
 * enough, or they cannot be kept apart. */
bool rule_apart(Rule *r, ExprId reduction, int64_t have);
#endif
