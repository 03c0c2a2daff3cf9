/* Index arithmetic: canonical sums, floor division and modulo decided by ranges. */
#include "nest/internal.h"
#include <stdlib.h>

static bool linear_term(Linear *l, int64_t coef, ExprId atom) {
    for (int i = 0; i < l->n; i++)
        if (l->term[i].atom == atom) {
            if (!size_add(l->term[i].coef, coef, &l->term[i].coef)) return false;
            if (l->term[i].coef == 0) l->term[i] = l->term[--l->n];
            return true;
        }
    if (coef == 0) return true;
    if (l->n == MAX_TERMS) return false;
    l->term[l->n].coef = coef;
    l->term[l->n++].atom = atom;
    return true;
}

bool linear_add(Linear *to, const Linear *x, int64_t scale) {
    int64_t c;
    if (!size_mul(x->constant, scale, &c) || !size_add(to->constant, c, &to->constant)) return false;
    for (int i = 0; i < x->n; i++)
        if (!size_mul(x->term[i].coef, scale, &c) || !linear_term(to, c, x->term[i].atom)) return false;
    return true;
}

bool linear_of(const Nest *n, ExprId e, Linear *out) {
    const Expr *x = x_get(n, e);
    if (x->kind == X_int) {
        out->n = 0;
        out->constant = x->i;
        return true;
    }
    if (x->kind == X_fn && x->is_index) {
        Linear b;
        if (x->id == FN_add || x->id == FN_sub)
            return linear_of(n, x_arg(n, e, 0), out) && linear_of(n, x_arg(n, e, 1), &b) &&
                   linear_add(out, &b, x->id == FN_add ? 1 : -1);
        if (x->id == FN_neg) {
            *out = (Linear){0};
            return linear_of(n, x_arg(n, e, 0), &b) && linear_add(out, &b, -1);
        }
        if (x->id == FN_mul) {
            const Expr *k = x_get(n, x_arg(n, e, 1));
            if (k->kind == X_int) {
                *out = (Linear){0};
                return linear_of(n, x_arg(n, e, 0), &b) && linear_add(out, &b, k->i);
            }
        }
    }
    out->n = 1;
    out->constant = 0;
    out->term[0].coef = 1;
    out->term[0].atom = e;
    return true;
}

static int by_size(const void *a, const void *b) {
    const int64_t *x = a, *y = b; /* {coef, atom} */
    int64_t cx = x[0] < 0 ? -x[0] : x[0], cy = y[0] < 0 ? -y[0] : y[0];
    if (cx != cy) return cx < cy ? 1 : -1;
    return x[1] < y[1] ? -1 : x[1] > y[1];
}

static bool is_index_fn(const Nest *n, ExprId e, Fn f) {
    const Expr *x = x_get(n, e);
    return x->kind == X_fn && x->is_index && x->id == f && x_get(n, x_arg(n, e, 1))->kind == X_int;
}

/* y / c = atom + *more, however deep a quotient's quotient has been merged with its divisor. */
static bool is_quotient(Nest *n, ExprId y, int64_t c, ExprId atom, int64_t *more) {
    Linear q;
    if (!linear_of(n, index_div(n, y, c), &q) || q.n != 1) return false;
    *more = q.constant;
    return q.term[0].atom == atom && q.term[0].coef == 1;
}

/* k*c*(y/c) + k*(y%c) -> k*y */
static bool recombine(Nest *n, Linear *l) {
    for (int i = 0; i < l->n; i++) {
        ExprId atom = l->term[i].atom;
        for (int j = 0; j < l->n && is_index_fn(n, atom, FN_div); j++) {
            if (!is_index_fn(n, l->term[j].atom, FN_mod)) continue;
            ExprId y = x_arg(n, l->term[j].atom, 0);
            int64_t k = l->term[j].coef, c = x_get(n, x_arg(n, l->term[j].atom, 1))->i, kc, more;
            if (!size_mul(k, c, &kc) || kc != l->term[i].coef || !is_quotient(n, y, c, atom, &more)) continue;
            int hi = i > j ? i : j, lo = i > j ? j : i;
            Linear inner, sum = *l;
            sum.term[hi] = sum.term[--sum.n];
            sum.term[lo] = sum.term[--sum.n];
            if (!linear_of(n, y, &inner) || !linear_add(&sum, &inner, k) ||
                !linear_add(&sum, &(Linear){.constant = more}, -kc))
                continue;
            *l = sum;
            return true;
        }
    }
    return false;
}

