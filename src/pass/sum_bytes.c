/* Quantised parts of a graph on bytes, channels last, for processors without vectors of floats: the whole floats that
 * integers_as_floats made are stored as bytes, convolutions and products sum bytes in i32. A value that was made so has a
 * twin: the same with its channels last, [n, c, spatial] as [n, spatial, c], or in the groups of pixels that
 * ConvPatches gives. What scales and rounds the sums stays the same arithmetic, so the numbers are the same. */
#include "base/size.h"
#include "pass/layout.h"
#include "pass/slice.h"
#include "pass/whole.h"
#include <math.h>

typedef struct {
    ValueId last;  /* f32, channels last; NO_VALUE: there is none */
    ValueId bytes; /* the same as i8 or u8 plus zero; NO_VALUE: not made */
    double zero;
} Twin;

typedef struct {
    Rw r;
    uint32_t n; /* entries: values at the start */
    Twin *twin;
    WholeBounds range;
} Bytes;

#define MOST_PIXELS 8          /* of a group */
#define LARGEST_SUM 16777216.0 /* f32 holds it, as the floats did */

static const Shape *shape_at(const Bytes *b, ValueId v) { return value_shape(b->r.g, v); }
static DType type_at(const Bytes *b, ValueId v) { return b->r.g->value.at[v].dtype; }
static Twin *twin_of(const Bytes *b, ValueId v) { return v != NO_VALUE && v < b->n ? &b->twin[v] : NULL; }

/* v in shape s; where it has more elements, pixels behind the last one, without these. */
static ValueId reshaped(Bytes *b, NodeId like, ValueId v, const Shape *s) {
    const Shape have = *shape_at(b, v);
    if (shape_equal(&have, s)) return v;
    if (shape_count(&have) > shape_count(s)) {
        int64_t c = have.dim[have.rank - 1], start[2] = {0}, step[2] = {1, 1}, count[2] = {shape_count(s) / c, c};
        Shape rows = {.rank = 2, .dim = {shape_count(&have) / c, c}};
        v = reshaped(b, like, v, &rows);
        v = rw_node(&b->r, like, OP_Slice, 1, &v, slice_attr(&b->r, 2, start, step, count));
        return reshaped(b, like, v, s);
    }
    Attr_ShapeTo *a = rw_attr_new(&b->r, OP_Reshape);
    a->shape = (Dims){(uint32_t)s->rank, arena_copy(b->r.g->arena, s->dim, sizeof s->dim)};
    return rw_node(&b->r, like, OP_Reshape, 1, &v, a);
}

/* [n, c, spatial] as [n, spatial, c], and back. */
static Shape shape_last(const Shape *s) {
    Shape to = *s;
    for (int i = 2; i < s->rank; i++) to.dim[i - 1] = s->dim[i];
    if (s->rank > 1) to.dim[s->rank - 1] = s->dim[1];
    return to;
}

static void *perm_attr(Bytes *b, int rank, bool last) {
    Attr_Perm *a = rw_attr_new(&b->r, OP_Transpose);
    int64_t perm[MAX_RANK] = {0};
    for (int i = 1; i < rank; i++) perm[i] = last ? (i + 1 < rank ? i + 1 : 1) : (i == 1 ? rank - 1 : i - 1);
    attr_set_ints(b->r.g->arena, &a->perm, (uint32_t)rank, perm);
    return a;
}

/* Channels and pixels, one of which is a single one, lie in either order. */
static bool either_order(const Shape *s) {
    int64_t pixels = 1;
    for (int i = 2; i < s->rank; i++) pixels *= s->dim[i];
    return s->rank < 3 || s->dim[1] == 1 || pixels == 1;
}

static bool is_perm(const Attr_Perm *a, int rank, bool last) {
    for (int i = 1; i < rank; i++)
        if (a->perm.at[i] != (last ? (i + 1 < rank ? i + 1 : 1) : (i == 1 ? rank - 1 : i - 1))) return false;
    return a->perm.n == (uint32_t)rank && a->perm.at[0] == 0;
}

static ValueId channels_last(Bytes *b, NodeId like, ValueId v) {
    const Shape s = *shape_at(b, v), to = shape_last(&s);
    if (either_order(&s)) return reshaped(b, like, v, &to);
    NodeId d = rw_def_op(&b->r, v, OP_Transpose);
    if (d != NO_NODE && is_perm(RW_ATTR(&b->r, d, Perm), s.rank, false)) return rw_in(&b->r, d, 0);
    return rw_node(&b->r, like, OP_Transpose, 1, &v, perm_attr(b, s.rank, true));
}

