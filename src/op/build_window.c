/* Windows the other way round: Col2Im, MaxUnpool. */
#include "op/build.h"

/* Blocks of a kernel's size summed where they overlap. Element @i takes from tap @k of block @o where
 * o*stride = i + pad - k*dilation. */
bool build_Col2Im(NestBuild *b) {
    const Attr_Col2Im *a = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int nd = bd_buf(b, y)->rank - 2;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], k[MAX_RANK], o[MAX_RANK], guard = x_int(n, DT_bool, 1);
    int64_t blocks[MAX_RANK], taps = 1;
    if (!bd_rank(b, x, 3)) return false;
    bd_axes(b, y, axes, at);
    for (int d = 0; d < nd; d++) {
        int64_t stride = a->strides.at[d], size = a->block_shape.at[d], dilation = a->dilations.at[d];
        taps *= size;
        blocks[d] =
            (a->image_shape.at[d] + a->pads.at[d] + a->pads.at[d + nd] - dilation * (size - 1) - 1) / stride + 1;
        red[d] = nest_axis(n, bd_spatial_name(b, "k", nd, d), size, AXIS_reduce);
        k[d] = x_axis(n, red[d]);
        ExprId place = x_fn2(n, FN_sub, bd_plus(b, at[d + 2], a->pads.at[d]), bd_times(b, k[d], dilation));
        o[d] = bd_div(b, place, stride);
        guard = x_fn2(n, FN_and, guard, x_fn2(n, FN_eq, bd_mod(b, place, stride), x_index(n, 0)));
        guard = x_fn2(n, FN_and, guard, x_fn2(n, FN_ge, place, x_index(n, 0)));
        guard = x_fn2(n, FN_and, guard, x_fn2(n, FN_lt, place, x_index(n, blocks[d] * stride)));
    }
    ExprId row = x_fn2(n, FN_add, bd_times(b, at[1], taps), bd_flatten(b, nd, a->block_shape.at, k));
    ExprId from[3] = {at[0], row, bd_flatten(b, nd, blocks, o)};
    bd_store(b, y, nd + 2, axes, x_reduce(n, COMBINE_sum, bd_load(b, x, from), guard, nd, red));
    return true;
}

/* Two elements may have the same place: the last one stays. */
bool build_MaxUnpool(NestBuild *b) {
    const Attr_MaxUnpool *a = bd_attr(b);
    BufId x = bd_in(b, 0), indices = bd_in(b, 1), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, x)->rank;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], to[MAX_RANK];
    int64_t total = 1;
    if (!bd_rank(b, y, rank) || !bd_rank(b, indices, rank)) return false;
    bd_axes(b, y, axes, at);
    bd_store(b, y, rank, axes, x_number(n, bd_compute(bd_buf(b, y)->dtype), 0));
    for (int i = 0; i < rank; i++) {
        total *= a->shape.at[i];
        axes[i] = nest_axis(n, bd_axis_name(b, rank, i), bd_buf(b, x)->dim[i], AXIS_serial);
        at[i] = x_axis(n, axes[i]);
    }
    ExprId place = x_load(n, indices, at);
    ExprId inside =
        x_fn2(n, FN_and, x_fn2(n, FN_ge, place, x_int(n, DT_i64, 0)), x_fn2(n, FN_lt, place, x_int(n, DT_i64, total)));
    bd_unflatten(b, x_to_index(n, place), rank, a->shape.at, to);
    Stage *s = bd_store_at(b, y, rank, axes, to, x_load(n, x, at));
    s->guard = inside;
    return true;
}
