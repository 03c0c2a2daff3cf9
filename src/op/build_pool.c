/* AveragePool: sums divided by how many elements of the window count. */
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

bool build_AveragePool(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Pool p = {.b = b, .p = bd_attr(b), .n = bd_buf(b, x)->rank - 2};
    if (p.n < 1 || p.p->kernel_shape.n != (uint32_t)p.n)
        return bd_error(b, "kernel_shape", "does not go with the operand's rank");
    if (!bd_rank(b, y, p.n + 2)) return false;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], elements = x_index(n, 1);
    for (int i = 0; i < p.n + 2; i++) {
        const char *name = i == 0 ? "n" : i == 1 ? "c" : bd_spatial_name(b, "o", p.n, i - 2);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    for (int d = 0; d < p.n; d++) {
        p.size[d] = bd_buf(b, x)->dim[d + 2];
        red[d] = nest_axis(n, bd_spatial_name(b, "k", p.n, d), p.p->kernel_shape.at[d], AXIS_reduce);
        elements = x_fn2(n, FN_mul, elements, count(&p, d, at[d + 2]));
        ExprId k = bd_times(b, x_axis(n, red[d]), dilation(&p, d));
        at[d + 2] = bd_plus(b, x_fn2(n, FN_add, bd_times(b, at[d + 2], stride(&p, d)), k), -begin_pad(&p, d));
    }
    ExprId sum = x_reduce(n, COMBINE_sum, bd_load_or(b, x, at, 0), NO_EXPR, p.n, red);
    ExprId divisor = x_cast(n, (DType)x_get(n, sum)->dtype, elements);
    bd_store(b, y, p.n + 2, axes, x_fn2(n, FN_div, sum, divisor));
    return true;
}
