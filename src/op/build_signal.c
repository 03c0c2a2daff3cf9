/* DFT and STFT. With length = P*Q the sum over n = Q*p + q is taken in two steps (Cooley and Tukey 1965):
 *     s[k1,q]       = exp(-2 pi i q k1 / length) * sum(p) x[Q*p + q] * exp(-2 pi i p k1 / P)
 *     y[k1 + P*k2]  = sum(q) s[k1,q] * exp(-2 pi i q k2 / Q)
 * so length * (P + Q) terms. All in f64, real and imaginary parts apart; the factors come from a table of the circle.
 */
#include "op/build.h"

typedef struct {
    const NestBuild *b;
    Nest *n;
    int64_t length, p, q;
    bool inverse, half, real;   /* half: the operand is half a spectrum; real: the result has no imaginary part */
    int axis, rank;             /* of the result, its last dimension (parts) not counted */
    BufId cosine, sine, re, im; /* re, im: s, [.., k1, q, ..] */
} Dft;

/* The largest divisor whose square is at most n. */
static int64_t factor(int64_t n) {
    int64_t best = 1;
    for (int64_t i = 2; i * i <= n; i++)
        if (n % i == 0) best = i;
    return best;
}

static ExprId add(const Dft *d, ExprId x, ExprId y) {
    return x_fn2(d->n, FN_add, x, y);
}
static ExprId mul(const Dft *d, ExprId x, ExprId y) {
    return x_fn2(d->n, FN_mul, x, y);
}
static ExprId real(const Dft *d, double v) {
    return x_real(d->n, DT_f64, v);
}

/* cosine[m] and sine[m] of m / length of the circle. */
static void circle(Dft *d) {
    for (int i = 0; i < 2; i++) {
        AxisId m = nest_axis(d->n, "m", d->length, AXIS_spatial);
        ExprId angle =
            mul(d, x_cast(d->n, DT_f64, x_axis(d->n, m)), real(d, 2 * 3.14159265358979323846 / (double)d->length));
        BufId *to = i ? &d->sine : &d->cosine;
        *to = bd_local(d->b, i ? "sine" : "cosine", DT_f64, 1, &d->length);
        bd_store(d->b, *to, 1, &m, x_fn1(d->n, i ? FN_sin : FN_cos, angle));
    }
}

/* Part `part` of (re + i im) * exp(-+2 pi i m / length); NO_EXPR for im: 0. */
static ExprId turned(const Dft *d, ExprId re, ExprId im, ExprId m, int part) {
    ExprId c = x_load(d->n, d->cosine, &m), s = x_load(d->n, d->sine, &m);
    bool minus = d->inverse == (part == 0); /* re*c + im*s, im*c - re*s; the inverse turns the other way */
    ExprId first = part ? im : re, second = part ? re : im;
    if (second == NO_EXPR) return mul(d, first, c);
    ExprId t = mul(d, second, s);
    if (first == NO_EXPR) return minus ? x_fn1(d->n, FN_neg, t) : t;
    return x_fn2(d->n, minus ? FN_sub : FN_add, mul(d, first, c), t);
}

/* Element [at.., part] of the operand's buffer in f64, 0 beyond its axis; `limit` elements count. */
static ExprId operand(const Dft *d, const ExprId *at, ExprId n, int part, int64_t limit) {
    ExprId from[MAX_RANK];
    BufId x = bd_in(d->b, 0);
    int rank = bd_buf(d->b, x)->rank,
        axis = rank == d->rank + 1 ? d->axis : 1; /* STFT: [batch, frame, k] of [batch, n] */
    if (part >= bd_buf(d->b, x)->dim[rank - 1]) return NO_EXPR;
    for (int i = 0; i < rank - 1; i++) from[i] = i == axis ? n : at[i];
    from[rank - 1] = x_index(d->n, part);
    ExprId v = x_cast(d->n, DT_f64, bd_load_or(d->b, x, from, 0));
    if (bd_buf(d->b, x)->dim[axis] <= limit) return v;
    return x_select(d->n, x_fn2(d->n, FN_lt, n, x_index(d->n, limit)), v, real(d, 0));
}

/* Element n of the sequence that is transformed. */
static ExprId sequence(const Dft *d, const ExprId *at, ExprId n, int part) {
    if (bd_node(d->b)->op == OP_STFT) {
        const Attr_STFT *a = bd_attr(d->b);
        BufId window = bd_in(d->b, 1);
        ExprId v = operand(d, at, add(d, bd_times(d->b, at[1], a->frame_step), n), part, INT64_MAX);
        if (v == NO_EXPR || window == NO_BUF) return v;
        return mul(d, v, x_cast(d->n, DT_f64, bd_load_or(d->b, window, &n, 0)));
    }
    if (!d->half) return operand(d, at, n, part, d->length);
    int64_t middle = d->length / 2; /* behind it the conjugates, backwards */
    ExprId lower = x_fn2(d->n, FN_le, n, x_index(d->n, middle));
    ExprId mirror = x_fn2(d->n, FN_sub, x_index(d->n, d->length), n);
    ExprId v = operand(d, at, x_select(d->n, lower, n, mirror), part, middle + 1);
    return v == NO_EXPR || part == 0 ? v : mul(d, v, x_select(d->n, lower, real(d, 1), real(d, -1)));
}

