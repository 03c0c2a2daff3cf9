/* AveragePool: sums divided by how many elements of the window count. MaxPoolIndices: where the largest lies. */
#include "op/build.h"

typedef struct {
    const NestBuild *b;
    const Attr_Pool *p;
    int n;                  /* spatial dimensions */
    int64_t size[MAX_RANK]; /* of the operand */
} Pool;

static int64_t begin_pad(const Pool *p, int d) {
    return bd_entry(p->p->pads, d, 0);
}
static int64_t end_pad(const Pool *p, int d) {
    return bd_entry(p->p->pads, p->n + d, 0);
}
static int64_t stride(const Pool *p, int d) {
    return bd_entry(p->p->strides, d, 1);
}
static int64_t dilation(const Pool *p, int d) {
    return bd_entry(p->p->dilations, d, 1);
}

/* Elements of the window at o that count, along dimension d: k with first <= o*stride - begin + k*dilation < end,
 * where [first, end) is the operand or, with count_include_pad, the padded operand. What lies beyond the padding
 * (ceil_mode) never counts. */
static ExprId count(const Pool *p, int d, ExprId o) {
    const NestBuild *b = p->b;
    Nest *n = b->nest;
    int64_t k = p->p->kernel_shape.at[d], step = dilation(p, d), pad = begin_pad(p, d);
    bool padded = p->p->count_include_pad != 0;
    int64_t end = p->size[d] + (padded ? end_pad(p, d) : 0);
    ExprId start = bd_plus(b, bd_times(b, o, stride(p, d)), -pad);
    /* the first k that counts is ceil((0 - start) / step), the first behind is ceil((end - start) / step) */
    ExprId lo = padded ? x_index(n, 0) : bd_div(b, x_fn2(n, FN_sub, x_index(n, step - 1), start), step);
    ExprId hi = bd_div(b, x_fn2(n, FN_sub, x_index(n, end + step - 1), start), step);
    lo = x_fn2(n, FN_max, lo, x_index(n, 0));
    hi = x_fn2(n, FN_min, hi, x_index(n, k));
    return x_fn2(n, FN_sub, hi, lo);
}

/* Axes of the result, n c oh ow, and of the window; at: where its element lies in x. */
static bool window_axes(Pool *p, BufId x, BufId y, AxisId *axes, AxisId *red, ExprId *at) {
    const NestBuild *b = p->b;
    Nest *n = b->nest;
    p->n = bd_buf(b, x)->rank - 2;
    if (p->n < 1 || p->p->kernel_shape.n != (uint32_t)p->n)
        return bd_error(b, "kernel_shape", "does not go with the operand's rank");
    if (!bd_rank(b, y, p->n + 2)) return false;
    for (int i = 0; i < p->n + 2; i++) {
        const char *name = i == 0 ? "n" : i == 1 ? "c" : bd_spatial_name(b, "o", p->n, i - 2);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    for (int d = 0; d < p->n; d++) {
        p->size[d] = bd_buf(b, x)->dim[d + 2];
        red[d] = nest_axis(n, bd_spatial_name(b, "k", p->n, d), p->p->kernel_shape.at[d], AXIS_reduce);
        ExprId k = bd_times(b, x_axis(n, red[d]), dilation(p, d));
        at[d + 2] = bd_plus(b, x_fn2(n, FN_add, bd_times(b, at[d + 2], stride(p, d)), k), -begin_pad(p, d));
    }
    return true;
}

bool build_AveragePool(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Pool p = {.b = b, .p = bd_attr(b)};
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], elements = x_index(n, 1);
    if (!window_axes(&p, x, y, axes, red, at)) return false;
    for (int d = 0; d < p.n; d++) elements = x_fn2(n, FN_mul, elements, count(&p, d, x_axis(n, axes[d + 2])));
    ExprId sum = x_reduce(n, COMBINE_sum, bd_load_or(b, x, at, 0), NO_EXPR, p.n, red);
    ExprId divisor = x_cast(n, (DType)x_get(n, sum)->dtype, elements);
    bd_store(b, y, p.n + 2, axes, x_fn2(n, FN_div, sum, divisor));
    return true;
}

static ExprId i64_fn(const Pool *p, Fn f, ExprId a, int64_t c) {
    return x_fn2(p->b->nest, f, a, x_int(p->b->nest, DT_i64, c));
}

/* A row-major position as one with the spatial dimensions in reverse order, the first varying fastest. */
static ExprId column_major(const Pool *p, ExprId position) {
    Nest *n = p->b->nest;
    int64_t all = 1, below, above = 1;
    for (int d = 0; d < p->n; d++) all *= p->size[d];
    if (!all) return position;
    ExprId within = i64_fn(p, FN_trunc_mod, position, all), to = x_fn2(n, FN_sub, position, within);
    below = all;
    for (int d = 0; d < p->n; d++) {
        below /= p->size[d];
        ExprId at = i64_fn(p, FN_trunc_mod, i64_fn(p, FN_div, within, below), p->size[d]);
        to = x_fn2(n, FN_add, to, i64_fn(p, FN_mul, at, above));
        above *= p->size[d];
    }
    return to;
}

/* NaN is the largest element where there is one. */
bool build_MaxPoolIndices(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), most = bd_in(b, 1), y = bd_out(b, 0);
    Pool p = {.b = b, .p = bd_attr(b)};
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], out[MAX_RANK];
    if (!window_axes(&p, x, y, axes, red, at) || !bd_rank(b, most, p.n + 2)) return false;
    for (int i = 0; i < p.n + 2; i++) out[i] = x_axis(n, axes[i]);
    ExprId v = bd_load_or(b, x, at, 0);
    ExprId hit = x_fn2(n, FN_or, x_fn2(n, FN_eq, v, bd_load(b, most, out)), x_fn2(n, FN_ne, v, v));
    for (int d = p.n - 1; d >= 0; d--) {
        ExprId inside = x_fn2(n, FN_ge, at[d + 2], x_index(n, 0));
        inside = x_fn2(n, FN_and, inside, x_fn2(n, FN_lt, at[d + 2], x_index(n, p.size[d])));
        hit = x_fn2(n, FN_and, inside, hit);
    }
    ExprId position = x_cast(n, DT_i64, bd_flatten(b, p.n + 2, bd_buf(b, x)->dim, at));
    position = x_reduce(n, COMBINE_min, position, hit, p.n, red);
    bd_store(b, y, p.n + 2, axes, p.p->storage_order ? column_major(&p, position) : position);
    return true;
}
