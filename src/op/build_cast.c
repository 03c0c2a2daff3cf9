/* Conversions between element types: Cast, BitCast, QuantizeLinear, DequantizeLinear. */
#include "op/build.h"

static ExprId number(const NestBuild *b, DType t, double v) {
    return x_number(b->nest, t, v);
}

/* e in a type with arithmetic of floats. */
static ExprId real(const NestBuild *b, ExprId e) {
    DType t = (DType)x_get(b->nest, e)->dtype;
    return t == DT_f32 || t == DT_f64 ? e : x_cast(b->nest, DT_f32, e);
}

static ExprId clamped(const NestBuild *b, ExprId e, double lo, double hi) {
    Nest *n = b->nest;
    DType t = (DType)x_get(n, e)->dtype;
    return x_fn2(n, FN_min, x_fn2(n, FN_max, e, number(b, t, lo)), number(b, t, hi));
}

/* To a power of two: "nearest" is what the conversion does, ties up. */
static ExprId to_power(const NestBuild *b, ExprId e, bool saturate, const char *round_mode) {
    Nest *n = b->nest;
    ExprId a = x_fn1(n, FN_abs, x_cast(n, DT_f32, real(b, e)));
    if (saturate) a = clamped(b, a, dtype_lowest(DT_f8e8m0), dtype_largest(DT_f8e8m0));
    if (strcmp(round_mode, "nearest") == 0) return x_cast(n, DT_f8e8m0, a);
    bool up = strcmp(round_mode, "up") == 0;
    ExprId p = x_cast(n, DT_f32, x_cast(n, DT_f8e8m0, a));
    ExprId next = x_fn2(n, FN_mul, p, number(b, DT_f32, up ? 2 : 0.5));
    return x_cast(n, DT_f8e8m0, x_select(n, x_fn2(n, up ? FN_lt : FN_gt, p, a), next, p));
}

/* The conversion of Cast. x_cast alone does not saturate: floats of 8 bits go to NaN or infinity. */
static ExprId converted(const NestBuild *b, ExprId e, DType to, bool saturate, const char *round_mode) {
    if (to == DT_f8e8m0) return to_power(b, e, saturate, round_mode);
    if (saturate && dtype_is_float(to) && dtype_is_small(to))
        e = clamped(b, real(b, e), dtype_lowest(to), dtype_largest(to));
    return x_cast(b->nest, to, e);
}

bool build_Cast(NestBuild *b) {
    const Attr_Cast *c = bd_attr(b);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    BufId y = bd_out(b, 0);
    int rank = bd_buf(b, y)->rank;
    bd_axes(b, y, axes, at);
    ExprId x = bd_broadcast(b, bd_in(b, 0), rank, at);
    bd_store(b, y, rank, axes, converted(b, x, bd_buf(b, y)->dtype, c->saturate != 0, c->round_mode));
    return true;
}

/* Bytes are copied, as C lets only these be read from an object of any type. Numbers of less than a byte have their
 * own form in it, and a bool is 0 or 1. */
bool build_BitCast(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Buffer *from = &n->buf.at[x], *to = &n->buf.at[y];
    int64_t bytes = dtype_info[to->dtype].bytes;
    for (int i = 0; i < to->rank; i++) bytes *= to->dim[i];
    bool to_bool = to->dtype == DT_bool;
    if (from->dtype != DT_i4 && from->dtype != DT_i2) from->dtype = DT_u8;
    if (dtype_info[to->dtype].bits >= 8 || dtype_is_float(to->dtype))
        to->dtype = dtype_info[to->dtype].bits == 4 ? DT_u4 : DT_u8;
    Buffer *both[] = {from, to};
    for (int i = 0; i < 2; i++) {
        both[i]->rank = 1;
        both[i]->dim[0] = bytes;
        both[i]->stride[0] = 1;
    }
    AxisId axis = nest_axis(n, "i", bytes, AXIS_spatial);
    ExprId at = x_axis(n, axis), v = x_load(n, x, &at);
    if (to_bool) v = x_cast(n, DT_bool, v);
    bd_store(b, y, 1, &axis, v);
    return true;
}

/* ---- quantisation ---- */

/* Element of a scale or zero point that belongs to position at[] of x: one for all, one a position of `axis`, or one
 * for each `block_size` of these. */
static ExprId parameter(const NestBuild *b, BufId p, const ExprId *at, int64_t axis, int64_t block_size) {
    ExprId index[MAX_RANK];
    const Buffer *s = bd_buf(b, p);
    int rank = s->rank;
    bool single = true;
    for (int i = 0; i < rank; i++) single = single && s->dim[i] == 1;
    if (single) return bd_scalar(b, p);
    if (!block_size) return bd_load(b, p, &at[axis]);
    for (int i = 0; i < rank; i++) index[i] = i == axis ? bd_div(b, at[i], block_size) : at[i];
    return bd_load(b, p, index);
}

/* x / scale, rounded to the type t of the division. */
static ExprId quotient(const NestBuild *b, ExprId x, ExprId scale, DType t) {
    Nest *n = b->nest;
    DType in = bd_compute(t);
    ExprId q = x_fn2(n, FN_div, x_cast(n, in, x_cast(n, t, x)), x_cast(n, in, x_cast(n, t, scale)));
    return x_cast(n, in, x_cast(n, t, q));
}

bool build_QuantizeLinear(NestBuild *b) {
    const Attr_Quantize *c = bd_attr(b);
    Nest *n = b->nest;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    BufId y = bd_out(b, 0), zero = bd_in(b, 2);
    DType to = bd_buf(b, y)->dtype;
    int rank = bd_buf(b, y)->rank;
    bd_axes(b, y, axes, at);
    ExprId q = quotient(b, bd_load(b, bd_in(b, 0), at), parameter(b, bd_in(b, 1), at, c->axis, c->block_size),
                        c->precision);
    DType t = (DType)x_get(n, q)->dtype;
    if (dtype_is_int(to)) q = x_fn1(n, FN_rint, q);
    if (zero != NO_BUF) {
        ExprId z = x_cast(n, t, parameter(b, zero, at, c->axis, c->block_size)), sum = x_fn2(n, FN_add, q, z);
        bool has_zero = dtype_is_float(to) && dtype_info[to].bits == 8; /* -0 stays where nothing is added */
        q = has_zero ? x_select(n, x_fn2(n, FN_eq, z, number(b, t, 0)), q, sum) : sum;
    }
    bool saturate = c->saturate || dtype_is_int(to);
    if (dtype_is_int(to)) q = clamped(b, q, dtype_lowest(to), dtype_largest(to));
    bd_store(b, y, rank, axes, converted(b, q, to, saturate, ""));
    return true;
}

/* In float, then rounded to the result's type. */
bool build_DequantizeLinear(NestBuild *b) {
    const Attr_Dequantize *c = bd_attr(b);
    Nest *n = b->nest;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    BufId y = bd_out(b, 0), zero = bd_in(b, 2);
    int rank = bd_buf(b, y)->rank;
    bd_axes(b, y, axes, at);
    ExprId x = real(b, bd_load(b, bd_in(b, 0), at));
    if (zero != NO_BUF) x = x_fn2(n, FN_sub, x, real(b, parameter(b, zero, at, c->axis, c->block_size)));
    ExprId scale = real(b, parameter(b, bd_in(b, 1), at, c->axis, c->block_size));
    bd_store(b, y, rank, axes, x_fn2(n, FN_mul, x, scale));
    return true;
}
