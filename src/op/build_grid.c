/* Values between the elements of a tensor, at positions that are data: GridSample, DeformSample; and AffineGrid, which
 * makes such positions. Per dimension a position becomes taps: places to read and weights, stages of their own. */
#include "op/build.h"

typedef enum { PAD_zeros, PAD_border, PAD_reflection } Padding;

/* One dimension. */
typedef struct {
    const NestBuild *b;
    DType type; /* positions are computed in */
    int64_t size;
    int taps; /* 1 nearest, 2 linear, 4 cubic */
    Padding padding;
    bool align; /* positions -1 and 1 are the centres of the outer elements, not their edges */
    BufId at, weight;
} Side;

static ExprId real(const Side *s, double v) {
    return x_real(s->b->nest, s->type, v);
}
static ExprId fn2(const Side *s, Fn f, ExprId x, ExprId y) {
    return x_fn2(s->b->nest, f, x, y);
}
static ExprId add(const Side *s, ExprId x, double c) {
    return fn2(s, FN_add, x, real(s, c));
}
static ExprId mul(const Side *s, ExprId x, double c) {
    return fn2(s, FN_mul, x, real(s, c));
}

/* x mirrored at lo and hi until it lies between them. */
static ExprId reflect(const Side *s, ExprId x, double lo, double hi) {
    Nest *n = s->b->nest;
    if (hi <= lo) return real(s, 0);
    ExprId below = fn2(s, FN_lt, x, real(s, lo));
    ExprId d = x_select(n, below, fn2(s, FN_sub, real(s, lo), x), add(s, x, -hi));
    ExprId times = x_fn1(n, FN_trunc, fn2(s, FN_div, d, real(s, hi - lo)));
    ExprId rest = fn2(s, FN_sub, d, mul(s, times, hi - lo));
    ExprId even = fn2(s, FN_eq, fn2(s, FN_sub, times, mul(s, x_fn1(n, FN_trunc, mul(s, times, 0.5)), 2)), real(s, 0));
    ExprId from_lo = add(s, rest, lo), from_hi = fn2(s, FN_sub, real(s, hi), rest);
    return x_select(n, fn2(s, FN_eq, below, even), from_lo, from_hi);
}

/* A position in elements, brought inside as the padding says. */
static ExprId inside(const Side *s, ExprId x) {
    Nest *n = s->b->nest;
    double lo = s->align ? 0 : -0.5, hi = (double)s->size - (s->align ? 1 : 0.5);
    if (s->padding == PAD_zeros || (s->padding == PAD_border && s->taps == 4))
        return x; /* the taps are moved instead */
    ExprId out = fn2(s, FN_or, fn2(s, FN_lt, x, real(s, lo)), fn2(s, FN_gt, x, real(s, hi)));
    ExprId border = fn2(s, FN_max, fn2(s, FN_min, x, real(s, (double)s->size - 1)), real(s, 0));
    return x_select(n, out, s->padding == PAD_border ? border : reflect(s, x, lo, hi), x);
}

/* Element i, which may lie outside, as the padding says; -1: none. */
static ExprId element(const Side *s, ExprId i) {
    Nest *n = s->b->nest;
    ExprId zero = x_index(n, 0), end = x_index(n, s->size);
    if (s->padding == PAD_zeros) {
        ExprId in = x_fn2(n, FN_and, x_fn2(n, FN_ge, i, zero), x_fn2(n, FN_lt, i, end));
        return x_select(n, in, i, x_index(n, -1));
    }
    if (s->padding == PAD_reflection) {
        int64_t period = s->align ? 2 * (s->size - 1) : 2 * s->size;
        if (period == 0) return zero;
        ExprId m = bd_mod(s->b, i, period), back = x_fn2(n, FN_sub, x_index(n, period - (s->align ? 0 : 1)), m);
        i = x_select(n, x_fn2(n, FN_lt, m, end), m, back);
    }
    return bd_clamp(s->b, i, 0, s->size - 1);
}

