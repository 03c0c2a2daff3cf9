/* Expressions: hash-consed, simplified while they are built. */
#include "nest/internal.h"
#include <math.h>

ExprId x_raw(Nest *n, Expr proto, int narg, const ExprId *args) {
    proto.narg = (uint8_t)narg;
    uint64_t h =
        hash_bytes(args, (size_t)narg * sizeof *args,
                   ((uint64_t)proto.kind << 56) ^ ((uint64_t)proto.dtype << 48) ^ ((uint64_t)proto.is_index << 47) ^
                       proto.id ^ ((uint64_t)proto.i * 0x9e3779b97f4a7c15u));
    for (;; h++) {
        uint32_t e = idmap_get(&n->cons, h);
        if (e == MAP_NONE) break;
        const Expr *x = &n->expr.at[e];
        if (x->kind == proto.kind && x->dtype == proto.dtype && x->is_index == proto.is_index && x->id == proto.id &&
            x->narg == proto.narg && x->i == proto.i &&
            (narg == 0 || !memcmp(n->args.at + x->arg, args, (size_t)narg * sizeof *args)))
            return e;
    }
    proto.arg = n->args.n;
    for (int i = 0; i < narg; i++) vec_push(n->arena, &n->args, args[i]);
    vec_push(n->arena, &n->expr, proto);
    idmap_set(n->arena, &n->cons, h, n->expr.n - 1);
    return n->expr.n - 1;
}

ExprId x_raw_fn(Nest *n, Fn f, DType t, bool is_index, int narg, const ExprId *args) {
    return x_raw(n, (Expr){.kind = X_fn, .dtype = (uint8_t)t, .is_index = is_index, .id = f}, narg, args);
}

void x_mark_begin(const Nest *cn) {
    Nest *n = (Nest *)cn;
    while (n->mark.n < n->expr.n) vec_push(n->arena, &n->mark, 0);
    n->marking++;
}

bool x_mark(const Nest *cn, ExprId e) {
    Nest *n = (Nest *)cn;
    if (n->mark.at[e] == n->marking) return false;
    n->mark.at[e] = n->marking;
    return true;
}

ExprId x_index(Nest *n, int64_t v) {
    return x_raw(n, (Expr){.kind = X_int, .dtype = DT_index, .is_index = true, .i = v}, 0, NULL);
}
ExprId x_int(Nest *n, DType t, int64_t v) {
    return x_raw(n, (Expr){.kind = X_int, .dtype = (uint8_t)t, .i = v}, 0, NULL);
}
ExprId x_real(Nest *n, DType t, double v) {
    if (t == DT_f32) v = (double)(float)v;
    return x_raw(n, (Expr){.kind = X_real, .dtype = (uint8_t)t, .f = v}, 0, NULL);
}
ExprId x_number(Nest *n, DType t, double v) {
    return dtype_is_float(t) ? x_real(n, t, v) : x_int(n, t, (int64_t)v);
}
ExprId x_axis(Nest *n, AxisId a) {
    if (n->axis.at[a].extent == 1) return x_index(n, 0);
    return x_raw(n, (Expr){.kind = X_axis, .dtype = DT_index, .is_index = true, .id = a}, 0, NULL);
}

ExprId x_load(Nest *n, BufId b, const ExprId *index) {
    const Buffer *buf = &n->buf.at[b];
    return x_raw(n, (Expr){.kind = X_load, .dtype = (uint8_t)buf->dtype, .id = b}, buf->rank, index);
}

/* ---- constants ---- */

static bool is_number(const Nest *n, ExprId e) {
    return x_get(n, e)->kind == X_int || x_get(n, e)->kind == X_real;
}
static double number(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    return x->kind == X_int ? (double)x->i : x->f;
}
static bool is_value(const Nest *n, ExprId e, double v) {
    return is_number(n, e) && number(n, e) == v;
}
static ExprId truth(Nest *n, bool v) {
    return x_int(n, DT_bool, v);
}

/* The smallest and largest value of an integer type; u64 by its bits. */
static void int_limits(DType t, int64_t *lo, int64_t *hi) {
    int bits = dtype_info[t].bits;
    bool is_signed = dtype_info[t].cls == 'i';
    *lo = !is_signed ? 0 : bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1));
    *hi = t == DT_bool ? 1 : is_signed ? -1 - *lo : (int64_t)(UINT64_MAX >> (64 - bits));
}

