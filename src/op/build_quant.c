/* Convolution of integers: what Conv's notation says, on elements less their zero points. A product with packed
 * weights. */
#include "op/build.h"

/* Element [n, channel, @(o*strides + k*dilations - pads)] of x, 0 outside: padding is a zero of the real numbers. */
static ExprId window_element(const NestBuild *b, int spatial, const ExprId *out, const ExprId *tap, ExprId channel) {
    const Attr_Conv *c = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0);
    ExprId at[MAX_RANK] = {out[0], channel};
    for (int d = 0; d < spatial; d++) {
        ExprId o = bd_times(b, out[d + 2], bd_entry(c->strides, d, 1)),
               k = bd_times(b, tap[d], bd_entry(c->dilations, d, 1));
        at[d + 2] = bd_plus(b, x_fn2(n, FN_add, o, k), -bd_entry(c->pads, d, 0));
    }
    ExprId e = x_load_or(n, x, at, x_number(n, bd_buf(b, x)->dtype, 0));
    if (x_get(n, e)->kind == X_int) return x_int(n, DT_i32, 0);
    if (x_get(n, e)->kind == X_load) return bd_centred(b, e, bd_in(b, 2), 0, NULL);
    ExprId inside = x_arg(n, e, 0), load = x_arg(n, e, 1);
    return x_select(n, inside, bd_centred(b, load, bd_in(b, 2), 0, NULL), x_int(n, DT_i32, 0));
}

bool build_ConvInteger(NestBuild *b) {
    const Attr_Conv *c = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), w = bd_in(b, 1), y = bd_out(b, 0);
    int rank = bd_buf(b, x)->rank, spatial = rank - 2;
    if (spatial < 1 || !bd_rank(b, w, rank) || !bd_rank(b, y, rank)) return false;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], tap[MAX_RANK], weight[MAX_RANK];
    for (int i = 0; i < rank; i++) {
        const char *name = i == 0 ? "n" : i == 1 ? "oc" : bd_spatial_name(b, "o", spatial, i - 2);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    int64_t ics = bd_buf(b, w)->dim[1], each = bd_buf(b, y)->dim[1] / c->group;
    red[0] = nest_axis(n, "ic", ics, AXIS_reduce);
    for (int d = 0; d < spatial; d++) {
        red[d + 1] = nest_axis(n, bd_spatial_name(b, "k", spatial, d), bd_buf(b, w)->dim[d + 2], AXIS_reduce);
        tap[d] = weight[d + 2] = x_axis(n, red[d + 1]);
    }
    weight[0] = at[1];
    weight[1] = x_axis(n, red[0]);
    ExprId channel = x_fn2(n, FN_add, bd_times(b, bd_div(b, at[1], each), ics), weight[1]);
    ExprId p = window_element(b, spatial, at, tap, channel);
    /* a zero point of each channel is broadcast as if it were [oc] */
    ExprId q = bd_centred(b, bd_load(b, w, weight), bd_in(b, 3), 1, at + 1);
    bd_store(b, y, rank, axes, x_reduce(n, COMBINE_sum, x_fn2(n, FN_mul, p, q), NO_EXPR, spatial + 1, red));
    return true;
}

/* Number `part` of those packed in a byte, from the low bits up. */
static ExprId unpacked(const NestBuild *b, ExprId byte, ExprId part, int64_t bits) {
    Nest *n = b->nest;
    ExprId q = x_cast(n, DT_i32, byte), by = x_cast(n, DT_i32, bd_times(b, part, bits));
    if (bits == 8) return q;
    return x_fn2(n, FN_bitand, x_fn2(n, FN_shift_right, q, by), x_int(n, DT_i32, (INT64_C(1) << bits) - 1));
}

/* Axes of the sum: blocks, bytes of a block, numbers of a byte. */
bool build_MatMulNBits(NestBuild *b) {
    const Attr_MatMulNBits *m = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), w = bd_in(b, 1), scales = bd_in(b, 2), zeros = bd_in(b, 3), y = bd_out(b, 0);
    int rank = bd_buf(b, y)->rank;
    int64_t per = 8 / m->bits, blocks = bd_buf(b, w)->dim[1];
    DType t = bd_compute(bd_buf(b, x)->dtype);
    AxisId axes[MAX_RANK],
        red[3] = {nest_axis(n, "kb", blocks, AXIS_reduce), nest_axis(n, "kj", m->block_size / per, AXIS_reduce),
                  nest_axis(n, "kp", per, AXIS_reduce)};
    ExprId at[MAX_RANK], kb = x_axis(n, red[0]), byte = x_axis(n, red[1]), part = x_axis(n, red[2]);
    bd_axes(b, y, axes, at);
    ExprId column = at[rank - 1], k = x_fn2(n, FN_add, bd_times(b, kb, m->block_size), bd_times(b, byte, per));
    k = x_fn2(n, FN_add, k, part);
    at[rank - 1] = k;
    ExprId element = bd_load(b, x, at), group[2] = {column, kb}, packed[3] = {column, kb, byte};
    ExprId zero = x_real(n, t, (double)(INT64_C(1) << (m->bits - 1)));
    if (zeros != NO_BUF && bd_buf(b, zeros)->dtype != DT_u8) {
        zero = bd_load(b, zeros, group);
    } else if (zeros != NO_BUF) {
        ExprId of[2] = {column, bd_div(b, kb, per)};
        zero = x_cast(n, t, unpacked(b, x_load(n, zeros, of), bd_mod(b, kb, per), m->bits));
    }
    ExprId v = x_cast(n, t, unpacked(b, x_load(n, w, packed), part, m->bits));
    v = x_fn2(n, FN_mul, x_fn2(n, FN_sub, v, zero), bd_load(b, scales, group));
    ExprId inside = x_fn2(n, FN_lt, k, x_index(n, m->K));
    bd_store(b, y, rank, axes, x_reduce(n, COMBINE_sum, x_fn2(n, FN_mul, element, v), inside, 3, red));
    return true;
}
