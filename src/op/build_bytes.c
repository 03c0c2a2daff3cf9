/* Convolutions of bytes with their channels last: what the sums read is widened first, into patches that hold all that a
 * group of pixels reads, or into the plane of a channel with its borders. */
#include "op/build.h"

/* x at from, less the zero point, as i16; 0 outside. Narrow: x, the zero point outside. */
static ExprId widened(const NestBuild *b, const ExprId *from) {
    Nest *n = b->nest;
    const Attr_ConvBytes *a = bd_attr(b);
    if (a->narrow) return bd_load_or(b, bd_in(b, 0), from, (double)a->x_zero);
    ExprId e = bd_load_or(b, bd_in(b, 0), from, 0);
    Expr x = *x_get(n, e);
    bool guarded = x.kind == X_fn && x.id == FN_select;
    ExprId v = x_cast(n, DT_i32, guarded ? x_arg(n, e, 1) : e);
    v = x_cast(n, DT_i16, x_fn2(n, FN_sub, v, x_int(n, DT_i32, a->x_zero)));
    return guarded ? x_select(n, x_arg(n, e, 0), v, x_int(n, DT_i16, 0)) : v;
}

/* y at the axes: the sum of buf times w, and the bias of channel c. */
static void store_sum(const NestBuild *b, int rank, const AxisId *axes, int nred, const AxisId *red, ExprId x, ExprId w, ExprId c) {
    Nest *n = b->nest;
    ExprId product = x_fn2(n, FN_mul, x_cast(n, DT_i32, x), x_cast(n, DT_i32, w));
    ExprId sum = x_reduce(n, COMBINE_sum, product, NO_EXPR, nred, red);
    if (bd_in(b, 2) != NO_BUF) sum = x_fn2(n, FN_add, sum, bd_load(b, bd_in(b, 2), &c));
    bd_store(b, bd_out(b, 0), rank, axes, sum);
}

/* One axis a dimension. */
static void make_axes(const NestBuild *b, int rank, const char *const *names, const int64_t *dim, AxisKind kind, AxisId *axes, ExprId *at) {
    for (int i = 0; i < rank; i++) at[i] = x_axis(b->nest, axes[i] = nest_axis(b->nest, names[i], dim[i], kind));
}

/* Zeros in all patches, where rows or the weights have more points than the kernel. */
static void clear_patches(const NestBuild *b, BufId patch, const int64_t *dim) {
    static const char *const names[4] = {"n", "g", "p", "k"};
    AxisId axes[4];
    ExprId at[4];
    make_axes(b, 4, names, dim, AXIS_spatial, axes, at);
    b->nest->axis.at[axes[2]].kind = AXIS_inner;
    bd_store_at(b, patch, 4, axes, at, x_int(b->nest, DT_i16, 0));
}

/* One pixel that is all of x: there is nothing to gather, and the sum may read bytes. */
static bool whole_pixel(const NestBuild *b, int spatial) {
    const Attr_ConvBytes *a = bd_attr(b);
    const Buffer *x = bd_buf(b, bd_in(b, 0)), *y = bd_buf(b, bd_out(b, 0));
    bool whole = a->x_zero == 0 && y->dim[1] == 1 && y->dim[2] == 1 && bd_buf(b, bd_in(b, 1))->dim[1] == x->dim[spatial + 1];
    for (int d = 0; d < spatial; d++)
        whole &= x->dim[d + 1] == 1 && bd_entry(a->kernel_shape, d, 1) == 1 && bd_entry(a->pads, d, 0) == 0 && bd_entry(a->pads, d + spatial, 0) == 0;
    return whole;
}

static void sum_pixel(const NestBuild *b, int spatial) {
    static const char *const names[4] = {"n", "g", "p", "oc"};
    AxisId axes[4], red = nest_axis(b->nest, "k", bd_buf(b, bd_in(b, 1))->dim[1], AXIS_reduce);
    ExprId at[4], from[MAX_RANK], k = x_axis(b->nest, red);
    make_axes(b, 4, names, bd_buf(b, bd_out(b, 0))->dim, AXIS_spatial, axes, at);
    from[0] = at[0];
    for (int d = 0; d < spatial; d++) from[d + 1] = x_index(b->nest, 0);
    from[spatial + 1] = k;
    store_sum(b, 4, axes, 1, &red, bd_load(b, bd_in(b, 0), from), bd_load(b, bd_in(b, 1), (ExprId[2]){at[3], k}), at[3]);
}

/* patch[n,g,p,k]: what pixel p of group g reads. A row of the kernel lies in x as it does in the patch, unless it is dilated: one
 * axis walks its pixels and their channels. */