ExprId linear_build(Nest *n, Linear *l) {
    while (recombine(n, l)) {}
    int64_t sorted[MAX_TERMS][2];
    for (int i = 0; i < l->n; i++) {
        sorted[i][0] = l->term[i].coef;
        sorted[i][1] = l->term[i].atom;
    }
    qsort(sorted, (size_t)l->n, sizeof sorted[0], by_size);
    /* a positive term first, so that no sum starts with a minus */
    for (int i = 1; i < l->n && sorted[0][0] < 0; i++)
        if (sorted[i][0] > 0) {
            int64_t c = sorted[i][0], a = sorted[i][1];
            for (int k = i; k > 0; k--) sorted[k][0] = sorted[k - 1][0], sorted[k][1] = sorted[k - 1][1];
            sorted[0][0] = c, sorted[0][1] = a;
        }
    bool constant_first = l->n > 0 && sorted[0][0] < 0 && l->constant > 0; /* 1 - h, not h * -1 + 1 */
    ExprId sum = constant_first ? x_index(n, l->constant) : NO_EXPR;
    for (int i = 0; i < l->n; i++) {
        int64_t c = sorted[i][0];
        ExprId t = (ExprId)sorted[i][1];
        bool minus = c < 0 && sum != NO_EXPR && c != INT64_MIN;
        if (minus) c = -c;
        if (c != 1) {
            ExprId a[2] = {t, x_index(n, c)};
            t = x_raw_fn(n, FN_mul, DT_index, true, 2, a);
        }
        ExprId a[2] = {sum, t};
        sum = sum == NO_EXPR ? t : x_raw_fn(n, minus ? FN_sub : FN_add, DT_index, true, 2, a);
    }
    if (sum == NO_EXPR) return x_index(n, l->constant);
    if (l->constant == 0 || constant_first) return sum;
    bool minus = l->constant < 0 && l->constant != INT64_MIN;
    ExprId a[2] = {sum, x_index(n, minus ? -l->constant : l->constant)};
    return x_raw_fn(n, minus ? FN_sub : FN_add, DT_index, true, 2, a);
}

/* ---- ranges ---- */

static int64_t clamp_inf(int64_t v) {
    return v > RANGE_INF ? RANGE_INF : v < -RANGE_INF ? -RANGE_INF : v;
}

static int64_t mul_inf(int64_t a, int64_t b) {
    int64_t r;
    if (a == 0 || b == 0) return 0;
    if (a >= RANGE_INF || a <= -RANGE_INF || !size_mul(a, b, &r)) return (a < 0) != (b < 0) ? -RANGE_INF : RANGE_INF;
    return clamp_inf(r);
}

static Range range_of(const Nest *n, ExprId e);

Range linear_range(const Nest *n, const Linear *l) {
    Range r = {clamp_inf(l->constant), clamp_inf(l->constant)};
    for (int i = 0; i < l->n; i++) {
        Range t = range_of(n, l->term[i].atom);
        int64_t a = mul_inf(t.lo, l->term[i].coef), b = mul_inf(t.hi, l->term[i].coef);
        int64_t lo = a < b ? a : b, hi = a < b ? b : a;
        r.lo = r.lo <= -RANGE_INF || lo <= -RANGE_INF ? -RANGE_INF : clamp_inf(r.lo + lo);
        r.hi = r.hi >= RANGE_INF || hi >= RANGE_INF ? RANGE_INF : clamp_inf(r.hi + hi);
    }
    return r;
}