static bool is_compare(Fn f) {
    return f >= FN_lt && f <= FN_ne;
}

static bool compare(Fn f, double a, double b) {
    switch (f) {
    case FN_lt: return a < b;
    case FN_le: return a <= b;
    case FN_gt: return a > b;
    case FN_ge: return a >= b;
    case FN_eq: return a == b;
    default: return a != b;
    }
}

static int order_of(DType t, int64_t a, int64_t b) {
    if (t == DT_u64) return (uint64_t)a < (uint64_t)b ? -1 : a != b;
    return a < b ? -1 : a > b;
}

/* Comparison of a number with itself, or with the smallest or largest of the type, where that settles it; -1: open. */
static int decide_limit(const Nest *n, Fn f, ExprId a, ExprId b) {
    const Expr *x = x_get(n, a), *y = x_get(n, b);
    int64_t lo, hi;
    if (a == b && !dtype_is_float((DType)x->dtype)) return f == FN_le || f == FN_ge || f == FN_eq;
    if (dtype_is_float((DType)x->dtype) || x->dtype != y->dtype || (x->kind == X_int) == (y->kind == X_int)) return -1;
    int_limits((DType)x->dtype, &lo, &hi);
    bool left = x->kind == X_int;
    int64_t v = left ? x->i : y->i;
    if (left) f = f == FN_lt ? FN_gt : f == FN_gt ? FN_lt : f == FN_le ? FN_ge : f == FN_ge ? FN_le : f;
    if (f == FN_lt || f == FN_ge) return v == lo ? f == FN_ge : -1;
    if (f == FN_gt || f == FN_le) return v == hi ? f == FN_le : -1;
    return -1;
}

/* Comparison of two indices by the range of their difference; -1: open. */
static int decide(const Nest *n, Fn f, ExprId a, ExprId b) {
    Linear l, r;
    if (!linear_of(n, a, &l) || !linear_of(n, b, &r) || !linear_add(&l, &r, -1)) return -1;
    Range d = linear_range(n, &l);
    switch (f) {
    case FN_lt: return d.hi < 0 ? 1 : d.lo >= 0 ? 0 : -1;
    case FN_le: return d.hi <= 0 ? 1 : d.lo > 0 ? 0 : -1;
    case FN_gt: return d.lo > 0 ? 1 : d.hi <= 0 ? 0 : -1;
    case FN_ge: return d.lo >= 0 ? 1 : d.hi < 0 ? 0 : -1;
    case FN_eq: return d.lo == 0 && d.hi == 0 ? 1 : d.lo > 0 || d.hi < 0 ? 0 : -1;
    default: return d.lo == 0 && d.hi == 0 ? 0 : d.lo > 0 || d.hi < 0 ? 1 : -1;
    }
}

static ExprId simplify_index(Nest *n, Fn f, const ExprId *a) {
    Linear l, r;
    switch (f) {
    case FN_add:
    case FN_sub:
        if (linear_of(n, a[0], &l) && linear_of(n, a[1], &r) && linear_add(&l, &r, f == FN_add ? 1 : -1))
            return linear_build(n, &l);
        return NO_EXPR;
    case FN_neg:
        l = (Linear){0};
        if (linear_of(n, a[0], &r) && linear_add(&l, &r, -1)) return linear_build(n, &l);
        return NO_EXPR;
    case FN_mul: {
        int k = x_get(n, a[1])->kind == X_int ? 1 : x_get(n, a[0])->kind == X_int ? 0 : -1;
        l = (Linear){0};
        if (k >= 0 && linear_of(n, a[1 - k], &r) && linear_add(&l, &r, x_get(n, a[k])->i)) return linear_build(n, &l);
        return NO_EXPR;
    }
    case FN_div:
        return x_get(n, a[1])->kind == X_int && x_get(n, a[1])->i > 0 ? index_div(n, a[0], x_get(n, a[1])->i) : NO_EXPR;
    case FN_mod:
        return x_get(n, a[1])->kind == X_int && x_get(n, a[1])->i > 0 ? index_mod(n, a[0], x_get(n, a[1])->i) : NO_EXPR;
    case FN_min:
    case FN_max: {
        int d = decide(n, FN_le, a[0], a[1]);
        if (d < 0 && (d = decide(n, FN_ge, a[0], a[1])) >= 0) d = !d;
        return d < 0 ? NO_EXPR : (d == 1) == (f == FN_min) ? a[0] : a[1];
    }
    default: return NO_EXPR;
    }
}