static void fill_patches(const NestBuild *b, BufId patch, int spatial, const int64_t *dim) {
    Nest *n = b->nest;
    const Attr_ConvBytes *a = bd_attr(b);
    const int64_t *x = bd_buf(b, bd_in(b, 0))->dim;
    int64_t ic = x[spatial + 1], out[MAX_RANK], extent[MAX_RANK], filled = 1;
    int last = spatial - 1, rank = spatial + 4;
    bool whole_row = bd_entry(a->dilations, last, 1) == 1;
    const char *names[MAX_RANK] = {"n", "g", "p"};
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], pixel[MAX_RANK];
    memcpy(extent, dim, 3 * sizeof *dim);
    for (int d = 0; d < spatial; d++) {
        int64_t k = extent[d + 3] = bd_entry(a->kernel_shape, d, 1), pads = bd_entry(a->pads, d, 0) + bd_entry(a->pads, d + spatial, 0);
        names[d + 3] = bd_spatial_name(b, "k", spatial, d);
        out[d] = (x[d + 1] + pads - bd_entry(a->dilations, d, 1) * (k - 1) - 1) / bd_entry(a->strides, d, 1) + 1;
    }
    names[spatial + 3] = "ic";
    extent[spatial + 3] = ic;
    if (whole_row) { /* kw and ic are one axis */
        names[last + 3] = extent[last + 3] > 1 ? "k" : "ic";
        extent[last + 3] *= ic;
        rank--;
    }
    for (int d = 3; d < rank; d++) filled *= extent[d];
    if (filled != dim[3]) clear_patches(b, patch, dim);
    make_axes(b, rank, names, extent, AXIS_spatial, axes, at);
    n->axis.at[axes[2]].kind = AXIS_inner; /* a loop of each stage's own */
    bd_unflatten(b, x_fn2(n, FN_add, bd_times(b, at[1], a->together), at[2]), spatial, out, pixel);
    from[0] = at[0];
    for (int d = 0; d < spatial; d++) {
        ExprId k = d == last && whole_row ? x_fn2(n, FN_div, at[d + 3], x_index(n, ic)) : at[d + 3];
        ExprId o = bd_times(b, pixel[d], bd_entry(a->strides, d, 1));
        from[d + 1] = bd_plus(b, x_fn2(n, FN_add, o, bd_times(b, k, bd_entry(a->dilations, d, 1))), -bd_entry(a->pads, d, 0));
    }
    from[spatial + 1] = whole_row ? x_fn2(n, FN_mod, at[rank - 1], x_index(n, ic)) : at[rank - 1];
    int64_t row = extent[last + 3] * (whole_row ? 1 : ic), *inner = extent + 3 + last;
    ExprId k = whole_row ? at[rank - 1] : bd_flatten(b, 2, inner, at + 3 + last);
    ExprId to[4] = {at[0], at[1], at[2], x_fn2(n, FN_add, bd_times(b, bd_flatten(b, last, extent + 3, at + 3), a->row ? a->row : row), k)};
    bd_store_at(b, patch, rank, axes, to, widened(b, from));
}

/* A patch is a row of x as it lies there: nothing is widened, and pixels are what they were. */
static bool rows_of_x(const NestBuild *b) {
    const Attr_ConvBytes *a = bd_attr(b);
    const int64_t *x = bd_buf(b, bd_in(b, 0))->dim, *y = bd_buf(b, bd_out(b, 0))->dim;
    return a->narrow && bd_buf(b, bd_in(b, 0))->rank == 3 && bd_entry(a->kernel_shape, 0, 1) == 1 && bd_entry(a->strides, 0, 1) == 1 &&
           !bd_entry(a->pads, 0, 0) && !bd_entry(a->pads, 1, 0) && x[1] == y[1] * y[2];
}

static bool build_rows(const NestBuild *b) {
    static const char *const names[4] = {"n", "g", "p", "oc"};
    Nest *n = b->nest;
    const Attr_ConvBytes *a = bd_attr(b);
    AxisId axes[4], red = nest_axis(n, "k", bd_buf(b, bd_in(b, 1))->dim[1], AXIS_reduce);
    ExprId at[4], k = x_axis(n, red);
    make_axes(b, 4, names, bd_buf(b, bd_out(b, 0))->dim, AXIS_spatial, axes, at);
    ExprId x = bd_load(b, bd_in(b, 0), (ExprId[3]){at[0], x_fn2(n, FN_add, bd_times(b, at[1], a->together), at[2]), k});
    store_sum(b, 4, axes, 1, &red, x, bd_load(b, bd_in(b, 1), (ExprId[2]){at[3], k}), at[3]);
    return true;
}