static Range range_fn(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    Range a = range_of(n, x_arg(n, e, 0)), none = {-RANGE_INF, RANGE_INF};
    if (fn_info[x->id].arity < 2) return none;
    Range b = range_of(n, x_arg(n, e, 1));
    switch ((Fn)x->id) {
    case FN_min: return (Range){a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
    case FN_max: return (Range){a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
    case FN_div:
        if (b.lo != b.hi || b.lo <= 0) return none;
        return (Range){a.lo <= -RANGE_INF ? a.lo : floor_div(a.lo, b.lo),
                       a.hi >= RANGE_INF ? a.hi : floor_div(a.hi, b.lo)};
    case FN_mod:
        if (b.lo != b.hi || b.lo <= 0) return none;
        if (a.lo >= 0 && a.hi < b.lo) return a;
        return (Range){0, b.lo - 1};
    case FN_select: {
        Range c = range_of(n, x_arg(n, e, 2));
        return (Range){b.lo < c.lo ? b.lo : c.lo, b.hi > c.hi ? b.hi : c.hi};
    }
    case FN_mul:
        if (a.lo >= 0 && b.lo >= 0) return (Range){mul_inf(a.lo, b.lo), mul_inf(a.hi, b.hi)};
        return none;
    default: return none;
    }
}

static Range range_of(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    if (x->kind == X_int) return (Range){clamp_inf(x->i), clamp_inf(x->i)};
    if (x->kind == X_axis) {
        int64_t extent = n->axis.at[x->id].extent;
        return (Range){0, extent > 0 ? clamp_inf(extent - 1) : 0};
    }
    if (x->kind == X_fn && x->is_index) {
        if (x->id == FN_add || x->id == FN_sub || x->id == FN_neg ||
            (x->id == FN_mul && x_get(n, x_arg(n, e, 1))->kind == X_int)) {
            Linear l;
            if (linear_of(n, e, &l)) return linear_range(n, &l);
            return (Range){-RANGE_INF, RANGE_INF};
        }
        return range_fn(n, e);
    }
    return (Range){-RANGE_INF, RANGE_INF};
}

bool x_range(const Nest *n, ExprId e, Range *r) {
    *r = range_of(n, e);
    return r->lo > -RANGE_INF && r->hi < RANGE_INF;
}

/* ---- division and modulo ---- */

/* l = c * quotient + rest: terms whose coefficient c divides, and the part of the others that it divides. */
static void split_by(const Linear *l, int64_t c, Linear *quotient, Linear *rest) {
    *quotient = *rest = (Linear){0};
    for (int i = 0; i < l->n; i++) {
        Linear *to = l->term[i].coef % c == 0 ? quotient : rest;
        to->term[to->n].coef = to == quotient ? l->term[i].coef / c : l->term[i].coef;
        to->term[to->n++].atom = l->term[i].atom;
    }
    quotient->constant = floor_div(l->constant, c);
    rest->constant = floor_mod(l->constant, c);
}

static int64_t gcd(int64_t a, int64_t b) {
    if (a < 0) a = -a;
    if (b < 0) b = -b;
    while (b) {
        int64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

/* One term of two neighbouring values: its quotient is a line through both. */
static bool two_values(const Nest *n, const Linear *l, int64_t c, Linear *out) {
    if (l->n != 1) return false;
    Range v = range_of(n, l->term[0].atom);
    int64_t at_lo, at_hi, first, step;
    if (v.hi - v.lo != 1 || !size_mul(l->term[0].coef, v.lo, &at_lo) || !size_add(at_lo, l->constant, &at_lo) ||
        !size_add(at_lo, l->term[0].coef, &at_hi))
        return false;
    step = floor_div(at_hi, c) - floor_div(at_lo, c);
    if (!size_mul(step, v.lo, &first)) return false;
    *out = (Linear){.n = step != 0, .constant = floor_div(at_lo, c) - first, .term = {{step, l->term[0].atom}}};
    return true;
}

/* l = g*a + b with 0 <= b < g and g a divisor of c: the division by c sees a alone, as (16o + i)/48 = o/3 of i < 16. */
static int64_t coarse(const Nest *n, const Linear *l, int64_t c, Linear *a, Linear *b) {
    for (int i = 0; i < l->n; i++) {
        int64_t g = gcd(c, l->term[i].coef);
        if (g < 2 || g == c) continue;
        split_by(l, g, a, b);
        Range range = linear_range(n, b);
        if (range.lo >= 0 && range.hi < g) return g;
    }
    return 0;
}

/* l / c that no rule above decides; (x/a + k)/b = (x + k*a)/(a*b) */
static ExprId divided(Nest *n, Linear *l, int64_t c) {
    ExprId x = l->n == 1 && l->term[0].coef == 1 ? l->term[0].atom : NO_EXPR;
    int64_t by, shift;
    if (c == 1) return linear_build(n, l);
    if (x != NO_EXPR && is_index_fn(n, x, FN_div)) {
        int64_t a = x_get(n, x_arg(n, x, 1))->i;
        Linear inner;
        if (size_mul(a, c, &by) && size_mul(a, l->constant, &shift) && linear_of(n, x_arg(n, x, 0), &inner) &&
            linear_add(&inner, &(Linear){.constant = shift}, 1))
            return index_div(n, linear_build(n, &inner), by);
    }
    ExprId args[2] = {linear_build(n, l), x_index(n, c)};
    return x_raw_fn(n, FN_div, DT_index, true, 2, args);
}

ExprId index_div(Nest *n, ExprId a, int64_t c) {
    Linear l, q, r, line;
    if (c == 1) return a;
    if (c > 1 && linear_of(n, a, &l)) {
        split_by(&l, c, &q, &r);
        Range range = linear_range(n, &r);
        if (range.lo > -RANGE_INF && range.hi < RANGE_INF && floor_div(range.lo, c) == floor_div(range.hi, c)) {
            q.constant += floor_div(range.lo, c);
            return linear_build(n, &q);
        }
        if (two_values(n, &r, c, &line) && linear_add(&q, &line, 1)) return linear_build(n, &q);
        Linear a_part, b_part, coarser;
        int64_t g = coarse(n, &r, c, &a_part, &b_part);
        if (g && linear_of(n, index_div(n, linear_build(n, &a_part), c / g), &coarser) && linear_add(&q, &coarser, 1))
            return linear_build(n, &q);
        g = c; /* a common factor of the rest's terms cancels: (4x + 2y + k)/6 = (2x + y + k/2)/3 */
        for (int i = 0; i < r.n; i++) g = gcd(g, r.term[i].coef);
        if (g > 1) {
            for (int i = 0; i < r.n; i++) r.term[i].coef /= g;
            r.constant = floor_div(r.constant, g);
        }
        Linear dl;
        if (linear_of(n, divided(n, &r, c / g), &dl) && linear_add(&q, &dl, 1)) return linear_build(n, &q);
    }
    ExprId args[2] = {a, x_index(n, c)};
    return x_raw_fn(n, FN_div, DT_index, true, 2, args);
}

ExprId index_mod(Nest *n, ExprId a, int64_t c) {
    Linear l, q, r, line;
    if (c == 1) return x_index(n, 0);
    if (c > 1 && linear_of(n, a, &l)) {
        split_by(&l, c, &q, &r);
        Range range = linear_range(n, &r);
        if (range.lo > -RANGE_INF && range.hi < RANGE_INF && floor_div(range.lo, c) == floor_div(range.hi, c)) {
            r.constant -= floor_div(range.lo, c) * c;
            return linear_build(n, &r);
        }
        if (two_values(n, &r, c, &line)) { /* r - c * (r / c) */
            q = r;
            if (linear_add(&q, &line, -c)) return linear_build(n, &q);
        }
        Linear a_part, b_part, coarser;
        int64_t g = coarse(n, &r, c, &a_part, &b_part);
        if (g && linear_of(n, index_mod(n, linear_build(n, &a_part), c / g), &coarser) && linear_add(&b_part, &coarser, g))
            return linear_build(n, &b_part);
        a = linear_build(n, &r);
        if (is_index_fn(n, a, FN_mod) && x_get(n, x_arg(n, a, 1))->i % c == 0)
            return index_mod(n, x_arg(n, a, 0), c); /* (x % 12) % 4 = x % 4 */
    }
    ExprId args[2] = {a, x_index(n, c)};
    return x_raw_fn(n, FN_mod, DT_index, true, 2, args);
}

/* ---- queries ---- */

bool x_linear(const Nest *n, ExprId e, int64_t *coef, int64_t *constant) {
    Linear l;
    if (!linear_of(n, e, &l)) return false;
    memset(coef, 0, n->axis.n * sizeof *coef);
    for (int i = 0; i < l.n; i++) {
        const Expr *x = x_get(n, l.term[i].atom);
        if (x->kind != X_axis) return false;
        coef[x->id] = l.term[i].coef;
    }
    *constant = l.constant;
    return true;
}

static bool uses_axis(const Nest *n, ExprId e, AxisId a) {
    if (!x_mark(n, e)) return false;
    const Expr *x = x_get(n, e);
    if (x->kind == X_axis) return x->id == a;
    for (int i = 0; i < x->narg; i++)
        if (x_arg(n, e, i) != NO_EXPR && uses_axis(n, x_arg(n, e, i), a)) return true;
    return false;
}

bool x_uses_axis(const Nest *n, ExprId e, AxisId a) {
    x_mark_begin(n);
    return uses_axis(n, e, a);
}
