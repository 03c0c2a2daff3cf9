/* Kernels that compute with halves: a sum of products of halves and what becomes of it, stored as halves. */
#include "nest/internal.h"

#define LARGEST 65504.0 /* beyond that f16 has only infinities */

/* What has an instruction of its own, and leaves numbers about as large as they are. */
static bool has_half(const Nest *n, const Expr *x, ExprId e) {
    switch ((Fn)x->id) {
    case FN_add:
    case FN_sub:
    case FN_mul:
    case FN_min:
    case FN_max:
    case FN_neg: return true;
    case FN_div: return x_get(n, x_arg(n, e, 1))->kind == X_real;
    default: return false;
    }
}

static bool is_half_load(const Nest *n, ExprId e) {
    ExprId load = x_float_load(n, e);
    return load != NO_EXPR && x_get(n, load)->dtype == DT_f16;
}

static ExprId halved(Nest *n, ExprId e, IdMap *done);

/* Sums of products alone. */
static ExprId halved_sum(Nest *n, ExprId e, IdMap *done) {
    const Expr red = *x_get(n, e);
    ExprId v = x_arg(n, e, 0), guard = x_arg(n, e, 1);
    const Expr *p = x_get(n, v);
    AxisId axis[2 * MAX_RANK];
    if (red.id != COMBINE_sum || red.dtype != DT_f32 || p->kind != X_fn || p->id != FN_mul) return NO_EXPR;
    if (!is_half_load(n, x_arg(n, v, 0)) || !is_half_load(n, x_arg(n, v, 1))) return NO_EXPR;
    for (int i = 2; i < red.narg; i++) axis[i - 2] = x_get(n, x_arg(n, e, i))->id;
    v = halved(n, v, done);
    return v == NO_EXPR ? v : x_reduce(n, COMBINE_sum, v, guard, red.narg - 2, axis);
}

static ExprId halved_new(Nest *n, ExprId e, IdMap *done) {
    const Expr x = *x_get(n, e);
    ExprId arg[3];
    if (x.dtype != DT_f32) return NO_EXPR;
    if (x.kind == X_real) return x.f > LARGEST || x.f < -LARGEST ? NO_EXPR : x_real(n, DT_f16, x.f);
    if (x.kind == X_reduce) return halved_sum(n, e, done);
    if (x.kind == X_cast && is_half_load(n, e)) return x_arg(n, e, 0);
    if (x.kind == X_load) return n->buf.at[x.id].kind == BUF_local ? NO_EXPR : x_cast(n, DT_f16, e);
    if (x.kind != X_fn || x.narg > 2 || !has_half(n, &x, e)) return NO_EXPR;
    for (int i = 0; i < x.narg; i++)
        if ((arg[i] = halved(n, x_arg(n, e, i), done)) == NO_EXPR) return NO_EXPR;
    return x_fn(n, (Fn)x.id, arg);
}

/* e computed with halves; NO_EXPR: it is not. */
static ExprId halved(Nest *n, ExprId e, IdMap *done) {
    uint32_t known = idmap_get(done, e);
    if (known != MAP_NONE) return known;
    ExprId to = halved_new(n, e, done);
    if (to != NO_EXPR) idmap_set(n->tmp, done, e, to);
    return to;
}

bool nest_halve(Nest *n) {
    IdMap done = {0};
    if (n->stage.n != 1) return false;
    Stage *st = &n->stage.at[0];
    const Expr v = *x_get(n, st->value);
    if (st->combine != COMBINE_store || st->guard != NO_EXPR || n->buf.at[st->out].dtype != DT_f16 || v.kind != X_cast) return false;
    if (x_reductions(n, st->value, NULL, 0) != 1) return false;
    ExprId to = halved(n, x_arg(n, st->value, 0), &done);
    if (to == NO_EXPR) return false;
    st->value = to;
    n->halves = true;
    return true;
}