bool build_ConvPatches(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), w = bd_in(b, 1), y = bd_out(b, 0);
    int spatial = bd_buf(b, x)->rank - 2;
    if (spatial + 4 > MAX_RANK || !bd_rank(b, y, 4) || !bd_rank(b, w, 2)) return bd_error(b, "w", "too many dimensions");
    if (rows_of_x(b)) return build_rows(b);
    if (whole_pixel(b, spatial)) {
        sum_pixel(b, spatial);
        return true;
    }
    static const char *const results[4] = {"n", "g", "p", "oc"};
    int64_t dim[4];
    memcpy(dim, bd_buf(b, y)->dim, sizeof dim);
    dim[3] = bd_buf(b, w)->dim[1];
    BufId patch = bd_local(b, "patch", ((const Attr_ConvBytes *)bd_attr(b))->narrow ? DT_i8 : DT_i16, 4, dim);
    fill_patches(b, patch, spatial, dim);
    AxisId axes[4], red;
    ExprId at[4];
    make_axes(b, 4, results, bd_buf(b, y)->dim, AXIS_spatial, axes, at);
    n->axis.at[axes[2]].kind = AXIS_inner;
    ExprId oc = at[3], k = x_axis(n, red = nest_axis(n, "k", dim[3], AXIS_reduce));
    at[3] = k;
    store_sum(b, 4, axes, 1, &red, bd_load(b, patch, at), bd_load(b, w, (ExprId[2]){oc, k}), oc);
    return true;
}

/* The dimension of a window whose taps are summed two at a time, the rows where there are some; -1: none. */
static int twos_dim(const NestBuild *b, int spatial) {
    const int64_t *w = bd_buf(b, bd_in(b, 1))->dim;
    for (int d = spatial > 1 ? spatial - 2 : 0; d < spatial; d++)
        if (w[d + 1] > 1 && bd_entry(((const Attr_ConvBytes *)bd_attr(b))->dilations, d, 1) == 1) return d;
    return -1;
}

/* Sizes of a plane with its borders, and of the kernel: where taps are summed two at a time an odd number of them gets one
 * more of 0; the plane then has a row more, which it meets. */
static void plane_sizes(const NestBuild *b, int spatial, int64_t *plane, int64_t *taps) {
    const Attr_ConvBytes *a = bd_attr(b);
    const int64_t *x = bd_buf(b, bd_in(b, 0))->dim, *w = bd_buf(b, bd_in(b, 1))->dim;
    int two = twos_dim(b, spatial);
    plane[0] = x[0], plane[1] = taps[0] = w[0];
    for (int d = 0; d < spatial; d++) {
        int64_t more = d == two ? w[d + 1] % 2 : 0;
        plane[d + 2] = x[d + 1] + bd_entry(a->pads, d, 0) + bd_entry(a->pads, d + spatial, 0) + more;
        taps[d + 1] = w[d + 1] + more;
    }
}

/* plane[n,c,@i]: x with a border of 0. */
static BufId widened_plane(const NestBuild *b, int spatial, const int64_t *dim) {
    Nest *n = b->nest;
    const Attr_ConvBytes *a = bd_attr(b);
    const int64_t *x = bd_buf(b, bd_in(b, 0))->dim;
    BufId plane = bd_local(b, "plane", DT_i16, spatial + 2, dim);
    const char *names[MAX_RANK] = {"n", "c"};
    int64_t inside[MAX_RANK] = {dim[0], dim[1]};
    bool border = false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], to[MAX_RANK];
    for (int d = 0; d < spatial; d++) {
        names[d + 2] = bd_spatial_name(b, "i", spatial, d);
        inside[d + 2] = x[d + 1];
        border |= dim[d + 2] != x[d + 1];
    }
    make_axes(b, spatial + 2, names, dim, AXIS_spatial, axes, at);
    if (border) bd_store(b, plane, spatial + 2, axes, x_int(n, DT_i16, 0));
    make_axes(b, spatial + 2, names, inside, AXIS_spatial, axes, at);
    from[0] = to[0] = at[0], from[spatial + 1] = to[1] = at[1];
    for (int d = 0; d < spatial; d++) {
        from[d + 1] = at[d + 2];
        to[d + 2] = bd_plus(b, at[d + 2], bd_entry(a->pads, d, 0));
    }
    bd_store_at(b, plane, spatial + 2, axes, to, widened(b, from));
    return plane;
}

/* taps[n,c,@k]: w, 0 behind its end. */
static BufId widened_taps(const NestBuild *b, int spatial, const int64_t *dim) {
    BufId w = bd_in(b, 1);
    int64_t all[MAX_RANK] = {bd_buf(b, bd_in(b, 0))->dim[0]};
    const char *names[MAX_RANK] = {"n", "c"};
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    memcpy(all + 1, dim, ((size_t)spatial + 1) * sizeof *all);
    for (int d = 0; d < spatial; d++) names[d + 2] = bd_spatial_name(b, "k", spatial, d);
    BufId taps = bd_local(b, "taps", DT_i16, spatial + 2, all);
    int two = twos_dim(b, spatial);
    if (two >= 0) b->nest->buf.at[taps].filled = bd_buf(b, w)->dim[two + 1];
    if (two >= 0) b->nest->buf.at[taps].filled_dim = (uint8_t)(two + 2);
    make_axes(b, spatial + 2, names, all, AXIS_spatial, axes, at);
    ExprId e = bd_load_or(b, w, at + 1, 0);
    if (x_get(b->nest, e)->kind == X_fn) /* select(inside, w, 0) */
        e = x_select(b->nest, x_arg(b->nest, e, 0), x_cast(b->nest, DT_i16, x_arg(b->nest, e, 1)), x_int(b->nest, DT_i16, 0));
    bd_store(b, taps, spatial + 2, axes, x_cast(b->nest, DT_i16, e));
    return taps;
}