/* Both operands are numbers of one non-index type; NO_EXPR when it is not worth folding. */
static ExprId fold_numbers(Nest *n, Fn f, const ExprId *a) {
    double x = number(n, a[0]), y = fn_info[f].arity > 1 ? number(n, a[1]) : 0;
    DType t = (DType)x_get(n, a[0])->dtype;
    if (is_compare(f) && !dtype_is_float(t) && x_get(n, a[1])->kind == X_int)
        return truth(n, compare(f, order_of(t, x_get(n, a[0])->i, x_get(n, a[1])->i), 0));
    if (is_compare(f)) return truth(n, compare(f, x, y));
    if (!dtype_is_float(t) || dtype_is_coded(t)) return NO_EXPR;
    if (t == DT_f32) {
        float p = (float)x, q = (float)y;
        switch (f) {
        case FN_add: return x_real(n, t, p + q);
        case FN_sub: return x_real(n, t, p - q);
        case FN_mul: return x_real(n, t, p * q);
        case FN_div: return x_real(n, t, p / q);
        case FN_neg: return x_real(n, t, -p);
        default: break;
        }
    } else {
        switch (f) {
        case FN_add: return x_real(n, t, x + y);
        case FN_sub: return x_real(n, t, x - y);
        case FN_mul: return x_real(n, t, x * y);
        case FN_div: return x_real(n, t, x / y);
        case FN_neg: return x_real(n, t, -x);
        default: break;
        }
    }
    if (f == FN_min) return x_real(n, t, x < y || isnan(x) ? x : y);
    if (f == FN_max) return x_real(n, t, x > y || isnan(x) ? x : y);
    return NO_EXPR;
}

/* x*1, x/1, x+0, max(x,-inf) and so on. */
static ExprId simplify_value(Nest *n, Fn f, const ExprId *a) {
    switch (f) {
    case FN_add: return is_value(n, a[0], 0) ? a[1] : is_value(n, a[1], 0) ? a[0] : NO_EXPR;
    case FN_sub: return is_value(n, a[1], 0) ? a[0] : NO_EXPR;
    case FN_mul: return is_value(n, a[0], 1) ? a[1] : is_value(n, a[1], 1) ? a[0] : NO_EXPR;
    case FN_div: return is_value(n, a[1], 1) ? a[0] : NO_EXPR;
    case FN_max:
        return is_value(n, a[0], -INFINITY) ? a[1] : is_value(n, a[1], -INFINITY) || a[0] == a[1] ? a[0] : NO_EXPR;
    case FN_min:
        return is_value(n, a[0], INFINITY) ? a[1] : is_value(n, a[1], INFINITY) || a[0] == a[1] ? a[0] : NO_EXPR;
    default: return NO_EXPR;
    }
}

static ExprId simplify_logic(Nest *n, Fn f, const ExprId *a) {
    if (f == FN_not) return is_number(n, a[0]) ? truth(n, number(n, a[0]) == 0) : NO_EXPR;
    for (int i = 0; i < 2; i++)
        if (is_number(n, a[i]) && x_get(n, a[i])->dtype == DT_bool) {
            bool v = number(n, a[i]) != 0;
            return f == FN_and ? (v ? a[1 - i] : truth(n, false)) : (v ? truth(n, true) : a[1 - i]);
        }
    return a[0] == a[1] ? a[0] : NO_EXPR;
}

static DType text_type(Fn f) {
    switch (f) {
    case FN_text_at: return DT_string;
    case FN_text_byte:
    case FN_text_lower:
    case FN_text_upper: return DT_u8;
    case FN_text_match: return DT_bool;
    default: return DT_i32;
    }
}