/* Node n makes its value, channels second, from that with channels last. */
static void become_first(Bytes *b, NodeId n, ValueId last) {
    Shape s = *shape_at(b, rw_out(&b->r, n)), to = shape_last(&s);
    if (!either_order(&s)) {
        ValueId x = reshaped(b, n, last, &to);
        rw_become(&b->r, n, OP_Transpose, 1, &x, perm_attr(b, s.rank, false));
        return;
    }
    last = reshaped(b, n, last, &to);
    Attr_ShapeTo *a = rw_attr_new(&b->r, OP_Reshape);
    a->shape = (Dims){(uint32_t)s.rank, arena_copy(b->r.g->arena, s.dim, sizeof s.dim)};
    rw_become(&b->r, n, OP_Reshape, 1, &last, a);
}

/* ---- bytes of a value ---- */

/* v is a byte as a float plus a constant, whatever moves lie between: that byte, moved likewise. */
static bool stored_bytes(Bytes *b, NodeId like, ValueId v, int steps, Twin *out) {
    Rw *r = &b->r;
    Twin *t = twin_of(b, v);
    double x;
    NodeId d = rw_def(r, v);
    if (t && t->bytes != NO_VALUE && either_order(shape_at(b, v))) {
        *out = (Twin){NO_VALUE, reshaped(b, like, t->bytes, shape_at(b, v)), t->zero};
        return true;
    }
    if (d == NO_NODE || !steps) return false;
    ValueId in = rw_in(r, d, 0);
    switch (rw_at(r, d)->op) {
    case OP_Cast:
        if (type_at(b, in) != DT_i8 && type_at(b, in) != DT_u8) return false;
        *out = (Twin){NO_VALUE, in, 0};
        return true;
    case OP_Add:
        if (!const_scalar(r->g, rw_in(r, d, 1), &x) || !stored_bytes(b, like, in, steps - 1, out)) return false;
        out->zero -= x;
        return x == rint(x);
    case OP_Transpose:
    case OP_Reshape:
        if (!stored_bytes(b, like, in, steps - 1, out)) return false;
        out->bytes = rw_node(r, like, rw_at(r, d)->op, 1, &out->bytes, rw_attr_copy(r, d));
        return true;
    default: return false;
    }
}

static bool rows(const Bytes *b) { return target_sums_rows(b->r.c->target); }

/* A convolution of each channel for itself. */
static bool depthwise(Bytes *b, NodeId n) {
    if (rw_at(&b->r, n)->op != OP_Conv || !value_data(b->r.g, rw_in(&b->r, n, 1))) return false;
    const Shape *w = shape_at(b, rw_in(&b->r, n, 1));
    int64_t groups = RW_ATTR(&b->r, n, Conv)->group;
    return groups > 1 && groups == w->dim[0] && w->dim[1] == 1;
}

/* Rows are sums of i8 by i8: u8 is only for who reads v alone, and widens it. */
static bool may_be_unsigned(Bytes *b, ValueId v) {
    NodeId user = rows(b) ? rw_user(&b->r, v) : NO_NODE;
    return !rows(b) || (user != NO_NODE && depthwise(b, user));
}

/* `last`, v with its channels last, whose elements are whole from lo on, 256 at most, as bytes: u8 where lo is 0, which then
 * stands for itself. What is rounded is shifted before it is clipped, so that the kernel that makes it clips last. */
static Twin make_bytes(Bytes *b, NodeId like, ValueId v, ValueId last, double lo, double hi) {
    Rw *r = &b->r;
    NodeId clip = rw_def_op(r, last, OP_Clip);
    bool rounded = clip != NO_NODE && rw_def_op(r, rw_in(r, clip, 0), OP_Round) != NO_NODE;
    bool plain = lo == 0 && may_be_unsigned(b, v);
    double zero = plain ? 0 : -lo - 128;
    ValueId x = whole_plus(r, like, rounded ? rw_in(r, clip, 0) : last, zero);
    if (rounded) x = whole_clip(r, like, x, lo + zero, hi + zero);
    return (Twin){NO_VALUE, whole_cast(r, like, x, plain ? DT_u8 : DT_i8), zero};
}

/* v's bytes, channels last; at most one of 256 numbers each. */
static bool bytes_of(Bytes *b, NodeId like, ValueId v, Twin *out) {
    Twin *t = twin_of(b, v), found;
    double lo, hi;
    if (!t || type_at(b, v) != DT_f32 || !shape_known(shape_at(b, v)) || value_data(b->r.g, v)) return false;
    if (t->bytes == NO_VALUE && t->last == NO_VALUE && stored_bytes(b, like, v, 8, &found)) {
        t->bytes = channels_last(b, like, found.bytes);
        t->zero = found.zero;
    }
    if (t->bytes == NO_VALUE) {
        if (!whole_bounds(&b->r, &b->range, v, &lo, &hi) || !(hi - lo <= 255)) return false;
        ValueId last = t->last == NO_VALUE ? channels_last(b, like, v) : t->last;
        found = make_bytes(b, like, v, last, lo, hi);
        t->bytes = found.bytes;
        t->zero = found.zero;
    }
    *out = *t;
    return t->zero >= -128 && t->zero <= 255;
}

