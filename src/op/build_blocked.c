/* Channels in blocks of a vector's lanes (NCHWc): the reorders and the convolution. */
#include "op/border.h"
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

/* Axes n, ob, spatial, oi of a convolution's result. */
static void blocked_axes(const NestBuild *b, BufId y, AxisId *axes, ExprId *at) {
    int rank = bd_buf(b, y)->rank;
    for (int i = 0; i < rank; i++) {
        const char *name = i == 0 ? "n" : i == 1 ? "ob" : i == rank - 1 ? "oi" : bd_spatial_name(b, "o", rank - 3, i - 2);
        axes[i] = nest_axis(b->nest, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(b->nest, axes[i]);
    }
}

/* An element as a factor: a byte in i32; 0 outside. */
static ExprId factor(const NestBuild *b, BufId buf, const ExprId *at) {
    Nest *n = b->nest;
    ExprId e = bd_load_or(b, buf, at, 0);
    Expr x = *x_get(n, e);
    if (!dtype_is_int((DType)x.dtype)) return e;
    if (x.kind != X_fn || x.id != FN_select) return x_cast(n, DT_i32, e);
    ExprId inside = x_arg(n, e, 0), v = x_cast(n, DT_i32, x_arg(n, e, 1));
    return x_select(n, inside, v, x_number(n, DT_i32, 0));
}

/* The result: products summed, and the bias of output channel oc, the last of `bias`, where there is one. */
static void store_sum(const NestBuild *b, int rank, const AxisId *axes, int nred, const AxisId *red, ExprId product, const ExprId *bias) {
    ExprId sum = x_reduce(b->nest, COMBINE_sum, product, NO_EXPR, nred, red);
    if (bd_in(b, 2) != NO_BUF) sum = x_fn2(b->nest, FN_add, sum, bd_load(b, bd_in(b, 2), bias));
    bd_store(b, bd_out(b, 0), rank, axes, sum);
}

/* The class of result o (border.h). */
static ExprId class_of(const NestBuild *b, const Border *x, ExprId o) {
    Nest *n = b->nest;
    if (x->classes == x->out) return o;
    ExprId first = x_fn2(n, FN_min, o, x_index(n, x->before));
    ExprId last = x_fn2(n, FN_max, bd_plus(b, o, x->after + 1 - x->out), x_index(n, 0));
    return x_fn2(n, FN_add, first, last);
}

/* Axes n, ob, spatial, oi; ic and the kernel's are reduced. */
bool build_ConvBlocked(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), w = bd_in(b, 1), y = bd_out(b, 0);
    const Attr_ConvBlocked *a = bd_attr(b);
    int rank = bd_buf(b, w)->rank, spatial = rank - 2;
    bool plain = bd_buf(b, x)->rank == rank;
    if (!bd_rank(b, y, rank + 1) || (!plain && !bd_rank(b, x, rank + 1))) return false;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], wi[MAX_RANK], bias[MAX_RANK];
    blocked_axes(b, y, axes, at);
    int64_t ics = bd_buf(b, w)->dim[1], ocs = bd_buf(b, w)->dim[0] / a->group;
    red[0] = nest_axis(n, "ic", ics, AXIS_reduce);
    ExprId oc = x_fn2(n, FN_add, bd_times(b, at[1], a->block), at[rank]), ic = x_axis(n, red[0]);
    from[0] = at[0];
    if (a->group > 1 && ics % a->block == 0 && ocs % a->block == 0) { /* groups of whole blocks: lanes have no part in it */
        from[1] = bd_times(b, bd_div(b, at[1], ocs / a->block), ics / a->block);
        from[1] = x_fn2(n, FN_add, from[1], bd_div(b, ic, a->block));
    } else {
        if (a->group > 1) ic = x_fn2(n, FN_add, bd_times(b, bd_div(b, oc, ocs), ics), ic);
        from[1] = plain ? ic : bd_div(b, ic, a->block);
    }
    bool classes = bd_in(b, 2) != NO_BUF && bd_buf(b, bd_in(b, 2))->rank > 1;
    bias[classes ? spatial : 0] = wi[0] = oc;
    wi[1] = x_axis(n, red[0]);
    for (int d = 0; d < spatial; d++) {
        red[d + 1] = nest_axis(n, bd_spatial_name(b, "k", spatial, d), bd_buf(b, w)->dim[d + 2], AXIS_reduce);
        wi[d + 2] = x_axis(n, red[d + 1]);
        ExprId k = bd_times(b, wi[d + 2], bd_entry(a->dilations, d, 1));
        ExprId o = bd_times(b, at[d + 2], bd_entry(a->strides, d, 1));
        from[d + 2] = bd_plus(b, x_fn2(n, FN_add, o, k), -bd_entry(a->pads, d, 0));
        Border border = border_of(a, bd_buf(b, w)->dim[d + 2], d, bd_buf(b, x)->dim[d + 2], bd_buf(b, y)->dim[d + 2]);
        if (classes) bias[d] = class_of(b, &border, at[d + 2]);
    }
    if (!plain) from[rank] = bd_mod(b, ic, a->block);
    store_sum(b, rank + 1, axes, rank - 1, red, x_fn2(n, FN_mul, factor(b, x, from), factor(b, w, wi)), bias);
    return true;
}

/* Axes n, ob, spatial, oi; ic and the taps are reduced. */
bool build_ConvTransposeBlocked(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), u = bd_in(b, 1), y = bd_out(b, 0);
    const Attr_ConvTransposeBlocked *a = bd_attr(b);
    int rank = bd_buf(b, y)->rank, spatial = rank - 3;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], ui[MAX_RANK];
    ExprId within = NO_EXPR;
    blocked_axes(b, y, axes, at);
    red[0] = nest_axis(n, "ic", bd_buf(b, u)->dim[2], AXIS_reduce);
    ui[0] = x_index(n, 0);
    ui[1] = x_fn2(n, FN_add, bd_times(b, at[1], a->block), at[rank - 1]);
    ui[2] = x_axis(n, red[0]);
    from[0] = at[0];
    from[1] = bd_div(b, ui[2], a->block);
    from[rank - 1] = bd_mod(b, ui[2], a->block);
    for (int d = 0; d < spatial; d++) {
        int64_t stride = bd_entry(a->strides, d, 1);
        red[d + 1] = nest_axis(n, bd_spatial_name(b, "k", spatial, d), bd_buf(b, u)->dim[d + 3], AXIS_reduce);
        ui[d + 3] = x_axis(n, red[d + 1]);
        ui[0] = x_fn2(n, FN_add, bd_times(b, ui[0], stride), bd_mod(b, at[d + 2], stride));
        ExprId padded = bd_plus(b, at[d + 2], bd_entry(a->pads, d, 0));
        from[d + 2] = x_fn2(n, FN_sub, bd_div(b, padded, stride), ui[d + 3]);
        int64_t size = bd_entry(a->kernel_shape, d, 1);
        if (size % stride == 0) continue; /* equally many taps in each phase */
        ExprId k = x_fn2(n, FN_add, bd_times(b, ui[d + 3], stride), bd_mod(b, padded, stride));
        ExprId c = x_fn2(n, FN_lt, k, x_index(n, size));
        within = within == NO_EXPR ? c : x_fn2(n, FN_and, within, c);
    }
    ExprId product = x_fn2(n, FN_mul, bd_load_or(b, x, from, 0), bd_load(b, u, ui));
    if (within != NO_EXPR) product = x_select(n, within, product, x_number(n, DT_f32, 0));
    store_sum(b, rank, axes, spatial + 1, red, product, &ui[1]);
    return true;
}
