/* Channels in blocks of a vector's lanes (NCHWc): the reorders and the convolution. */
#include "op/build.h"

bool build_BlockChannels(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    const Attr_Block *a = bd_attr(b);
    int rank = bd_buf(b, x)->rank;
    if (!bd_rank(b, y, rank + 1)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    for (int i = 0; i <= rank; i++) {
        const char *name = i == 0 ? "n" : i == 1 ? "cb" : i == rank ? "ci" : bd_spatial_name(b, "", rank - 2, i - 2);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    ExprId c = x_fn2(n, FN_add, bd_times(b, at[1], a->block), at[rank]);
    ExprId from[MAX_RANK] = {at[0], c};
    for (int i = 2; i < rank; i++) from[i] = at[i];
    bd_store(b, y, rank + 1, axes, bd_load_or(b, x, from, 0));
    return true;
}

bool build_UnblockChannels(NestBuild *b) {
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    const Attr_Block *a = bd_attr(b);
    int rank = bd_buf(b, y)->rank;
    if (!bd_rank(b, x, rank + 1)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK];
    bd_axes(b, y, axes, at);
    from[0] = at[0];
    from[1] = bd_div(b, at[1], a->block);
    for (int i = 2; i < rank; i++) from[i] = at[i];
    from[rank] = bd_mod(b, at[1], a->block);
    bd_store(b, y, rank, axes, bd_load(b, x, from));
    return true;
}

/* Axes n, ob, spatial, oi; ic and the kernel's are reduced. */
bool build_ConvBlocked(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), w = bd_in(b, 1), bias = bd_in(b, 2), y = bd_out(b, 0);
    const Attr_ConvBlocked *a = bd_attr(b);
    int rank = bd_buf(b, w)->rank, spatial = rank - 2;
    bool plain = bd_buf(b, x)->rank == rank;
    if (!bd_rank(b, y, rank + 1) || (!plain && !bd_rank(b, x, rank + 1))) return false;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], wi[MAX_RANK];
    for (int i = 0; i <= rank; i++) {
        const char *name = i == 0 ? "n" : i == 1 ? "ob" : i == rank ? "oi" : bd_spatial_name(b, "o", spatial, i - 2);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    int64_t ics = bd_buf(b, w)->dim[1], ocs = bd_buf(b, w)->dim[0] / a->group;
    red[0] = nest_axis(n, "ic", ics, AXIS_reduce);
    ExprId oc = x_fn2(n, FN_add, bd_times(b, at[1], a->block), at[rank]), ic = x_axis(n, red[0]);
    if (a->group > 1) ic = x_fn2(n, FN_add, bd_times(b, bd_div(b, oc, ocs), ics), ic);
    from[0] = at[0];
    from[1] = plain ? ic : bd_div(b, ic, a->block);
    wi[0] = oc;
    wi[1] = x_axis(n, red[0]);
    for (int d = 0; d < spatial; d++) {
        red[d + 1] = nest_axis(n, bd_spatial_name(b, "k", spatial, d), bd_buf(b, w)->dim[d + 2], AXIS_reduce);
        wi[d + 2] = x_axis(n, red[d + 1]);
        ExprId k = bd_times(b, wi[d + 2], bd_entry(a->dilations, d, 1));
        ExprId o = bd_times(b, at[d + 2], bd_entry(a->strides, d, 1));
        from[d + 2] = bd_plus(b, x_fn2(n, FN_add, o, k), -bd_entry(a->pads, d, 0));
    }
    if (!plain) from[rank] = bd_mod(b, ic, a->block);
    ExprId product = x_fn2(n, FN_mul, bd_load_or(b, x, from, 0), bd_load(b, w, wi));
    ExprId sum = x_reduce(n, COMBINE_sum, product, NO_EXPR, rank - 1, red);
    if (bias != NO_BUF) sum = x_fn2(n, FN_add, sum, bd_load(b, bias, &oc));
    bd_store(b, y, rank + 1, axes, sum);
    return true;
}