/* ---- sums ---- */

#define EIGHT 8 /* points that are summed together where two are in one instruction */

/* Weights as i8 [oc, kernel, ic] in shape `to`: from [oc, ic, kernel], or from a matrix [ic, oc] that is to be turned. The last
 * dimension may be longer, and so may what each kw taps have, `row`. */
static ValueId byte_weights(Bytes *b, ValueId w, bool turned, const Shape *to, int64_t kw, int64_t row) {
    Rw *r = &b->r;
    Arena *tmp = arena_new("weights");
    const Tensor *t = tensor_contents(value_data(r->g, w), tmp);
    ValueId made = NO_VALUE;
    if (t->dtype == DT_f32 && whole_bytes(t)) {
        Tensor *x = tensor_new(r->g->arena, DT_i8, *to);
        int64_t oc = to->dim[0], each = shape_count(&t->shape) / oc, ic = turned ? each : t->shape.dim[1], k = each / ic;
        int64_t all = shape_count(to) / oc;
        for (int64_t o = 0; o < oc; o++)
            for (int64_t c = 0; c < ic; c++)
                for (int64_t i = 0; i < k; i++)
                    tensor_set_float(x, o * all + i / kw * row + i % kw * ic + c, tensor_float(t, turned ? c * oc + o : (o * ic + c) * k + i));
        made = graph_constant(r->g, r->g->value.at[w].name, x);
        rw_grow(r);
    }
    arena_free(tmp);
    return made;
}

#define LARGEST_SHIFT 1073741824.0 /* of a bias, and of sums by it */

/* The bias in i32, less the sums of the weights times `zero`, w having the channels last or first; false: no whole number, or sums could pass what f32 holds. */
static bool byte_bias(Bytes *b, ValueId bias, ValueId w, bool turned, double lo, double hi, double zero, ValueId *made) {
    Rw *r = &b->r;
    const Tensor *t = value_data(r->g, w);
    int64_t oc = t->shape.dim[turned ? t->shape.rank - 1 : 0], each = shape_count(&t->shape) / oc;
    Shape s = shape_of(1, &oc);
    double *x = arena_array_of(r->tmp, oc + 1, double);
    const Tensor *have = bias == NO_VALUE ? NULL : value_data(r->g, bias);
    *made = NO_VALUE;
    if (bias != NO_VALUE && (!have || shape_count(&have->shape) != oc)) return false;
    for (int64_t o = 0; o < oc; o++) {
        double most = 0, shift = 0, all = 0;
        x[o] = have ? tensor_float(have, o) : 0;
        for (int64_t k = 0; k < each; k++) {
            double f = tensor_float(t, turned ? k * oc + o : o * each + k);
            most += fmax(fabs(lo), fabs(hi)) * fabs(f);
            shift += zero * f;
            all += 256 * fabs(f);
        }
        if (x[o] != rint(x[o]) || most + fabs(x[o]) > LARGEST_SUM || all > LARGEST_SHIFT) return false;
        x[o] -= shift;
    }
    if (have || rows(b)) *made = rw_const(r, have ? r->g->value.at[bias].name : "bias", DT_i32, &s, x);
    return true;
}

static int64_t eights(const Bytes *b, int64_t depth) {
    return b->r.c->target->dot == 2 ? ceil_div(depth, EIGHT) * EIGHT : depth;
}

/* Points of a row of the kernel where one more makes all rows begin at even points, as numbers are stored by twos: if there
 * is room behind the last one. Else 0. */
static int64_t even_row(const Bytes *b, const Shape *w) {
    int64_t row = w->dim[1] * w->dim[w->rank - 1], rows = shape_count(w) / (w->dim[0] * row);
    return rows > 1 && row % 2 && eights(b, rows * (row + 1)) == eights(b, rows * row) && eights(b, 1) > 1 ? row + 1 : 0;
}

static ValueId factor(Bytes *b, ValueId v, const Shape *y);

/* What n makes goes through element-wise nodes with constants to one that clips it to a byte, and nowhere else. */
static bool alone_to_bytes(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    double lo, hi;
    for (int steps = 0; steps < 12; steps++) {
        ValueId v = rw_out(r, n);
        const Shape s = *shape_at(b, v);
        n = rw_user(r, v);
        if (n == NO_NODE || op_info[rw_at(r, n)->op].cls != CLASS_elementwise || rw_at(r, n)->nout != 1) return false;
        for (unsigned i = 0; i < rw_at(r, n)->nin; i++)
            if (rw_in(r, n, i) != v && rw_in(r, n, i) != NO_VALUE && factor(b, rw_in(r, n, i), &s) == NO_VALUE) return false;
        if (rw_at(r, n)->op == OP_Clip && whole_bounds(r, &b->range, rw_out(r, n), &lo, &hi)) return hi - lo <= 255;
    }
    return false;
}