bool build_ConvPlanes(NestBuild *b) {
    Nest *n = b->nest;
    BufId y = bd_out(b, 0);
    const Attr_ConvBytes *a = bd_attr(b);
    int rank = bd_buf(b, bd_in(b, 0))->rank, spatial = rank - 2;
    if (!bd_rank(b, y, rank) || !bd_rank(b, bd_in(b, 1), spatial + 1)) return false;
    const char *results[MAX_RANK] = {"n"}, *names[MAX_RANK] = {NULL};
    int64_t sizes[MAX_RANK], kernel[MAX_RANK];
    for (int d = 0; d < spatial; d++) {
        results[d + 1] = bd_spatial_name(b, "o", spatial, d);
        names[d] = bd_spatial_name(b, "k", spatial, d);
    }
    results[rank - 1] = "c";
    plane_sizes(b, spatial, sizes, kernel);
    BufId plane = widened_plane(b, spatial, sizes), taps = widened_taps(b, spatial, kernel);
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], tap[MAX_RANK];
    make_axes(b, rank, results, bd_buf(b, y)->dim, AXIS_spatial, axes, at);
    make_axes(b, spatial, names, kernel + 1, AXIS_reduce, red, tap + 2);
    from[0] = tap[0] = at[0], from[1] = tap[1] = at[rank - 1];
    for (int d = 0; d < spatial; d++)
        from[d + 2] = x_fn2(n, FN_add, bd_times(b, at[d + 1], bd_entry(a->strides, d, 1)), bd_times(b, tap[d + 2], bd_entry(a->dilations, d, 1)));
    store_sum(b, rank, axes, spatial, red, bd_load(b, plane, from), bd_load(b, taps, tap), at[rank - 1]);
    return true;
}

bool build_ConvWindows(NestBuild *b) {
    Nest *n = b->nest;
    BufId y = bd_out(b, 0), x = bd_in(b, 0), w = bd_in(b, 1);
    const Attr_ConvBytes *a = bd_attr(b);
    int rank = bd_buf(b, x)->rank, spatial = rank - 2;
    if (!bd_rank(b, y, rank) || !bd_rank(b, w, spatial + 1)) return false;
    const char *results[MAX_RANK] = {"n"}, *names[MAX_RANK] = {NULL};
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], tap[MAX_RANK];
    for (int d = 0; d < spatial; d++) {
        results[d + 1] = bd_spatial_name(b, "o", spatial, d);
        names[d] = bd_spatial_name(b, "k", spatial, d);
    }
    results[rank - 1] = "c";
    make_axes(b, rank, results, bd_buf(b, y)->dim, AXIS_spatial, axes, at);
    make_axes(b, spatial, names, bd_buf(b, w)->dim, AXIS_reduce, red, tap);
    from[0] = at[0], from[rank - 1] = tap[spatial] = at[rank - 1];
    for (int d = 0; d < spatial; d++) {
        ExprId k = bd_times(b, tap[d], bd_entry(a->dilations, d, 1)), o = bd_times(b, at[d + 1], bd_entry(a->strides, d, 1));
        from[d + 1] = bd_plus(b, x_fn2(n, FN_add, o, k), -bd_entry(a->pads, d, 0));
    }
    ExprId e = bd_load_or(b, x, from, 0);
    Expr v = *x_get(n, e);
    bool guarded = v.kind == X_fn && v.id == FN_select;
    ExprId less = x_fn2(n, FN_sub, x_cast(n, DT_i32, guarded ? x_arg(n, e, 1) : e), x_int(n, DT_i32, a->x_zero));
    ExprId product = x_fn2(n, FN_mul, less, x_cast(n, DT_i32, bd_load(b, w, tap)));
    ExprId sum = x_reduce(n, COMBINE_sum, product, guarded ? x_arg(n, e, 0) : NO_EXPR, spatial, red);
    if (bd_in(b, 2) != NO_BUF) sum = x_fn2(n, FN_add, sum, bd_load(b, bd_in(b, 2), &at[rank - 1]));
    bd_store(b, y, rank, axes, sum);
    return true;
}