/* Weight of an element at this distance: 1 - d, or Keys' cubic with a = -0.75. */
static ExprId kernel(const Side *s, ExprId d) {
    const double a = -0.75;
    if (s->taps == 2) return fn2(s, FN_sub, real(s, 1), d);
    ExprId near = fn2(s, FN_mul, fn2(s, FN_mul, add(s, mul(s, d, a + 2), -(a + 3)), d), d);
    ExprId far = add(s, fn2(s, FN_mul, add(s, mul(s, d, a), -5 * a), d), 8 * a);
    far = add(s, fn2(s, FN_mul, far, d), -4 * a);
    return x_select(s->b->nest, fn2(s, FN_le, d, real(s, 1)), add(s, near, 1), far);
}

/* Stages that turn the position `x`, an expression over the axes, into at[.., t] and weight[.., t]. The axes are
 * those of new locals, in order. */
static void taps(Side *s, const char *letter, int naxis, const AxisId *axes, ExprId x) {
    Nest *n = s->b->nest;
    int64_t dim[MAX_RANK];
    ExprId at[MAX_RANK];
    AxisId own[MAX_RANK];
    for (int i = 0; i < naxis; i++) dim[i] = n->axis.at[axes[i]].extent;
    BufId pos = bd_local(s->b, arena_printf(n->arena, "pos_%s", letter), s->type, naxis, dim);
    x = inside(s, s->taps == 1 ? x_fn1(n, FN_rint, x) : x);
    bd_store(s->b, pos, naxis, axes, fn2(s, FN_max, fn2(s, FN_min, x, real(s, (double)s->size + 3)), real(s, -4)));
    dim[naxis] = s->taps;
    s->at = bd_local(s->b, arena_printf(n->arena, "at_%s", letter), DT_i32, naxis + 1, dim);
    s->weight =
        s->taps > 1 ? bd_local(s->b, arena_printf(n->arena, "weight_%s", letter), s->type, naxis + 1, dim) : NO_BUF;
    for (int stage = 0; stage < (s->taps > 1 ? 2 : 1); stage++) {
        for (int i = 0; i <= naxis; i++) {
            own[i] = nest_axis(n, i < naxis ? n->axis.at[axes[i]].base : "t", dim[i], AXIS_spatial);
            at[i] = x_axis(n, own[i]);
        }
        ExprId p = x_load(n, pos, at), low = x_fn1(n, FN_floor, p);
        ExprId step = bd_plus(s->b, at[naxis], s->taps == 4 ? -1 : 0); /* of this tap from the element below */
        if (stage) {
            ExprId d = fn2(s, FN_sub, fn2(s, FN_sub, p, low), x_cast(n, s->type, step));
            bd_store(s->b, s->weight, naxis + 1, own, kernel(s, x_fn1(n, FN_abs, d)));
        } else {
            ExprId i = x_fn2(n, FN_add, x_to_index(n, x_cast(n, DT_i32, low)), step);
            bd_store(s->b, s->at, naxis + 1, own, x_cast(n, DT_i32, element(s, i)));
        }
    }
}

/* sum over taps of x at `head` (`nhead` indices) and the taps of `sides`, which were made for position `where`. */
static ExprId sampled(const NestBuild *b, BufId x, int nhead, const ExprId *head, int nside, const Side *sides,
                      int nwhere, const ExprId *where, DType type) {
    Nest *n = b->nest;
    AxisId red[MAX_RANK];
    ExprId from[MAX_RANK], at[MAX_RANK], weight = NO_EXPR;
    int nred = 0;
    memcpy(from, head, (size_t)nhead * sizeof *head);
    memcpy(at, where, (size_t)nwhere * sizeof *where);
    for (int d = 0; d < nside; d++) {
        at[nwhere] = x_index(n, 0);
        if (sides[d].taps > 1) {
            red[nred] = nest_axis(n, arena_printf(n->arena, "t%s", bd_spatial_name(b, "", nside, d)), sides[d].taps,
                                  AXIS_reduce);
            at[nwhere] = x_axis(n, red[nred++]);
            ExprId w = x_cast(n, type, x_load(n, sides[d].weight, at));
            weight = weight == NO_EXPR ? w : x_fn2(n, FN_mul, weight, w);
        }
        from[nhead + d] = x_to_index(n, x_load(n, sides[d].at, at));
    }
    ExprId none = x_number(n, bd_buf(b, x)->dtype, 0);
    ExprId v = sides[0].padding == PAD_zeros ? x_load_or(n, x, from, none) : x_load(n, x, from);
    if (nred == 0) return v;
    v = x_fn2(n, FN_mul, sides[0].padding == PAD_zeros ? bd_load_or(b, x, from, 0) : bd_load(b, x, from), weight);
    return x_reduce(n, COMBINE_sum, v, NO_EXPR, nred, red);
}