#define FEW_GROUPS 4 /* below, pixels behind the last one would be too many */

/* Pixels whose patches are made together: the more, the longer a weight is used, as long as registers last. */
static int64_t together(Bytes *b, NodeId n, int64_t batch, int64_t pixels) {
    int64_t best = 1;
    if (batch == 1 && pixels > 4 * FEW_GROUPS && pixels % 4 && alone_to_bytes(b, n)) return 4;
    for (int64_t p = 1; p <= MOST_PIXELS && p <= pixels; p++)
        if (pixels % p == 0) best = p > 4 && best == 4 ? best : p;
    return best;
}

#define MOST_POINTS 32768 /* whose products i32 sums without the zero point */

/* Where all of x is one pixel its zero point goes into the bias, so that bytes are summed as they are. */
static bool plain_pixel(Bytes *b, NodeId n, const Twin *x, ValueId w, Attr_ConvBytes *a, ValueId *bias) {
    Rw *r = &b->r;
    const Shape *xs = shape_at(b, x->bytes);
    const Tensor *t = value_data(r->g, w), *have = *bias == NO_VALUE ? NULL : value_data(r->g, *bias);
    int64_t oc = t->shape.dim[0], depth = t->shape.dim[1];
    if (shape_count(xs) != depth || xs->dim[xs->rank - 1] != depth || depth > MOST_POINTS) return false;
    for (uint32_t i = 0; i < a->kernel_shape.n; i++)
        if (a->kernel_shape.at[i] != 1) return false;
    for (uint32_t i = 0; i < a->pads.n; i++)
        if (a->pads.at[i]) return false;
    if (x->zero == 0) return true;
    double *sum = arena_array_of(r->tmp, oc + 1, double);
    Shape s = shape_of(1, &oc);
    for (int64_t o = 0; o < oc; o++) {
        for (int64_t k = 0; k < depth; k++) sum[o] += tensor_float(t, o * depth + k);
        sum[o] = (have ? tensor_float(have, o) : 0) - x->zero * sum[o];
    }
    *bias = rw_const(r, r->g->value.at[have ? *bias : rw_out(r, n)].name, DT_i32, &s, sum);
    return true;
}

/* The node of a sum over bytes x, its result as floats: the twin of what n makes, whose place n leaves. */
static bool sum(Bytes *b, NodeId n, Op op, const Twin *x, ValueId w, ValueId bias, Attr_ConvBytes *a) {
    Rw *r = &b->r;
    ValueId v = rw_in(r, n, 0), in[3] = {x->bytes, w, NO_VALUE}, y = rw_out(r, n);
    double lo = dtype_lowest(type_at(b, x->bytes)) - x->zero, hi = dtype_largest(type_at(b, x->bytes)) - x->zero, l, h;
    if (whole_bounds(r, &b->range, v, &l, &h)) lo = l, hi = h;
    if (!byte_bias(b, bias, w, op == OP_ConvWindows, lo, hi, a->narrow ? x->zero : 0, &in[2])) return false;
    a->x_zero = op == OP_ConvPatches && !a->narrow && plain_pixel(b, n, x, w, a, &in[2]) ? 0 : (int64_t)x->zero;
    ValueId s = rw_node(r, n, op, in[2] == NO_VALUE ? 2 : 3, in, a);
    b->twin[y].last = whole_cast(r, n, s, DT_f32);
    become_first(b, n, b->twin[y].last);
    r->c->hits++;
    return true;
}

/* The weights of a depthwise convolution, [c, 1, kernel], as i8 [kernel, c]. */
static ValueId window_weights(Bytes *b, ValueId w) {
    Rw *r = &b->r;
    Arena *tmp = arena_new("weights");
    const Tensor *t = tensor_contents(value_data(r->g, w), tmp);
    ValueId made = NO_VALUE;
    Shape to = {.rank = (int8_t)(t->shape.rank - 1)};
    for (int d = 2; d < t->shape.rank; d++) to.dim[d - 2] = t->shape.dim[d];
    to.dim[to.rank - 1] = t->shape.dim[0];
    int64_t c = t->shape.dim[0], taps = shape_count(&to) / c;
    if (t->dtype == DT_f32 && whole_bytes(t)) {
        Tensor *x = tensor_new(r->g->arena, DT_i8, to);
        for (int64_t i = 0; i < c * taps; i++) tensor_set_float(x, i, tensor_float(t, i % c * taps + i / c));
        made = graph_constant(r->g, r->g->value.at[w].name, x);
        rw_grow(r);
    }
    arena_free(tmp);
    return made;
}

