/* The step `elements`: neighbours along a reduced piece that all lanes share are loaded as one vector, and products take
 * its elements: fmla v, v, v.s[i] and the like need no instruction to spread a scalar. */
#include "nest/step.h"

ExprId elements_load(const Nest *n, ExprId product, AxisId lane) {
    const Expr *v = x_get(n, product);
    if (v->kind != X_fn || v->id != FN_mul || v->dtype != DT_f32) return NO_EXPR;
    for (int i = 0; i < 2; i++) {
        ExprId x = x_arg(n, product, i), w = x_arg(n, product, 1 - i);
        if (x_float_load(n, x) == NO_EXPR || x_get(n, x)->dtype != DT_f32 || x_uses_axis(n, x, lane)) continue;
        if (x_uses_axis(n, w, lane)) return x;
    }
    return NO_EXPR;
}

bool elements_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, AxisId lane, const ExprId *map, const char **why) {
    Nest *n = p->nest;
    const Piece *d = &s->piece[at];
    ExprId red[2], x;
    int64_t coef;
    IdMap done = {0};
    if (d->size != target_lanes(p->target, DT_f32) || d->step != 1)
        return WHY("%s has %lld points, a vector %d", d->name, (long long)d->size, target_lanes(p->target, DT_f32));
    for (int i = 0; i < s->npiece; i++) {
        if (i > at && s->piece[i].reduce) return WHY("%s is not the innermost reduced piece", d->name);
        if (s->piece[i].apart) return WHY("%s has accumulators of its own", s->piece[i].name);
    }
    if (x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || x_get(n, red[0])->id != COMBINE_sum)
        return WHY("the stage is not one sum");
    if (x_arg(n, red[0], 1) != NO_EXPR && x_uses_axis(n, x_arg(n, red[0], 1), d->root))
        return WHY("a guard depends on %s", d->name);
    ExprId v = x_rewrite(n, x_arg(n, red[0], 0), map, NULL, NULL, &done);
    AxisId along = d->outermost ? d->root : plan_probe(n, at + 2, d->size);
    if ((x = elements_load(n, v, lane)) == NO_EXPR) return WHY("the sum is not of floats by what all lanes share");
    if (!x_coefficient(n, x_load_offset(n, x_float_load(n, x)), along, &coef) || coef != 1)
        return WHY("neighbours of %s do not lie side by side", d->name);
    return true;
}

bool plan_elements(Plan *p, StagePlan *s, int at, const char **why) {
    const Piece *lane = &s->piece[s->npiece - 1];
    if (!s->piece[at].reduce) return WHY("%s is not reduced", s->piece[at].name);
    if (!lane->vector || lane->reduce) return WHY("%s is no vector", lane->name);
    s->piece[at].elements = true;
    return true;
}
