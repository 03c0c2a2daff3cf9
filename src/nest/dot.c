/* The step `dot`: products of neighbouring bytes, which one instruction adds to the lanes of 32 bits. */
#include "nest/step.h"

static ExprId byte_load(const Nest *n, ExprId e, DType t) {
    const Expr *x = x_get(n, e);
    if (x->kind != X_cast || x->dtype != DT_i32) return NO_EXPR;
    ExprId load = x_arg(n, e, 0);
    return x_get(n, load)->kind == X_load && x_get(n, load)->dtype == t ? load : NO_EXPR;
}

bool dot_operands(const Nest *n, ExprId product, DType by, ExprId *x, ExprId *w) {
    const Expr *v = x_get(n, product);
    if (v->kind != X_fn || v->id != FN_mul || v->dtype != DT_i32) return false;
    for (int i = 0; i < 2; i++) {
        *x = byte_load(n, x_arg(n, product, i), by);
        *w = byte_load(n, x_arg(n, product, 1 - i), DT_i8);
        if (*x != NO_EXPR && *w != NO_EXPR && n->buf.at[x_get(n, *w)->id].kind == BUF_const) return true;
    }
    return false;
}

bool dot_narrow(const Nest *n, ExprId w, AxisId a) {
    const Expr *load = x_get(n, w);
    return n->buf.at[load->id].narrow && x_uses_axis(n, x_arg(n, w, 1), a);
}

static bool walks(Nest *n, ExprId load, AxisId a, int64_t by) {
    int64_t coef;
    return x_coefficient(n, x_load_offset(n, load), a, &coef) && coef == by;
}

bool dot_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, AxisId lane, const ExprId *map, const char **why) {
    Nest *n = p->nest;
    const Piece *d = &s->piece[at];
    ExprId red[2], x, w;
    IdMap done = {0};
    int points = mmla_piece(s) ? MMLA_POINTS : p->target->dot;
    if (p->target->dot < 4 || target_sums_bytes(p->target) || d->size != points || d->step != 1)
        return WHY("%s has %lld points, the target sums %d", d->name, (long long)d->size, points);
    if (d->apart || d->partial) return WHY("%s has accumulators of its own", d->name);
    if (n->axis.at[d->root].extent % d->size) return WHY("%s does not divide its axis", d->name);
    for (int i = at + 1; i < s->npiece; i++)
        if (s->piece[i].reduce) return WHY("%s is not the innermost reduced piece", d->name);
    if (x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || x_get(n, red[0])->id != COMBINE_sum)
        return WHY("the stage is not one sum");
    ExprId v = x_rewrite(n, x_arg(n, red[0], 0), map, NULL, NULL, &done);
    DType by = p->target->dot_by;
    if (!dot_operands(n, v, by, &x, &w)) return WHY("the sum is not of %s by a constant i8", dtype_info[by].name);
    AxisId a = d->outermost ? d->root : plan_probe(n, at + 2, d->size);
    if (mmla_piece(s) && !mmla_legal(p, s, x, w, a, why)) return false;
    if ((!mmla_piece(s) && !walks(n, x, a, 1)) || !walks(n, x, lane, 0) || !walks(n, w, a, 1) || !walks(n, w, lane, d->size))
        return WHY("neighbours of %s do not lie side by side", d->name);
    return true;
}

bool plan_dot(Plan *p, StagePlan *s, int at, const Step *st, const char **why) {
    Piece *lane = &s->piece[s->npiece - 1];
    if (!s->piece[at].reduce) return WHY("%s is not reduced", s->piece[at].name);
    if (strcmp(lane->name, st->axis[1]) || lane->reduce) return WHY("%s is not innermost", st->axis[1]);
    s->piece[at].dot = true;
    lane->vector = true;
    return plan_stream(p, st->buffer, why);
}