/* x as i8, which rows are; false: padding would be none. */
static bool narrow(Bytes *b, NodeId n, Twin *x, Attr_ConvBytes *a) {
    if (type_at(b, x->bytes) == DT_u8) {
        x->bytes = whole_cast(&b->r, n, whole_plus(&b->r, n, whole_cast(&b->r, n, x->bytes, DT_f32), -128), DT_i8);
        x->zero -= 128;
    }
    a->narrow = 1;
    return x->zero >= -128 && x->zero <= 127;
}

/* A window of a single element whose neighbours lie side by side: pixels are rows. False: it is another one. */
static bool flat_pixels(Bytes *b, NodeId n, Twin *x, Attr_ConvBytes *a) {
    const Shape s = *shape_at(b, x->bytes);
    for (uint32_t i = 0; i < a->kernel_shape.n; i++)
        if (a->kernel_shape.at[i] != 1 || (i < a->strides.n && a->strides.at[i] != 1)) return false;
    for (uint32_t i = 0; i < a->pads.n; i++)
        if (a->pads.at[i]) return false;
    Shape to = {.rank = 3, .dim = {s.dim[0], shape_count(&s) / (s.dim[0] * s.dim[s.rank - 1]), s.dim[s.rank - 1]}};
    x->bytes = reshaped(b, n, x->bytes, &to);
    int64_t one = 1, none[2] = {0};
    Arena *arena = b->r.g->arena;
    attr_set_ints(arena, &a->kernel_shape, 1, &one);
    attr_set_ints(arena, &a->strides, 1, &one);
    attr_set_ints(arena, &a->dilations, 1, &one);
    attr_set_ints(arena, &a->pads, 2, none);
    return true;
}

/* A window's rows lie side by side, channels and all: columns of one channel, so that a row is one copy. */
static void flat_rows(Bytes *b, NodeId n, Twin *x, Attr_ConvBytes *a) {
    Shape s = *shape_at(b, x->bytes);
    Arena *arena = b->r.g->arena;
    uint32_t last = a->kernel_shape.n - 1;
    int64_t c = s.dim[s.rank - 1], list[2 * MAX_RANK];
    if (c == 1 || (last < a->dilations.n && a->dilations.at[last] != 1)) return;
    s.dim[s.rank - 2] *= c, s.dim[s.rank - 1] = 1;
    x->bytes = reshaped(b, n, x->bytes, &s);
    for (uint32_t i = 0; i <= last; i++) list[i] = a->kernel_shape.at[i] * (i == last ? c : 1);
    attr_set_ints(arena, &a->kernel_shape, last + 1, list);
    for (uint32_t i = 0; i <= last; i++) list[i] = (i < a->strides.n ? a->strides.at[i] : 1) * (i == last ? c : 1);
    attr_set_ints(arena, &a->strides, last + 1, list);
    for (uint32_t i = 0; i < a->pads.n; i++) list[i] = a->pads.at[i] * (i == last || i == 2 * last + 1 ? c : 1);
    attr_set_ints(arena, &a->pads, a->pads.n, list);
}

static void convolution(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    const Attr_Conv *old = RW_ATTR(r, n, Conv);
    ValueId w = rw_in(r, n, 1), y = rw_out(r, n);
    Twin x;
    if (type_at(b, y) != DT_f32 || !value_data(r->g, w) || !shape_known(shape_at(b, y)) || shape_count(shape_at(b, y)) < 1) return;
    const Shape ws = *shape_at(b, w), ys = *shape_at(b, y);
    bool planes = depthwise(b, n);
    if ((old->group != 1 && !planes) || ws.rank > MAX_RANK - 2 || ws.rank < 3 || !bytes_of(b, n, rw_in(r, n, 0), &x)) return;
    Attr_ConvBytes *a = rw_attr_new(r, OP_ConvPatches);
    int64_t pixels = shape_count(&ys) / (ys.dim[0] * ys.dim[1]);
    a->strides = old->strides, a->dilations = old->dilations, a->pads = old->pads;
    a->together = planes || rows(b) ? 1 : together(b, n, ys.dim[0], pixels);
    attr_set_ints(r->g->arena, &a->kernel_shape, (uint32_t)ws.rank - 2, ws.dim + 2);
    if (rows(b) && planes) {
        ValueId taps = window_weights(b, w);
        if (taps != NO_VALUE) sum(b, n, OP_ConvWindows, &x, taps, rw_in(r, n, 2), a);
        return;
    }
    if (rows(b)) {
        if (!narrow(b, n, &x, a)) return;
        if (!flat_pixels(b, n, &x, a)) flat_rows(b, n, &x, a);
    }
    Shape to = shape_last(&ws);
    if (planes) to.rank--;
    else to = (Shape){.rank = 2, .dim = {ws.dim[0], eights(b, shape_count(&ws) / ws.dim[0])}};
    int64_t kw = ws.dim[ws.rank - 1];
    if (!planes) a->row = even_row(b, &ws);
    ValueId bytes = byte_weights(b, w, false, &to, kw, a->row ? a->row : kw * (planes ? 1 : ws.dim[1]));
    if (bytes != NO_VALUE) sum(b, n, planes ? OP_ConvPlanes : OP_ConvPatches, &x, bytes, rw_in(r, n, 2), a);
}