ExprId x_fn(Nest *n, Fn f, const ExprId *a) {
    if (f == FN_select) return x_select(n, a[0], a[1], a[2]);
    if (fn_is_text(f)) return x_raw_fn(n, f, text_type(f), false, fn_info[f].arity, a);
    const Expr *x = x_get(n, a[0]);
    bool index = x->is_index && (fn_info[f].arity < 2 || x_get(n, a[1])->is_index);
    DType t = (DType)x->dtype;
    ExprId r = NO_EXPR;
    if (f == FN_and || f == FN_or || f == FN_not) {
        t = DT_bool;
        index = false;
        r = simplify_logic(n, f, a);
    } else if (index) {
        if (is_compare(f)) {
            int d = decide(n, f, a[0], a[1]);
            if (d >= 0) return truth(n, d);
        } else {
            r = simplify_index(n, f, a);
        }
    } else if (is_number(n, a[0]) && (fn_info[f].arity < 2 || is_number(n, a[1]))) {
        r = fold_numbers(n, f, a);
    } else if (fn_info[f].arity == 2) {
        r = simplify_value(n, f, a);
    }
    if (r == NO_EXPR && !index && is_compare(f)) {
        int d = decide_limit(n, f, a[0], a[1]);
        if (d >= 0) return truth(n, d);
    }
    if (r != NO_EXPR) return r;
    if (is_compare(f)) {
        t = DT_bool;
        index = false;
    }
    return x_raw_fn(n, f, t, index, fn_info[f].arity, a);
}

ExprId x_fn1(Nest *n, Fn f, ExprId a) {
    return x_fn(n, f, &a);
}
ExprId x_fn2(Nest *n, Fn f, ExprId a, ExprId b) {
    ExprId args[2] = {a, b};
    return x_fn(n, f, args);
}

ExprId x_select(Nest *n, ExprId c, ExprId t, ExprId f) {
    if (is_number(n, c)) return number(n, c) != 0 ? t : f;
    if (t == f) return t;
    ExprId args[3] = {c, t, f};
    return x_raw_fn(n, FN_select, (DType)x_get(n, t)->dtype, x_get(n, t)->is_index && x_get(n, f)->is_index, 3, args);
}

ExprId x_cast(Nest *n, DType t, ExprId a) {
    const Expr *x = x_get(n, a);
    if (x->dtype == t && !x->is_index) return a;
    if (x->kind == X_cast && x->dtype == DT_f32 && dtype_is_coded(t) && x_get(n, x_arg(n, a, 0))->dtype == t)
        return x_arg(n, a, 0); /* there and back: what is only moved keeps its bits */
    if (x->kind == X_int && (t == DT_f32 || t == DT_f64) && x->i >= -(INT64_C(1) << 53) && x->i <= INT64_C(1) << 53)
        return x_real(n, t, (double)x->i);
    if (x->kind == X_int && x->is_index && (t == DT_i64 || (t == DT_i32 && x->i == (int32_t)x->i)))
        return x_int(n, t, x->i);
    if (x->kind == X_real && (x->dtype == DT_f32 || x->dtype == DT_f64) && (t == DT_f32 || t == DT_f64))
        return x_real(n, t, x->f);
    return x_raw(n, (Expr){.kind = X_cast, .dtype = (uint8_t)t}, 1, &a);
}

ExprId x_to_index(Nest *n, ExprId a) {
    const Expr *x = x_get(n, a);
    if (x->is_index) return a;
    if (x->kind == X_int) return x_index(n, x->i);
    return x_raw(n, (Expr){.kind = X_cast, .dtype = DT_index, .is_index = true}, 1, &a);
}

double combine_neutral(Combine c, DType t) {
    switch (c) {
    case COMBINE_prod: return 1;
    case COMBINE_max:
    case COMBINE_min: {
        bool max = c == COMBINE_max;
        if (dtype_is_float(t)) return max ? -INFINITY : INFINITY;
        int bits = dtype_info[t].bits;
        if (dtype_info[t].cls == 'b') return max ? 0 : 1;
        if (dtype_info[t].cls == 'u') return max ? 0 : ldexp(1, bits) - 1;
        return max ? -ldexp(1, bits - 1) : ldexp(1, bits - 1) - 1;
    }
    default: return 0;
    }
}