/* Axes of the result, those of `axis` replaced by k1 and q. */
static void first_step(Dft *d) {
    Nest *n = d->n;
    const Buffer y = *bd_buf(d->b, bd_out(d->b, 0));
    for (int part = 0; part < 2; part++) {
        int64_t dim[MAX_RANK];
        AxisId axes[MAX_RANK];
        ExprId at[MAX_RANK], outer[MAX_RANK];
        for (int i = 0; i <= d->rank; i++) {
            const char *name = i == d->axis       ? "k1"
                               : i == d->axis + 1 ? "q"
                                                  : arena_printf(n->arena, "i%d", i < d->axis ? i : i - 1);
            dim[i] = i == d->axis ? d->p : i == d->axis + 1 ? d->q : y.dim[i < d->axis ? i : i - 1];
            axes[i] = nest_axis(n, name, dim[i], AXIS_spatial);
            at[i] = x_axis(n, axes[i]);
        }
        for (int i = 0; i < d->rank; i++) outer[i] = at[i <= d->axis ? i : i + 1];
        AxisId p = nest_axis(n, "p", d->p, AXIS_reduce);
        ExprId pe = x_axis(n, p), k1 = at[d->axis], q = at[d->axis + 1];
        ExprId place = add(d, bd_times(d->b, pe, d->q), q);
        /* p*k1 / P of the circle and q*k1 / length: Q*p + q times k1 */
        ExprId turn = bd_mod(d->b, x_fn2(n, FN_mul, place, k1), d->length);
        ExprId v = turned(d, sequence(d, outer, place, 0), sequence(d, outer, place, 1), turn, part);
        BufId *to = part ? &d->im : &d->re;
        *to = bd_local(d->b, part ? "im" : "re", DT_f64, d->rank + 1, dim);
        bd_store(d->b, *to, d->rank + 1, axes, x_reduce(n, COMBINE_sum, v, NO_EXPR, 1, &p));
    }
}

static void second_step(Dft *d) {
    Nest *n = d->n;
    BufId out = bd_out(d->b, 0);
    for (int part = 0; part < (d->real ? 1 : 2); part++) {
        AxisId axes[MAX_RANK];
        ExprId at[MAX_RANK], from[MAX_RANK];
        for (int i = 0; i < d->rank; i++) {
            axes[i] = nest_axis(n, i == d->axis ? "k" : arena_printf(n->arena, "i%d", i), bd_buf(d->b, out)->dim[i],
                                AXIS_spatial);
            at[i] = x_axis(n, axes[i]);
        }
        at[d->rank] = x_index(n, part);
        AxisId q = nest_axis(n, "q", d->q, AXIS_reduce);
        ExprId k1 = bd_mod(d->b, at[d->axis], d->p), k2 = bd_div(d->b, at[d->axis], d->p);
        for (int i = 0; i <= d->rank; i++)
            from[i] = i == d->axis ? k1 : i == d->axis + 1 ? x_axis(n, q) : at[i < d->axis ? i : i - 1];
        ExprId turn = bd_times(d->b, bd_mod(d->b, x_fn2(n, FN_mul, x_axis(n, q), k2), d->q), d->p);
        ExprId v = turned(d, x_load(n, d->re, from), x_load(n, d->im, from), turn, part);
        v = x_reduce(n, COMBINE_sum, v, NO_EXPR, 1, &q);
        if (d->inverse) v = mul(d, v, real(d, 1 / (double)d->length));
        bd_store_at(d->b, out, d->rank, axes, at, v);
    }
}

/* Products of two indices stay below 2^31. */
static bool transform(Dft *d) {
    d->p = factor(d->length);
    d->q = d->length / d->p;
    if (d->length > INT32_MAX / d->p || d->q > 46340)
        return bd_error(d->b, "dft_length", "%lld has a prime factor that is too large", (long long)d->length);
    circle(d);
    first_step(d);
    second_step(d);
    return true;
}

bool build_DFT(NestBuild *b) {
    const Attr_DFT *a = bd_attr(b);
    Dft d = {.b = b, .n = b->nest, .length = a->dft_length, .inverse = a->inverse != 0, .axis = (int)a->axis};
    d.rank = bd_buf(b, bd_out(b, 0))->rank - 1;
    d.half = d.real = a->inverse && a->onesided;
    return bd_rank(b, bd_in(b, 0), d.rank + 1) && transform(&d);
}

bool build_STFT(NestBuild *b) {
    const Attr_STFT *a = bd_attr(b);
    Dft d = {.b = b, .n = b->nest, .length = a->frame_length, .axis = 2, .rank = 3};
    return bd_rank(b, bd_in(b, 0), 3) && bd_rank(b, bd_out(b, 0), 4) && transform(&d);
}