static int taps_of(const char *mode) {
    return !strcmp(mode, "nearest") ? 1 : !strcmp(mode, "linear") ? 2 : 4;
}

/* The axes of y with the channels last: what does not depend on them is computed once. */
bool build_GridSample(NestBuild *b) {
    const Attr_GridSample *g = bd_attr(b);
    BufId x = bd_in(b, 0), grid = bd_in(b, 1), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, x)->rank, nd = rank - 2;
    Side side[MAX_RANK] = {{0}};
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], place[MAX_RANK], head[2];
    DType type = bd_compute(bd_buf(b, x)->dtype);
    if (!bd_rank(b, grid, rank) || !bd_rank(b, y, rank)) return false;
    for (int d = 0; d < nd; d++) {
        Side *s = &side[d];
        *s = (Side){.b = b, .type = bd_compute(bd_buf(b, grid)->dtype), .size = bd_buf(b, x)->dim[d + 2]};
        s->taps = taps_of(g->mode);
        s->padding = !strcmp(g->padding_mode, "zeros")    ? PAD_zeros
                     : !strcmp(g->padding_mode, "border") ? PAD_border
                                                          : PAD_reflection;
        s->align = g->align_corners != 0;
        for (int i = 0; i <= nd; i++) {
            axes[i] = nest_axis(n, i ? bd_spatial_name(b, "o", nd, i - 1) : "n", bd_buf(b, y)->dim[i ? i + 1 : 0],
                                AXIS_spatial);
            place[i] = x_axis(n, axes[i]);
        }
        place[nd + 1] = x_index(n, nd - 1 - d);
        ExprId p = add(s, bd_load(b, grid, place), 1);
        p = s->align ? mul(s, mul(s, p, 0.5), (double)s->size - 1)
                     : mul(s, add(s, mul(s, p, (double)s->size), -1), 0.5);
        taps(s, bd_spatial_name(b, "", nd, d), nd + 1, axes, p);
    }
    for (int i = 0; i < rank; i++) {
        const char *name = i == 0 ? "n" : i == rank - 1 ? "c" : bd_spatial_name(b, "o", nd, i - 1);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i == 0 ? 0 : i == rank - 1 ? 1 : i + 1], AXIS_spatial);
        place[i] = x_axis(n, axes[i]);
        at[i == 0 ? 0 : i == rank - 1 ? 1 : i + 1] = place[i];
    }
    head[0] = at[0], head[1] = at[1];
    if (!dtype_is_float(type) && side[0].taps > 1) type = DT_f64;
    bd_store_at(b, y, rank, axes, at, sampled(b, x, 2, head, nd, side, nd + 1, place, type));
    return true;
}

/* Coordinate d of position i in [-1, 1]. */
static ExprId coordinate(const NestBuild *b, DType t, ExprId i, int64_t size, bool align) {
    Nest *n = b->nest;
    ExprId v = x_cast(n, t, i);
    if (align && size == 1) return x_real(n, t, -1);
    double step = 2 / (double)(align ? size - 1 : size), first = align ? -1 : -1 + step / 2;
    return x_fn2(n, FN_add, x_fn2(n, FN_mul, v, x_real(n, t, step)), x_real(n, t, first));
}

