/* Rewriting expressions: axes replaced, or copied from one nest into another. Memoised over the DAG. */
#include "nest/internal.h"

typedef struct {
    Nest *n;
    const Nest *from;
    ExprId *axis_to;     /* of `from`'s axes: expression in n, NO_EXPR: keep (same nest) or copy fresh */
    const BufId *buf_to; /* of `from`'s buffers; NULL: the same */
    LoadHook hook;
    void *ctx;
    IdMap done;
    Arena *tmp;
} Rewrite;

static ExprId rewrite(Rewrite *r, ExprId e);

static ExprId rewrite_axis(Rewrite *r, ExprId e) {
    AxisId a = x_get(r->from, e)->id;
    if (r->axis_to[a] != NO_EXPR) return r->axis_to[a];
    if (r->from == r->n) return e;
    Axis old = r->from->axis.at[a]; /* a reduction's own axis: a fresh one */
    r->axis_to[a] = x_axis(r->n, nest_axis(r->n, old.base, old.extent, old.kind));
    return r->axis_to[a];
}

static ExprId rewrite_reduce(Rewrite *r, ExprId e) {
    ExprId guard = x_arg(r->from, e, 1);
    int narg = x_get(r->from, e)->narg, k = 0;
    AxisId axes[2 * MAX_RANK];
    for (int i = 2; i < narg; i++) {
        ExprId a = rewrite(r, x_arg(r->from, e, i));
        if (x_get(r->n, a)->kind == X_axis) axes[k++] = x_get(r->n, a)->id;
    }
    ExprId value = rewrite(r, x_arg(r->from, e, 0));
    if (guard != NO_EXPR) guard = rewrite(r, guard);
    return x_reduce(r->n, (Combine)x_get(r->from, e)->id, value, guard, k, axes);
}

static ExprId rewrite_new(Rewrite *r, ExprId e) {
    Expr x = *x_get(r->from, e);
    ExprId args[2 * MAX_RANK + 2];
    if (x.kind == X_axis) return rewrite_axis(r, e);
    if (x.kind == X_reduce) return rewrite_reduce(r, e);
    for (int i = 0; i < x.narg; i++) args[i] = rewrite(r, x_arg(r->from, e, i));
    switch ((ExprKind)x.kind) {
    case X_fn: return x_fn(r->n, (Fn)x.id, args);
    case X_cast: return x.is_index ? x_to_index(r->n, args[0]) : x_cast(r->n, (DType)x.dtype, args[0]);
    case X_load: {
        ExprId hooked = r->hook ? r->hook(r->ctx, r->n, x.id, args) : NO_EXPR;
        if (hooked != NO_EXPR) return hooked;
        return x_load(r->n, r->buf_to ? r->buf_to[x.id] : x.id, args);
    }
    default: return x_raw(r->n, x, x.kind == X_var ? x.narg : 0, args);
    }
}

static ExprId rewrite(Rewrite *r, ExprId e) {
    uint32_t known = idmap_get(&r->done, e);
    if (known != MAP_NONE) return known;
    ExprId to = rewrite_new(r, e);
    idmap_set(r->tmp, &r->done, e, to);
    return to;
}

ExprId x_substitute(Nest *n, ExprId e, const ExprId *to) {
    Rewrite r = {.n = n, .from = n, .axis_to = (ExprId *)to, .tmp = n->tmp};
    return rewrite(&r, e);
}

ExprId x_import(Nest *n, const Nest *from, ExprId e, ExprId *axis_to, const BufId *buf_to, LoadHook hook, void *ctx) {
    Rewrite r = {.n = n, .from = from, .axis_to = axis_to, .buf_to = buf_to, .hook = hook, .ctx = ctx, .tmp = n->tmp};
    return rewrite(&r, e);
}

ExprId x_rewrite(Nest *n, ExprId e, const ExprId *axis_to, LoadHook hook, void *ctx, IdMap *done) {
    Rewrite r = {
        .n = n, .from = n, .axis_to = (ExprId *)axis_to, .hook = hook, .ctx = ctx, .done = *done, .tmp = n->tmp};
    ExprId to = rewrite(&r, e);
    *done = r.done;
    return to;
}

static void reductions(const Nest *n, ExprId e, ExprId *out, int max, int *count) {
    if (!x_mark(n, e)) return;
    const Expr *x = x_get(n, e);
    if (x->kind == X_reduce) {
        if (*count < max) out[*count] = e;
        ++*count;
        return;
    }
    for (int i = 0; i < x->narg; i++) reductions(n, x_arg(n, e, i), out, max, count);
}

int x_reductions(const Nest *n, ExprId e, ExprId *out, int max) {
    int count = 0;
    x_mark_begin(n);
    reductions(n, e, out, max, &count);
    return count;
}