/* MatMul and Gemm of two matrices, the second constant: each row a pixel. */
static void product(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    const Attr_Gemm *gemm = rw_at(r, n)->op == OP_Gemm ? RW_ATTR(r, n, Gemm) : NULL;
    ValueId w = rw_in(r, n, 1), y = rw_out(r, n);
    Twin x;
    if (gemm && (gemm->alpha != 1 || gemm->beta != 1 || gemm->transA)) return;
    if (type_at(b, y) != DT_f32 || !value_data(r->g, w) || shape_at(b, y)->rank != 2 || !shape_known(shape_at(b, y))) return;
    int64_t m = shape_at(b, y)->dim[0], oc = shape_at(b, y)->dim[1], k = shape_at(b, rw_in(r, n, 0))->dim[1];
    if (m < 1 || oc < 1 || k < 1 || shape_at(b, w)->rank != 2 || !bytes_of(b, n, rw_in(r, n, 0), &x)) return;
    Shape to = {.rank = 2, .dim = {oc, eights(b, k)}}, matrix = {.rank = 3, .dim = {1, m, k}};
    ValueId bytes = byte_weights(b, w, !(gemm && gemm->transB), &to, 1, k);
    if (bytes == NO_VALUE) return;
    Attr_ConvBytes *a = rw_attr_new(r, OP_ConvPatches);
    attr_set_ints(r->g->arena, &a->kernel_shape, 1, (int64_t[1]){1});
    a->together = rows(b) ? 1 : together(b, n, 1, m);
    if (rows(b) && !narrow(b, n, &x, a)) return;
    x.bytes = reshaped(b, n, x.bytes, &matrix);
    sum(b, n, OP_ConvPatches, &x, bytes, rw_in(r, n, 2), a);
}

/* ---- what follows the sums ---- */

/* v with channels last in shape s; floats from its bytes where there are some. */
static ValueId operand(Bytes *b, NodeId like, ValueId v, const Shape *s) {
    Twin x, *t = twin_of(b, v);
    if (t->bytes == NO_VALUE && t->last == NO_VALUE && stored_bytes(b, like, v, 8, &x)) bytes_of(b, like, v, &x);
    if (t->bytes != NO_VALUE) {
        ValueId f = whole_cast(&b->r, like, reshaped(b, like, t->bytes, s), DT_f32);
        return whole_plus(&b->r, like, f, -t->zero);
    }
    return reshaped(b, like, t->last == NO_VALUE ? channels_last(b, like, v) : t->last, s);
}

/* A constant that is one number, or one a channel: as [c]. NO_VALUE: it is neither. */
static ValueId factor(Bytes *b, ValueId v, const Shape *y) {
    Rw *r = &b->r;
    const Shape *s = shape_at(b, v);
    int64_t c = y->dim[1];
    Shape to = shape_of(0, NULL);
    if (!value_data(r->g, v)) return NO_VALUE;
    if (shape_count(s) == 1) return rw_const_view(r, v, &to);
    int at = s->rank - (y->rank - 1); /* of the channels */
    if (at < 0 || shape_count(s) != c || s->dim[at] != c) return NO_VALUE;
    to = shape_of(1, &c);
    return rw_const_view(r, v, &to);
}