bool build_AffineGrid(NestBuild *b) {
    const Attr_AffineGrid *g = bd_attr(b);
    BufId theta = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, y)->rank, nd = rank - 2;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    if (!bd_rank(b, theta, 3)) return false;
    for (int i = 0; i < rank; i++) {
        const char *name = i == 0 ? "n" : i == rank - 1 ? "i" : bd_spatial_name(b, "o", nd, i - 1);
        axes[i] = nest_axis(n, name, bd_buf(b, y)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    ExprId row[3] = {at[0], at[rank - 1], x_index(n, nd)}, v = x_cast(n, DT_f64, bd_load(b, theta, row));
    for (int j = 0; j < nd; j++) { /* coordinates come innermost dimension first: x, y, z */
        row[2] = x_index(n, j);
        int d = nd - 1 - j;
        ExprId c = coordinate(b, DT_f64, at[d + 1], bd_buf(b, y)->dim[d + 1], g->align_corners != 0);
        v = x_fn2(n, FN_add, v, x_fn2(n, FN_mul, x_cast(n, DT_f64, bd_load(b, theta, row)), c));
    }
    bd_store(b, y, rank, axes, v);
    return true;
}

/* The position in dimension d that tap k of output @o reads, for offset group g. */
static ExprId deformed(const NestBuild *b, int nd, int d, ExprId n, ExprId g, ExprId k, const ExprId *o) {
    const Attr_DeformSample *a = bd_attr(b);
    ExprId at[MAX_RANK], tap[MAX_RANK];
    int64_t count = 1;
    for (int i = 0; i < nd; i++) count *= a->kernel_shape.at[i];
    bd_unflatten(b, k, nd, a->kernel_shape.at, tap);
    at[0] = n;
    ExprId pair = x_fn2(b->nest, FN_add, bd_times(b, g, count), k);
    at[1] = bd_plus(b, bd_times(b, pair, nd), d);
    memcpy(at + 2, o, (size_t)nd * sizeof *o);
    ExprId place = x_fn2(b->nest, FN_add, bd_times(b, o[d], a->strides.at[d]), bd_times(b, tap[d], a->dilations.at[d]));
    DType t = bd_compute(bd_buf(b, bd_in(b, 1))->dtype);
    return x_fn2(b->nest, FN_add, x_cast(b->nest, t, bd_plus(b, place, -a->pads.at[d])), bd_load(b, bd_in(b, 1), at));
}

/* Axes n, g, k, @o, then the channels of the group. */
static int deform_axes(const NestBuild *b, int64_t channels, AxisId *axes, ExprId *at) {
    const Attr_DeformSample *a = bd_attr(b);
    const Buffer y = *bd_buf(b, bd_out(b, 0));
    int nd = y.rank - 3, count = 0;
    for (int i = 0; i < nd + 3 + (channels > 0); i++) {
        const char *name = i == 0       ? "n"
                           : i == 1     ? "g"
                           : i == 2     ? "k"
                           : i < nd + 3 ? bd_spatial_name(b, "o", nd, i - 3)
                                        : "c";
        int64_t size = i == 0       ? y.dim[0]
                       : i == 1     ? a->offset_group
                       : i == 2     ? y.dim[2]
                       : i < nd + 3 ? y.dim[i]
                                    : channels;
        axes[count] = nest_axis(b->nest, name, size, AXIS_spatial);
        at[count] = x_axis(b->nest, axes[count]);
        count++;
    }
    return count;
}

bool build_DeformSample(NestBuild *b) {
    const Attr_DeformSample *a = bd_attr(b);
    BufId x = bd_in(b, 0), mask = bd_in(b, 2), y = bd_out(b, 0);
    Nest *n = b->nest;
    int nd = bd_buf(b, x)->rank - 2, count;
    int64_t each = bd_buf(b, x)->dim[1] / a->offset_group, kernel_size = bd_buf(b, y)->dim[2];
    Side side[MAX_RANK] = {{0}};
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], to[MAX_RANK], head[2];
    if (!bd_rank(b, y, nd + 3)) return false;
    DType type = bd_compute(bd_buf(b, x)->dtype);
    for (int d = 0; d < nd; d++) {
        side[d] = (Side){.b = b, .type = type, .size = bd_buf(b, x)->dim[d + 2], .taps = 2};
        count = deform_axes(b, 0, axes, at);
        taps(&side[d], bd_spatial_name(b, "", nd, d), count, axes, deformed(b, nd, d, at[0], at[1], at[2], at + 3));
    }
    count = deform_axes(b, each, axes, at);
    head[0] = to[0] = at[0];
    head[1] = to[1] = x_fn2(n, FN_add, bd_times(b, at[1], each), at[count - 1]);
    for (int i = 2; i < nd + 3; i++) to[i] = at[i];
    ExprId v = sampled(b, x, 2, head, nd, side, nd + 3, at, type);
    if (mask != NO_BUF) {
        ExprId m[MAX_RANK] = {at[0], x_fn2(n, FN_add, bd_times(b, at[1], kernel_size), at[2])};
        memcpy(m + 2, at + 3, (size_t)nd * sizeof *at);
        v = x_fn2(n, FN_mul, v, bd_load(b, mask, m));
    }
    bd_store_at(b, y, count, axes, to, v);
    return true;
}