static void choices(const Nest *n, ExprId e, ExprId *out, int max, int *count) {
    if (!x_mark(n, e)) return;
    const Expr *x = x_get(n, e);
    if (x->kind == X_fn && x->id == FN_select && *count < max) out[(*count)++] = x_arg(n, e, 0);
    for (int i = 0; i < x->narg && x->kind != X_load; i++) choices(n, x_arg(n, e, i), out, max, count);
}

int x_choices(const Nest *n, ExprId e, ExprId *out, int max) {
    int count = 0;
    if (x_reductions(n, e, NULL, 0)) return 0;
    x_mark_begin(n);
    choices(n, e, out, max, &count);
    return count;
}

int x_conjuncts(const Nest *n, ExprId guard, ExprId *out, int max) {
    ExprId stack[64] = {guard};
    int depth = guard != NO_EXPR, count = 0;
    while (depth > 0) {
        ExprId e = stack[--depth];
        const Expr *x = x_get(n, e);
        if (x->kind == X_fn && x->id == FN_and && depth < 62) {
            stack[depth++] = x_arg(n, e, 1);
            stack[depth++] = x_arg(n, e, 0);
        } else if (count < max) {
            out[count++] = e;
        }
    }
    return count;
}

bool x_coefficient(const Nest *n, ExprId e, AxisId a, int64_t *coef) {
    Linear l;
    *coef = 0;
    if (!linear_of(n, e, &l)) return false;
    for (int i = 0; i < l.n; i++) {
        const Expr *x = x_get(n, l.term[i].atom);
        if (x->kind == X_axis && x->id == a)
            *coef = l.term[i].coef;
        else if (x_uses_axis(n, l.term[i].atom, a))
            return false;
    }
    return true;
}

bool x_bound(Nest *n, ExprId cond, AxisId a, int64_t *coef, ExprId *rest) {
    Expr x = *x_get(n, cond);
    if (x.kind != X_fn || (x.id != FN_ge && x.id != FN_lt && x.id != FN_le && x.id != FN_gt)) return false;
    ExprId left = x_arg(n, cond, 0), right = x_arg(n, cond, 1);
    if (!x_get(n, left)->is_index || !x_get(n, right)->is_index) return false;
    bool less = x.id == FN_lt || x.id == FN_le;
    ExprId d = less ? x_fn2(n, FN_sub, right, left) : x_fn2(n, FN_sub, left, right);
    if (x.id == FN_lt || x.id == FN_gt) d = x_fn2(n, FN_sub, d, x_index(n, 1));
    if (!x_coefficient(n, d, a, coef) || *coef == 0) return false;
    ExprId axis = x_axis(n, a);
    *rest = x_fn2(n, FN_sub, d, x_fn2(n, FN_mul, axis, x_index(n, *coef)));
    return true;
}

/* Functions of floats that the vector dialect has: operators and snippets f32xN_*. */
static bool lane_fn(Fn f) {
    switch (f) {
    case FN_add:
    case FN_sub:
    case FN_mul:
    case FN_div:
    case FN_neg:
    case FN_min:
    case FN_max:
    case FN_select:
    case FN_abs:
    case FN_sign:
    case FN_sq:
    case FN_floor:
    case FN_ceil:
    case FN_rint:
    case FN_trunc:
    case FN_sqrt:
    case FN_exp:
    case FN_expm1:
    case FN_log:
    case FN_log1p:
    case FN_tanh:
    case FN_erf:
    case FN_pow: return true;
    default: return false;
    }
}

static bool varies(const Nest *n, ExprId e, AxisId lane) {
    if (!x_mark(n, e)) return false;
    const Expr *x = x_get(n, e);
    if (x->kind == X_axis) return x->id == lane;
    if (x->kind == X_var && x->i == X_VAR_VECTOR) return true;
    for (int i = 0; i < x->narg; i++)
        if (x_arg(n, e, i) != NO_EXPR && varies(n, x_arg(n, e, i), lane)) return true;
    return false;
}

bool x_varies(const Nest *n, ExprId e, AxisId lane) {
    x_mark_begin(n);
    return varies(n, e, lane);
}

/* A condition that differs between lanes: comparisons of floats, joined. What is joined may guard a load, so that a
 * part which is the same for all lanes (an index in range) must not be evaluated beside one that differs. */
static bool lane_condition(Nest *n, ExprId e, AxisId lane) {
    Expr x = *x_get(n, e);
    if (x.kind != X_fn) return false;
    bool logic = x.id == FN_and || x.id == FN_or || x.id == FN_not, compares = x.id >= FN_lt && x.id <= FN_ne;
    for (int i = 0; i < x.narg; i++) {
        if (compares && x_get(n, x_arg(n, e, i))->dtype != DT_f32) return false;
        if (logic && !x_varies(n, x_arg(n, e, i), lane)) return false;
    }
    return logic || compares;
}

static bool lanes_at(Nest *n, ExprId offset, AxisId lane, Lanes from) {
    int64_t coef;
    if (from == LANES_scattered) return true;
    return x_coefficient(n, offset, lane, &coef) && (from == LANES_strided || coef == 0 || coef == 1);
}