static void elementwise(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    const Node *x = rw_at(r, n);
    ValueId y = x->out[0], in[8];
    const Shape ys = *shape_at(b, y), *like = NULL;
    unsigned nin = x->nin;
    if (x->nout != 1 || nin > 8 || ys.rank < 2 || !shape_known(&ys)) return;
    for (unsigned i = 0; i < nin; i++) { /* the shape of a twin that is a sum, else of any */
        Twin *t = twin_of(b, rw_in(r, n, i));
        if (!t || (t->last == NO_VALUE && t->bytes == NO_VALUE) || !shape_equal(shape_at(b, rw_in(r, n, i)), &ys)) continue;
        if (t->bytes == NO_VALUE) like = shape_at(b, t->last);
        if (!like) like = shape_at(b, t->bytes);
    }
    if (!like) return;
    Shape s = *like;
    for (unsigned i = 0; i < nin; i++) {
        ValueId v = rw_in(r, n, i);
        if (v == NO_VALUE) continue;
        bool tensor = shape_equal(shape_at(b, v), &ys) && !value_data(r->g, v);
        if (tensor ? !twin_of(b, v) : factor(b, v, &ys) == NO_VALUE) return;
    }
    for (unsigned i = 0; i < nin; i++) {
        ValueId v = rw_in(r, n, i);
        in[i] = v == NO_VALUE ? v : value_data(r->g, v) ? factor(b, v, &ys) : operand(b, n, v, &s);
    }
    ValueId made = rw_node(r, n, rw_at(r, n)->op, (int)nin, in, rw_attr_copy(r, n));
    Twin *t = &b->twin[y];
    double lo, hi;
    if (type_at(b, y) == DT_f32 && rw_at(r, n)->op == OP_Clip && whole_bounds(r, &b->range, y, &lo, &hi) && hi - lo <= 255) {
        Shape to = shape_last(&ys);
        *t = make_bytes(b, n, y, made, lo, hi);
        t->bytes = reshaped(b, n, t->bytes, &to);
        become_first(b, n, operand(b, n, y, &to));
        return;
    }
    t->last = made;
    become_first(b, n, made);
}

/* A list attribute with one more dimension, the channels: `fill` for it. `sides` lists behind each other. */
static void longer(Bytes *b, Ints *list, uint32_t sides, int64_t fill) {
    int64_t to[2 * MAX_RANK];
    uint32_t n = list->n / sides, k = 0;
    for (uint32_t s = 0; s < sides; s++) {
        for (uint32_t i = 0; i < n; i++) to[k++] = list->at[s * n + i];
        to[k++] = fill;
    }
    attr_set_ints(b->r.g->arena, list, k, to);
}

/* The only window is all of x. */
static bool whole_window(const Bytes *b, NodeId n) {
    const Attr_Pool *a = RW_ATTR(&b->r, n, Pool);
    const Shape *x = shape_at(b, rw_at(&b->r, n)->in[0]), *y = shape_at(b, rw_out(&b->r, n));
    for (int d = 2; d < x->rank; d++)
        if (a->kernel_shape.at[d - 2] != x->dim[d] || y->dim[d] != 1) return false;
    for (uint32_t i = 0; i < a->pads.n; i++)
        if (a->pads.at[i]) return false;
    return true;
}

/* Windows over [n, 1, spatial, c]; the largest of bytes is one of them. */
static void pooling(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    ValueId v = rw_in(r, n, 0), y = rw_out(r, n);
    Twin *t = twin_of(b, v), *to = &b->twin[y];
    const Node *x = rw_at(r, n);
    bool largest = x->op == OP_MaxPool;
    if (!t || (t->last == NO_VALUE && t->bytes == NO_VALUE) || (x->nout > 1 && x->out[1] != NO_VALUE)) return;
    Shape s = shape_last(shape_at(b, v)), ys = shape_last(shape_at(b, y));
    if (s.rank + 1 > MAX_RANK || (largest && t->bytes == NO_VALUE)) return;
    ValueId last = largest ? t->bytes : operand(b, n, v, &s);
    if (!largest && whole_window(b, n)) {
        Attr_Reduce *all = rw_attr_new(r, OP_ReduceMean);
        int64_t axes[MAX_RANK];
        for (int i = 1; i + 1 < s.rank; i++) axes[i - 1] = i;
        attr_set_ints(r->g->arena, &all->axes, (uint32_t)s.rank - 2, axes);
        all->keepdims = 1;
        to->last = rw_node(r, n, OP_ReduceMean, 1, &last, all);
        become_first(b, n, to->last);
        return;
    }
    memmove(s.dim + 2, s.dim + 1, ((size_t)s.rank - 1) * sizeof *s.dim);
    s.dim[1] = 1;
    s.rank++;
    Attr_Pool *a = rw_attr_copy(r, n);
    longer(b, &a->kernel_shape, 1, 1);
    longer(b, &a->strides, 1, 1);
    longer(b, &a->dilations, 1, 1);
    longer(b, &a->pads, 2, 0);
    last = reshaped(b, n, last, &s);
    last = reshaped(b, n, rw_node(r, n, rw_at(r, n)->op, 1, &last, a), &ys);
    if (largest) *to = (Twin){NO_VALUE, last, t->zero};
    else to->last = last;
    become_first(b, n, largest ? operand(b, n, y, &ys) : last);
}