ExprId x_neutral(Nest *n, Combine c, DType t) {
    if (dtype_is_float(t) || (c != COMBINE_max && c != COMBINE_min)) return x_number(n, t, combine_neutral(c, t));
    int64_t lo, hi;
    int_limits(t, &lo, &hi);
    return x_int(n, t, c == COMBINE_max ? lo : hi);
}

/* Pulls conditions that make a sum's term vanish out of the value into the guard:
 *   select(c, x, 0) * w  ->  x * w where c        max over select(c, x, -inf)  ->  x where c */
static ExprId strip_guard(Nest *n, Combine c, ExprId v, ExprId *guard) {
    const Expr *x = x_get(n, v);
    if (x->kind != X_fn) return v;
    if (x->id == FN_select) {
        DType t = (DType)x->dtype; /* x moves when expressions are added */
        ExprId other = x_arg(n, v, 2);
        if (!is_number(n, other) || (other != x_neutral(n, c, t) && (c != COMBINE_sum || number(n, other) != 0)))
            return v;
        ExprId cond = x_arg(n, v, 0), inner = x_arg(n, v, 1);
        *guard = *guard == NO_EXPR ? cond : x_fn2(n, FN_and, *guard, cond);
        return strip_guard(n, c, inner, guard);
    }
    if (c == COMBINE_sum && x->id == FN_mul) {
        ExprId a[2] = {x_arg(n, v, 0), x_arg(n, v, 1)};
        ExprId p = strip_guard(n, c, a[0], guard), q = strip_guard(n, c, a[1], guard);
        return p == a[0] && q == a[1] ? v : x_fn2(n, FN_mul, p, q);
    }
    if (c == COMBINE_sum && (x->id == FN_sq || x->id == FN_abs)) {
        ExprId a = x_arg(n, v, 0), p = strip_guard(n, c, a, guard);
        Fn f = (Fn)x_get(n, v)->id;
        return p == a ? v : x_fn1(n, f, p);
    }
    return v;
}

ExprId x_reduce(Nest *n, Combine c, ExprId value, ExprId guard, int naxes, const AxisId *axes) {
    value = strip_guard(n, c, value, &guard);
    if (guard != NO_EXPR && is_number(n, guard)) {
        if (number(n, guard) == 0) return x_neutral(n, c, (DType)x_get(n, value)->dtype);
        guard = NO_EXPR;
    }
    ExprId args[2 + 2 * MAX_RANK] = {value, guard};
    int k = 2;
    for (int i = 0; i < naxes; i++) {
        AxisId a = axes[i];
        if (n->axis.at[a].extent == 1) continue;
        args[k++] = x_axis(n, a);
    }
    if (k == 2 && guard == NO_EXPR) return value;
    DType t = (DType)x_get(n, value)->dtype;
    if (k == 2) return x_select(n, guard, value, x_neutral(n, c, t));
    return x_raw(n, (Expr){.kind = X_reduce, .dtype = (uint8_t)t, .id = c}, k, args);
}

ExprId x_load_or(Nest *n, BufId b, const ExprId *index, ExprId otherwise) {
    ExprId c = truth(n, true);
    int64_t dim[MAX_RANK];
    int rank = n->buf.at[b].rank;
    memcpy(dim, n->buf.at[b].dim, sizeof dim);
    for (int i = 0; i < rank; i++) {
        c = x_fn2(n, FN_and, c, x_fn2(n, FN_ge, index[i], x_index(n, 0)));
        c = x_fn2(n, FN_and, c, x_fn2(n, FN_lt, index[i], x_index(n, dim[i])));
    }
    return x_select(n, c, x_load(n, b, index), otherwise);
}

ExprId x_at(Nest *n, ExprId data_index, int64_t extent) {
    ExprId i = x_to_index(n, data_index);
    if (x_get(n, i)->kind == X_int) {
        int64_t v = x_get(n, i)->i;
        if (v < 0) v += extent;
        return x_index(n, v < 0 ? 0 : v >= extent ? extent - 1 : v);
    }
    ExprId wrapped = x_select(n, x_fn2(n, FN_lt, i, x_index(n, 0)), x_fn2(n, FN_add, i, x_index(n, extent)), i);
    ExprId top = x_fn2(n, FN_min, wrapped, x_index(n, extent > 0 ? extent - 1 : 0));
    return x_fn2(n, FN_max, top, x_index(n, 0));
}