ExprId x_float_load(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    bool widened = x->kind == X_cast && x->dtype == DT_f32;
    if (widened) x = x_get(n, e = x_arg(n, e, 0));
    if (x->kind != X_load) return NO_EXPR;
    return !widened || (x->dtype == DT_f16 && n->buf.at[x->id].kind != BUF_local) ? e : NO_EXPR;
}

/* What vectors of floats are made of: bytes and halves from memory, and sums of integers of 32 bits. */
static bool lanes_of_integers(Nest *n, ExprId e, AxisId lane, Lanes from, IdMap *done) {
    Expr x = *x_get(n, e);
    if (idmap_get(done, e) != MAP_NONE) return true;
    idmap_set(n->tmp, done, e, 1);
    if (x.kind == X_load && x.dtype == DT_f16 && n->buf.at[x.id].kind != BUF_local)
        return lanes_at(n, x_load_offset(n, e), lane, from == LANES_scattered ? LANES_strided : from);
    if (x.kind == X_load && (is_byte((DType)x.dtype) || x.dtype == DT_i32)) return lanes_at(n, x_load_offset(n, e), lane, LANES_neighbours);
    if (x.dtype != DT_i32) return false;
    if ((x.kind == X_var && x.i == X_VAR_VECTOR) || !x_varies(n, e, lane)) return true;
    return x.kind == X_fn && x.id == FN_add && lanes_of_integers(n, x_arg(n, e, 0), lane, from, done) &&
           lanes_of_integers(n, x_arg(n, e, 1), lane, from, done);
}

/* Lanes of halves are made of floats too, as they are loaded. */
static bool narrowed(Nest *n, ExprId e, AxisId lane, Lanes from) {
    return x_get(n, e)->kind == X_load && x_get(n, e)->dtype == DT_f32 &&
           lanes_at(n, x_load_offset(n, e), lane, from == LANES_scattered ? LANES_neighbours : from);
}

static bool lanes(Nest *n, ExprId e, AxisId lane, Lanes from, IdMap *done) {
    Expr x = *x_get(n, e);
    if (idmap_get(done, e) != MAP_NONE) return true;
    idmap_set(n->tmp, done, e, 1);
    if (x.kind == X_var && x.i == X_VAR_VECTOR) return true;
    if (!x_varies(n, e, lane)) return true;
    bool condition = x.dtype == DT_bool;
    if (condition ? !lane_condition(n, e, lane) : x.dtype != nest_lane(n)) return false;
    if (x.kind == X_cast && n->halves) return narrowed(n, x_arg(n, e, 0), lane, from);
    if (x.kind == X_cast && !condition) return lanes_of_integers(n, x_arg(n, e, 0), lane, from, done);
    if (x.kind == X_load) return lanes_at(n, x_load_offset(n, e), lane, from);
    if (x.kind == X_var && x.narg == 1) return lanes_at(n, x_arg(n, e, 0), lane, from); /* an array in memory */
    if (x.kind != X_fn || (!condition && !lane_fn((Fn)x.id))) return false;
    for (int i = 0; i < x.narg; i++)
        if (!lanes(n, x_arg(n, e, i), lane, from, done)) return false;
    return true;
}

/* Is e clipped to what fits a byte of type t? */
static bool fits_byte(const Nest *n, ExprId e, DType t) {
    bool low = false, high = false;
    for (const Expr *x = x_get(n, e); x->kind == X_fn && (x->id == FN_min || x->id == FN_max); x = x_get(n, e)) {
        const Expr *c = x_get(n, x_arg(n, e, 1));
        if (c->kind != X_real || !(c->f >= dtype_lowest(t) && c->f <= dtype_largest(t))) return false;
        *(x->id == FN_max ? &low : &high) = true;
        e = x_arg(n, e, 0);
    }
    return low && high;
}

bool x_lanes(Nest *n, ExprId e, AxisId lane, Lanes from) {
    IdMap done = {0};
    const Expr *x = x_get(n, e);
    if (x->kind == X_cast && is_byte((DType)x->dtype)) { /* stored as bytes */
        if (!fits_byte(n, x_arg(n, e, 0), (DType)x->dtype)) return false;
        e = x_arg(n, e, 0);
    } else if (!n->halves && x->kind == X_cast && x->dtype == DT_f16 && x_get(n, x_arg(n, e, 0))->dtype == DT_f32) { /* as halves */
        e = x_arg(n, e, 0);
    }
    return lanes(n, e, lane, from, &done);
}

ExprId *x_axis_table(const Nest *n, Arena *a, uint32_t more) {
    ExprId *to = arena_array_of(a, n->axis.n + more, ExprId);
    for (uint32_t i = 0; i < n->axis.n + more; i++) to[i] = NO_EXPR;
    return to;
}