/* Over all pixels. */
static void reduction(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    ValueId v = rw_in(r, n, 0), y = rw_out(r, n);
    Twin *t = twin_of(b, v);
    Attr_Reduce *a = rw_attr_copy(r, n);
    int rank = shape_at(b, v)->rank;
    if (!t || (t->last == NO_VALUE && t->bytes == NO_VALUE) || !a->keepdims || (int)a->axes.n != rank - 2) return;
    int64_t axes[MAX_RANK];
    for (int i = 0; i < rank - 2; i++) {
        if (a->axes.at[i] != i + 2) return;
        axes[i] = i + 1;
    }
    Shape s = shape_last(shape_at(b, v));
    ValueId last = operand(b, n, v, &s);
    attr_set_ints(r->g->arena, &a->axes, (uint32_t)rank - 2, axes);
    b->twin[y].last = rw_node(r, n, rw_at(r, n)->op, 1, &last, a);
    become_first(b, n, b->twin[y].last);
}

/* Operands that are all bytes of one kind. */
static void concat(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    const Node *x = rw_at(r, n);
    ValueId y = x->out[0], *in = arena_array_of(r->tmp, x->nin + 1u, ValueId);
    unsigned nin = x->nin;
    const Shape ys = *shape_at(b, y), to = shape_last(&ys);
    Twin t, first = {0};
    if (type_at(b, y) != DT_f32 || ys.rank < 2 || !shape_known(&ys)) return;
    for (unsigned i = 0; i < nin; i++) { /* floats that come from elsewhere stay floats */
        Twin *have = twin_of(b, rw_in(r, n, i));
        if (!have || (have->bytes == NO_VALUE && !stored_bytes(b, n, rw_in(r, n, i), 8, &t))) return;
    }
    for (unsigned i = 0; i < nin; i++) {
        if (!bytes_of(b, n, rw_in(r, n, i), &t)) return;
        if (i == 0) first = t;
        if (t.zero != first.zero || type_at(b, t.bytes) != type_at(b, first.bytes)) return;
        Shape s = shape_last(shape_at(b, rw_in(r, n, i)));
        in[i] = reshaped(b, n, t.bytes, &s);
    }
    Attr_Axis *a = rw_attr_copy(r, n);
    if (a->axis > 0) a->axis = a->axis == 1 ? ys.rank - 1 : a->axis - 1;
    b->twin[y] = (Twin){NO_VALUE, rw_node(r, n, OP_Concat, (int)nin, in, a), first.zero};
    become_first(b, n, operand(b, n, y, &to));
}

/* A byte as a float plus and minus the same, as a byte again. */
static bool same_byte(Bytes *b, NodeId n) {
    Rw *r = &b->r;
    ValueId v = rw_in(r, n, 0);
    Twin found;
    if (type_at(b, v) != DT_f32 || !stored_bytes(b, n, v, 8, &found)) return false;
    if (found.zero != 0 || type_at(b, found.bytes) != type_at(b, rw_out(r, n))) return false;
    Attr_ShapeTo *a = rw_attr_new(r, OP_Reshape);
    const Shape *s = shape_at(b, v);
    a->shape = (Dims){(uint32_t)s->rank, arena_copy(r->g->arena, s->dim, sizeof s->dim)};
    rw_become(r, n, OP_Reshape, 1, &found.bytes, a);
    r->c->hits++;
    return true;
}

static void visit(Bytes *b, NodeId n) {
    switch (rw_at(&b->r, n)->op) {
    case OP_Cast:
        if (!same_byte(b, n)) elementwise(b, n);
        return;
    case OP_Conv: convolution(b, n); return;
    case OP_MatMul:
    case OP_Gemm: product(b, n); return;
    case OP_MaxPool:
    case OP_AveragePool: pooling(b, n); return;
    case OP_ReduceMean:
    case OP_ReduceSum:
    case OP_ReduceMax: reduction(b, n); return;
    case OP_Concat: concat(b, n); return;
    default:
        if (op_info[rw_at(&b->r, n)->op].cls == CLASS_elementwise) elementwise(b, n);
    }
}

bool pass_sum_bytes(Graph *g, PassContext *c) {
    if (!c->target || !target_sums_bytes(c->target) || g->outer) return false;
    Bytes b = {.r = rw_begin(g, c), .n = g->value.n};
    b.range = whole_bounds_new(&b.r);
    b.twin = arena_array_of(b.r.tmp, b.n + 1, Twin);
    for (uint32_t v = 0; v < b.n; v++) { /* bounds while the nodes are there that tell them */
        double lo, hi;
        b.twin[v] = (Twin){NO_VALUE, NO_VALUE, 0};
        whole_bounds(&b.r, &b.range, v, &lo, &hi);
    }
    for (NodeId n = 0; n < b.r.nodes_at_start; n++)
        if (g->node.at[n].op != OP_none && g->node.at[n].nout > 0 && !g->node.at[n].nsub) visit(&b, n);
    return rw_end(&b.r);
}
