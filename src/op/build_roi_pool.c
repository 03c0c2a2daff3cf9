/* MaxRoiPool: the largest element of each bin of a region. A bin's bounds are data, so the reduction runs over the whole
 * picture and is guarded by them. */
#include "op/build.h"

typedef struct {
    ExprId from, to; /* of the bin, inside [0, size] */
} Bin;

/* Halves away from zero, as C's round. */
static ExprId rounded(const NestBuild *b, ExprId e, DType t) {
    Nest *n = b->nest;
    ExprId half = x_real(n, t, 0.5), negative = x_fn2(n, FN_lt, e, x_real(n, t, 0));
    return x_select(n, negative, x_fn1(n, FN_ceil, x_fn2(n, FN_sub, e, half)),
                    x_fn1(n, FN_floor, x_fn2(n, FN_add, e, half)));
}

static ExprId as_index(const NestBuild *b, ExprId e) {
    return x_to_index(b->nest, x_cast(b->nest, DT_i64, e));
}

/* Along one dimension: the region [first, last], both scaled and rounded, in `bins` parts of equal length that may
 * overlap by an element. */
static Bin bin_of(const NestBuild *b, ExprId first, ExprId last, ExprId which, int64_t bins, int64_t size, DType t) {
    Nest *n = b->nest;
    ExprId scale = x_real(n, t, ((const Attr_RoiPool *)bd_attr(b))->spatial_scale);
    ExprId start = rounded(b, x_fn2(n, FN_mul, first, scale), t), end = rounded(b, x_fn2(n, FN_mul, last, scale), t);
    ExprId length = x_fn2(n, FN_add, x_fn2(n, FN_sub, end, start), x_real(n, t, 1));
    ExprId each = x_fn2(n, FN_div, x_fn2(n, FN_max, length, x_real(n, t, 1)), x_real(n, t, (double)bins));
    ExprId at = x_cast(n, t, which), next = x_fn2(n, FN_add, at, x_real(n, t, 1));
    ExprId from = x_fn2(n, FN_add, x_fn1(n, FN_floor, x_fn2(n, FN_mul, at, each)), start);
    ExprId to = x_fn2(n, FN_add, x_fn1(n, FN_ceil, x_fn2(n, FN_mul, next, each)), start);
    return (Bin){bd_clamp(b, as_index(b, from), 0, size), bd_clamp(b, as_index(b, to), 0, size)};
}

static ExprId inside(const NestBuild *b, ExprId at, Bin bin) {
    return x_fn2(b->nest, FN_and, x_fn2(b->nest, FN_ge, at, bin.from), x_fn2(b->nest, FN_lt, at, bin.to));
}

bool build_MaxRoiPool(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), rois = bd_in(b, 1), y = bd_out(b, 0);
    if (!bd_rank(b, x, 4) || !bd_rank(b, rois, 2) || !bd_rank(b, y, 4)) return false;
    int64_t size[4], bins[4];
    memcpy(size, bd_buf(b, x)->dim, sizeof size);
    memcpy(bins, bd_buf(b, y)->dim, sizeof bins);
    DType t = bd_compute(bd_buf(b, x)->dtype);
    AxisId axes[4], red[2] = {nest_axis(n, "h", size[2], AXIS_reduce), nest_axis(n, "w", size[3], AXIS_reduce)};
    const char *const names[4] = {"r", "c", "ph", "pw"};
    ExprId at[4], roi[5];
    for (int i = 0; i < 4; i++) {
        axes[i] = nest_axis(n, names[i], bins[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    for (int i = 0; i < 5; i++) roi[i] = bd_load(b, rois, (ExprId[]){at[0], x_index(n, i)});
    Bin w = bin_of(b, roi[1], roi[3], at[3], bins[3], size[3], t), h = bin_of(b, roi[2], roi[4], at[2], bins[2], size[2], t);
    ExprId he = x_axis(n, red[0]), we = x_axis(n, red[1]);
    ExprId from[4] = {x_at(n, x_cast(n, DT_i64, roi[0]), size[0]), at[1], he, we};
    ExprId guard = x_fn2(n, FN_and, inside(b, he, h), inside(b, we, w));
    ExprId most = x_reduce(n, COMBINE_max, bd_load(b, x, from), guard, 2, red);
    ExprId empty = x_fn2(n, FN_or, x_fn2(n, FN_le, h.to, h.from), x_fn2(n, FN_le, w.to, w.from));
    bd_store(b, y, 4, axes, x_select(n, empty, x_real(n, t, 0), most));
    return true;
}
