/* Quantised numbers as floats that are whole: what a model rounds to bytes stays a float between its kernels, and sums
 * of products of bytes are sums of floats. Up to 2^24 these hold every whole number, so that the sums are the integers'
 * bit for bit, by the kernels that floats have. Scales go behind the sums. Not where size counts and nothing makes
 * bytes of them again: those are smaller. */
#include "pass/whole.h"
#include <math.h>

/* An integer value: k + shift, k whole floats from lo to hi. */
typedef struct {
    ValueId k;
    double shift, lo, hi;
} Whole;

/* A value of floats: k * scale, k from lo to hi, scale a constant that broadcasts to it. */
typedef struct {
    ValueId k, scale;
    double lo, hi;
    bool sum;  /* of products or bytes: its scale goes into the next quantisation's */
    bool mean; /* of whole numbers; else k is whole */
} Scaled;

typedef struct {
    Rw r;
    uint32_t n; /* entries: values at the start */
    Whole *whole;
    Scaled *scaled;
} Numbers;

static DType type_of(const Numbers *p, ValueId v) { return v == NO_VALUE ? DT_none : p->r.g->value.at[v].dtype; }
static const Tensor *data_of(const Numbers *p, ValueId v) { return value_data(p->r.g, v); }

static ValueId node1(Numbers *p, NodeId like, Op op, ValueId a) { return rw_node(&p->r, like, op, 1, &a, NULL); }

static ValueId node2(Numbers *p, NodeId like, Op op, ValueId a, ValueId b) {
    return rw_node(&p->r, like, op, 2, (ValueId[2]){a, b}, NULL);
}

/* ---- what is known of values ---- */

static const Scaled *scaled_of(const Numbers *p, ValueId v) {
    return v != NO_VALUE && v < p->n && p->scaled[v].scale != NO_VALUE ? &p->scaled[v] : NULL;
}

/* k whole. */
static const Scaled *whole_scaled(const Numbers *p, ValueId v) {
    const Scaled *s = scaled_of(p, v);
    return s && !s->mean ? s : NULL;
}

static void set_whole(Numbers *p, ValueId v, Whole w) {
    if (v < p->n && fabs(w.lo + w.shift) <= WHOLE_LIMIT && fabs(w.hi + w.shift) <= WHOLE_LIMIT) p->whole[v] = w;
}

static bool is_byte_like(DType t) { return dtype_is_int(t) && dtype_info[t].bits <= 16; }

/* The whole floats of integer value v, for a node that reads them; NULL: they are not known. */
static const Whole *whole_of(Numbers *p, NodeId reader, ValueId v) {
    if (v == NO_VALUE || v >= p->n || data_of(p, v)) return NULL;
    DType t = type_of(p, v);
    if (p->whole[v].k == NO_VALUE && is_byte_like(t) && shape_known(value_shape(p->r.g, v)))
        set_whole(p, v, (Whole){whole_cast(&p->r, reader, v, DT_f32), 0, dtype_lowest(t), dtype_largest(t)});
    return p->whole[v].k == NO_VALUE ? NULL : &p->whole[v];
}

/* The same number everywhere; 0 for an absent operand. */
static bool uniform(const Numbers *p, ValueId v, double *x) {
    const Tensor *t = data_of(p, v);
    *x = 0;
    if (v == NO_VALUE) return true;
    if (!t || !t->data || shape_count(&t->shape) < 1) return false;
    *x = tensor_float(t, 0);
    return const_is(p->r.g, v, *x);
}

/* w less a zero point. NO_VALUE: that is no number known now. */
static ValueId centred(Numbers *p, NodeId like, const Whole *w, ValueId zero, double *lo, double *hi) {
    double z;
    *lo = w->lo + w->shift, *hi = w->hi + w->shift;
    if (uniform(p, zero, &z)) {
        *lo -= z, *hi -= z;
        return whole_plus(&p->r, like, w->k, w->shift - z);
    }
    DType t = type_of(p, zero);
    if (shape_count(value_shape(p->r.g, zero)) != 1 || !is_byte_like(t) || data_of(p, zero)) return NO_VALUE;
    double least = dtype_lowest(t), most = dtype_largest(t);
    *lo -= most, *hi -= least;
    return node2(p, like, OP_Sub, whole_plus(&p->r, like, w->k, w->shift), whole_cast(&p->r, like, zero, DT_f32));
}

/* Scale per axis as a factor that broadcasts to a tensor of `rank`. */
static ValueId factor_of(Numbers *p, ValueId scale, int64_t axis, int rank) {
    const Tensor *t = data_of(p, scale);
    Shape s = {.rank = 0};
    if (shape_count(&t->shape) == 1) return rw_const_view(&p->r, scale, &s);
    s.rank = (int8_t)(rank - axis);
    for (int i = 0; i < s.rank; i++) s.dim[i] = i == 0 ? t->shape.dim[0] : 1;
    return rw_const_view(&p->r, scale, &s);
}

/* A scale that fits: f32, one number or one along the axis, positive. */
static bool scale_fits(const Numbers *p, ValueId scale, int64_t block_size) {
    const Tensor *t = data_of(p, scale);
    if (!t || !t->data || t->dtype != DT_f32 || block_size) return false;
    if (t->shape.rank > 1 && shape_count(&t->shape) != 1) return false;
    for (int64_t i = 0; i < shape_count(&t->shape); i++)
        if (!(tensor_float(t, i) > 0) || isinf(tensor_float(t, i))) return false;
    return true;
}

/* ---- quantisation ---- */

/* x / scale, whole. k * s / scale becomes k * (s / scale) for sums. */
static ValueId quotient(Numbers *p, NodeId n, ValueId x, ValueId scale, bool positive) {
    Rw *r = &p->r;
    const Scaled *s = scaled_of(p, x);
    NodeId c = rw_def_op(r, x, OP_Clip);
    double lo, hi, by;
    if (s && !s->sum && const_scalar(r->g, s->scale, &lo) && const_scalar(r->g, scale, &hi) && lo == hi) return s->k;
    if (s && s->sum) {
        ValueId k = s->k, ratio = rw_const_zip(r, s->scale, scale, const_div);
        NodeId relu = positive ? rw_def_op(r, k, OP_Relu) : NO_NODE; /* the limits do its work */
        if (relu != NO_NODE) k = rw_in(r, relu, 0);
        if (ratio != NO_VALUE) return node1(p, n, OP_Round, node2(p, n, OP_Mul, k, ratio));
    }
    s = c == NO_NODE ? NULL : scaled_of(p, rw_in(r, c, 0));
    if (s && s->sum && const_scalar(r->g, scale, &by) && const_scalar(r->g, rw_in(r, c, 1), &lo) &&
        const_scalar(r->g, rw_in(r, c, 2), &hi)) {
        ValueId ratio = rw_const_zip(r, s->scale, scale, const_div);
        if (ratio != NO_VALUE)
            return node1(p, n, OP_Round, whole_clip(&p->r, n, node2(p, n, OP_Mul, s->k, ratio), lo / by, hi / by));
    }
    return node1(p, n, OP_Round, node2(p, n, OP_Div, x, scale));
}

static void quantize(Numbers *p, NodeId n) {
    const Attr_Quantize *a = RW_ATTR(&p->r, n, Quantize);
    ValueId x = rw_in(&p->r, n, 0), scale = rw_in(&p->r, n, 1), y = rw_out(&p->r, n);
    DType t = type_of(p, y);
    double z;
    if (type_of(p, x) != DT_f32 || !is_byte_like(t) || (a->precision != DT_none && a->precision != DT_f32)) return;
    if (data_of(p, x) || !scale_fits(p, scale, a->block_size) || !uniform(p, rw_in(&p->r, n, 2), &z)) return;
    double lo = dtype_lowest(t) - z, hi = dtype_largest(t) - z;
    scale = factor_of(p, scale, a->axis, value_shape(p->r.g, x)->rank);
    ValueId k = whole_clip(&p->r, n, quotient(p, n, x, scale, lo >= 0), lo, hi);
    ValueId q = whole_plus(&p->r, n, k, z);
    rw_become(&p->r, n, OP_Cast, 1, &q, whole_cast_attr(&p->r, t));
    set_whole(p, y, (Whole){k, z, lo, hi});
    p->r.c->hits++;
}

static void dequantize(Numbers *p, NodeId n) {
    const Attr_Dequantize *a = RW_ATTR(&p->r, n, Dequantize);
    ValueId q = rw_in(&p->r, n, 0), scale = rw_in(&p->r, n, 1), y = rw_out(&p->r, n);
    double z;
    if (type_of(p, y) != DT_f32 || !scale_fits(p, scale, a->block_size) || !uniform(p, rw_in(&p->r, n, 2), &z)) return;
    const Whole *w = whole_of(p, n, q);
    if (!w) return;
    Scaled s = {.scale = factor_of(p, scale, a->axis, value_shape(p->r.g, q)->rank)};
    s.k = centred(p, n, w, rw_in(&p->r, n, 2), &s.lo, &s.hi);
    p->scaled[y] = s;
    rw_become(&p->r, n, OP_Mul, 2, (ValueId[2]){s.k, s.scale}, NULL);
    p->r.c->hits++;
}

/* ---- integers ---- */

/* x is round(..), or that and a zero point: a number *z that is known now, of which x is then rid, or a byte. */
static bool is_rounded(Numbers *p, ValueId *x, double *z) {
    Rw *r = &p->r;
    *z = 0;
    if (rw_def_op(r, *x, OP_Round) != NO_NODE) return true;
    NodeId add = rw_def_op(r, *x, OP_Add);
    if (add == NO_NODE || rw_def_op(r, rw_in(r, add, 0), OP_Round) == NO_NODE) return false;
    ValueId zero = rw_in(r, add, 1);
    NodeId byte = rw_def_op(r, zero, OP_Cast);
    if (byte != NO_NODE && is_byte_like(type_of(p, rw_in(r, byte, 0)))) return true;
    if (!const_scalar(r->g, zero, z) || *z != rint(*z)) return false;
    *x = rw_in(r, add, 0);
    return true;
}

/* Rounded floats made integers; the result saturates. */
static void cast_from_float(Numbers *p, NodeId n) {
    Rw *r = &p->r;
    ValueId x = rw_in(r, n, 0), y = rw_out(r, n);
    DType t = type_of(p, y);
    double z;
    if (!is_byte_like(t) || type_of(p, x) != DT_f32 || !shape_known(value_shape(r->g, y)) || !is_rounded(p, &x, &z)) return;
    double lo = dtype_lowest(t) - z, hi = dtype_largest(t) - z;
    ValueId k = whole_clip(&p->r, n, x, lo, hi), q = whole_plus(&p->r, n, k, z);
    rw_set_in(r, n, 0, q);
    set_whole(p, y, (Whole){k, z, lo, hi});
}

static void cast_integer(Numbers *p, NodeId n) {
    ValueId x = rw_in(&p->r, n, 0), y = rw_out(&p->r, n);
    if (!dtype_is_int(type_of(p, x))) {
        cast_from_float(p, n);
        return;
    }
    const Whole *w = whole_of(p, n, x);
    DType t = type_of(p, y);
    if (!w) return;
    if (t == DT_f32)
        rw_replace(&p->r, n, whole_plus(&p->r, n, w->k, w->shift));
    else if (dtype_is_int(t) && dtype_info[t].bits <= 32 && w->lo + w->shift >= dtype_lowest(t) &&
             w->hi + w->shift <= dtype_largest(t))
        set_whole(p, y, *w);
}

/* Sums and differences of i32. */
static void add_integers(Numbers *p, NodeId n) {
    Rw *r = &p->r;
    bool sub = rw_at(r, n)->op == OP_Sub;
    ValueId y = rw_out(r, n), in[2] = {rw_in(r, n, 0), rw_in(r, n, 1)};
    Whole part[2];
    if (type_of(p, y) != DT_i32) return;
    for (int i = 0; i < 2; i++) {
        const Whole *w = whole_of(p, n, in[i]);
        if (w) {
            part[i] = *w;
        } else {
            ValueId c = whole_const(r, in[i], NO_VALUE, 0);
            if (c == NO_VALUE) return;
            part[i] = (Whole){.k = c};
            whole_range(r->g, c, &part[i].lo, &part[i].hi);
        }
    }
    double x;
    if (uniform(p, in[1], &x)) {
        part[0].shift += sub ? -x : x;
        set_whole(p, y, part[0]);
        return;
    }
    double lo = sub ? part[0].lo - part[1].hi : part[0].lo + part[1].lo;
    double hi = sub ? part[0].hi - part[1].lo : part[0].hi + part[1].hi;
    ValueId k = node2(p, n, sub ? OP_Sub : OP_Add, part[0].k, part[1].k);
    set_whole(p, y, (Whole){k, part[0].shift + (sub ? -part[1].shift : part[1].shift), lo, hi});
}

/* ---- products ---- */

/* The second operand as whole floats, and the largest sum of them that is added up for one result. */
static ValueId factor_sum(Numbers *p, NodeId n, bool conv, double *most) {
    Rw *r = &p->r;
    ValueId v = rw_in(r, n, 1), zero = rw_in(r, n, 3);
    const Shape s = *value_shape(r->g, v);
    int axis = conv ? 0 : s.rank - 1;
    double lo, hi;
    if (s.rank < 2 || !shape_known(&s) || shape_count(&s) < 1) return NO_VALUE;
    if (data_of(p, v)) {
        ValueId w = whole_const(r, v, zero, axis);
        *most = w == NO_VALUE ? 0 : whole_sum(r->g, w, axis);
        return w;
    }
    const Whole *w = whole_of(p, n, v);
    ValueId k = w ? centred(p, n, w, zero, &lo, &hi) : NO_VALUE;
    int64_t depth = conv ? shape_count(&s) / s.dim[0] : s.dim[s.rank - 2];
    *most = k == NO_VALUE ? 0 : (double)depth * fmax(fabs(lo), fabs(hi));
    return k;
}

static void integer_product(Numbers *p, NodeId n) {
    Rw *r = &p->r;
    bool conv = rw_at(r, n)->op == OP_ConvInteger;
    ValueId y = rw_out(r, n);
    const Whole *x = whole_of(p, n, rw_in(r, n, 0));
    double lo, hi, most;
    ValueId w = x ? factor_sum(p, n, conv, &most) : NO_VALUE;
    if (w == NO_VALUE) return;
    ValueId k = centred(p, n, x, rw_in(r, n, 2), &lo, &hi);
    most *= fmax(fabs(lo), fabs(hi));
    if (k == NO_VALUE || most > WHOLE_LIMIT) return;
    k = rw_node(r, n, conv ? OP_Conv : OP_MatMul, 2, (ValueId[2]){k, w}, conv ? rw_attr_copy(r, n) : NULL);
    set_whole(p, y, (Whole){k, 0, -most, most});
    r->c->hits++;
}

/* Operand i as a constant of integers with its scale: by DequantizeLinear, along `axis` or one. */
static NodeId constant_part(Numbers *p, NodeId n, unsigned i, int64_t axis) {
    Rw *r = &p->r;
    NodeId d = rw_def_op(r, rw_in(r, n, i), OP_DequantizeLinear);
    if (d == NO_NODE || !data_of(p, rw_in(r, d, 0)) || type_of(p, rw_out(r, d)) != DT_f32) return NO_NODE;
    const Attr_Dequantize *a = RW_ATTR(r, d, Dequantize);
    if (!scale_fits(p, rw_in(r, d, 1), a->block_size)) return NO_NODE;
    return shape_count(value_shape(r->g, rw_in(r, d, 1))) == 1 || a->axis == axis ? d : NO_NODE;
}

/* Are the weights of output channel o all 0? */
static bool dead_channel(const Numbers *p, ValueId w, int axis, int64_t o) {
    const Tensor *t = data_of(p, w);
    int64_t n = shape_count(&t->shape), oc = t->shape.dim[axis], each = n / oc;
    for (int64_t k = 0; k < each; k++)
        if (tensor_float(t, axis == 0 ? o * each + k : k * oc + o) != 0) return false;
    return true;
}

static ValueId exact_const(Numbers *p, ValueId like, const Shape *s, const double *x) {
    Tensor *t = tensor_new(p->r.g->arena, DT_f32, *s);
    for (int64_t i = 0; i < shape_count(s); i++) tensor_set_float(t, i, x[i]);
    t->exact = true;
    ValueId v = graph_constant(p->r.g, p->r.g->value.at[like].name, t);
    rw_grow(&p->r);
    return v;
}

/* The bias as whole numbers in units of *scale, NO_VALUE: it is none. Channels without weights, whose bias may be any number,
 * get 1, 0 or -1 and a scale of their own. *with: the largest sum then. */
static ValueId whole_bias(Numbers *p, NodeId n, ValueId weights, int axis, ValueId *scale, double most, double *with) {
    Rw *r = &p->r;
    NodeId d = constant_part(p, n, 2, 0);
    double z, largest = 0;
    if (d == NO_NODE || value_shape(r->g, rw_in(r, d, 0))->rank != 1) return NO_VALUE;
    if (!uniform(p, rw_in(r, d, 2), &z) || z != 0) return NO_VALUE;
    ValueId q = rw_in(r, d, 0);
    const Tensor *have = data_of(p, rw_in(r, d, 1)), *want = data_of(p, *scale), *b = data_of(p, q);
    int64_t h = shape_count(&have->shape), w = shape_count(&want->shape), oc = shape_count(&b->shape);
    double *x = arena_array_of(r->tmp, oc + 1, double), *s = arena_array_of(r->tmp, oc + 1, double);
    bool changed = false;
    if (!b->data || !dtype_is_int(b->dtype) || (h != 1 && h != oc) || (w != 1 && w != oc)) return NO_VALUE;
    for (int64_t i = 0; i < oc; i++) {
        double unit = tensor_float(have, h == 1 ? 0 : i);
        x[i] = tensor_float(b, i);
        s[i] = tensor_float(want, w == 1 ? 0 : i);
        if (!near_const(DT_f32, unit, s[i]) || fabs(x[i]) > WHOLE_LIMIT) {
            if (w == 1 || !dead_channel(p, weights, axis, i)) return NO_VALUE;
            float value = (float)x[i] * (float)unit;
            x[i] = value > 0 ? 1 : value < 0 ? -1 : 0;
            s[i] = value != 0 ? fabsf(value) : 1;
            changed = true;
        }
        largest = fmax(largest, fabs(x[i]));
    }
    *with = most + largest;
    if (*with > WHOLE_LIMIT) return NO_VALUE;
    if (changed) *scale = exact_const(p, *scale, &want->shape, s);
    return changed ? exact_const(p, q, &b->shape, x) : whole_const(r, q, NO_VALUE, 0);
}

/* The bias as an operand that broadcasts to a result of `rank`. */
static ValueId channel_view(Numbers *p, NodeId n, ValueId bias, int rank, bool conv) {
    const Shape *s = value_shape(p->r.g, bias);
    if (!conv || s->rank != 1) return bias;
    Shape to = {.rank = (int8_t)(rank - 1), .dim = {s->dim[0]}};
    for (int i = 1; i < to.rank; i++) to.dim[i] = 1;
    Attr_ShapeTo *a = rw_attr_new(&p->r, OP_Reshape);
    a->shape = (Dims){(uint32_t)to.rank, arena_copy(p->r.g->arena, to.dim, sizeof to.dim)};
    return rw_node(&p->r, n, OP_Reshape, 1, &bias, a);
}

/* Conv, MatMul, Gemm of dequantised numbers by constant ones: of the numbers, then the scales. */
static void real_product(Numbers *p, NodeId n) {
    Rw *r = &p->r;
    Op op = rw_at(r, n)->op;
    const Scaled *x = whole_scaled(p, rw_in(r, n, 0));
    const Attr_Gemm *gemm = op == OP_Gemm ? RW_ATTR(r, n, Gemm) : NULL;
    int rank = value_shape(r->g, rw_in(r, n, 1))->rank, out = value_shape(r->g, rw_out(r, n))->rank;
    if (!x || rank < 2 || shape_count(value_shape(r->g, x->scale)) != 1 || (op == OP_MatMul && out < 2)) return;
    if (gemm && (gemm->alpha != 1 || gemm->beta != 1 || gemm->transA)) return;
    int axis = op == OP_Conv || (gemm && gemm->transB) ? 0 : rank - 1; /* output channels of the weights */
    NodeId d = constant_part(p, n, 1, axis);
    ValueId w = d == NO_NODE ? NO_VALUE : whole_const(r, rw_in(r, d, 0), rw_in(r, d, 2), axis);
    if (w == NO_VALUE) return;
    ValueId scale = factor_of(p, rw_in(r, d, 1), op == OP_Conv ? 1 : out - 1, out);
    scale = rw_const_zip(r, scale, x->scale, const_mul);
    if (scale == NO_VALUE) return;
    double most = whole_sum(r->g, w, axis) * fmax(fabs(x->lo), fabs(x->hi)), with = most;
    ValueId in[3] = {x->k, w, NO_VALUE}, bias = rw_in(r, n, 2);
    if (most > WHOLE_LIMIT) return;
    if (bias != NO_VALUE) in[2] = whole_bias(p, n, w, axis, &scale, most, &with);
    if (in[2] != NO_VALUE) most = with;
    ValueId k = rw_node(r, n, op, in[2] == NO_VALUE ? 2 : 3, in, op == OP_MatMul ? NULL : rw_attr_copy(r, n));
    if (bias != NO_VALUE && in[2] == NO_VALUE) { /* beyond whole numbers */
        k = node2(p, n, OP_Mul, k, scale);
        rw_become(r, n, OP_Add, 2, (ValueId[2]){k, channel_view(p, n, bias, out, op == OP_Conv)}, NULL);
        r->c->hits++;
        return;
    }
    rw_become(r, n, OP_Mul, 2, (ValueId[2]){k, scale}, NULL);
    p->scaled[rw_out(r, n)] = (Scaled){k, scale, -most, most, .sum = true};
    r->c->hits++;
}

/* ---- sums and means ---- */

/* The most elements that one result of n is made of. */
static double summed(Numbers *p, NodeId n) {
    double count = 1;
    if (rw_at(&p->r, n)->op == OP_AveragePool) {
        const Ints *kernel = &RW_ATTR(&p->r, n, Pool)->kernel_shape;
        for (uint32_t i = 0; i < kernel->n; i++) count *= (double)kernel->at[i];
        return count;
    }
    const Shape *s = value_shape(p->r.g, rw_in(&p->r, n, 0));
    const Ints *axes = &RW_ATTR(&p->r, n, Reduce)->axes;
    for (uint32_t i = 0; i < axes->n; i++) count *= dim_known(s->dim[axes->at[i]]) ? (double)s->dim[axes->at[i]] : INFINITY;
    return count;
}

/* Of dequantised numbers with one scale: of the numbers, whose sum is exact, then the scale. */
static void real_sum(Numbers *p, NodeId n) {
    Rw *r = &p->r;
    Op op = rw_at(r, n)->op;
    const Scaled *x = whole_scaled(p, rw_in(r, n, 0));
    if (!x || shape_count(value_shape(r->g, x->scale)) != 1) return;
    double count = summed(p, n), each = op == OP_ReduceSum ? count : 1;
    if (!(count * fmax(fabs(x->lo), fabs(x->hi)) <= WHOLE_LIMIT)) return;
    double lo = each * fmin(x->lo, 0), hi = each * fmax(x->hi, 0); /* 0: of what pads */
    ValueId scale = x->scale, k = rw_node(r, n, op, 1, &x->k, rw_attr_copy(r, n));
    rw_become(r, n, OP_Mul, 2, (ValueId[2]){k, scale}, NULL);
    p->scaled[rw_out(r, n)] = (Scaled){k, scale, lo, hi, .sum = true, .mean = op != OP_ReduceSum};
    r->c->hits++;
}

/* ---- nodes that numbers pass as they are ---- */

static bool moves(const Numbers *p, NodeId n) {
    const Node *x = rw_at(&p->r, n);
    if (x->nout != 1 || x->nsub) return false;
    switch (x->op) {
    case OP_MaxPool:
    case OP_Reshape:
    case OP_Transpose:
    case OP_Slice:
    case OP_Expand:
    case OP_Tile:
    case OP_DepthToSpace:
    case OP_SpaceToDepth:
    case OP_Concat: return true;
    default: return false;
    }
}

static ValueId moved(Numbers *p, NodeId n, const ValueId *in) {
    return rw_node(&p->r, n, rw_at(&p->r, n)->op, rw_at(&p->r, n)->nin, in, rw_attr_copy(&p->r, n));
}

static void move_integers(Numbers *p, NodeId n) {
    unsigned nin = rw_at(&p->r, n)->nin;
    ValueId *in = arena_array_of(p->r.tmp, nin + 1, ValueId), y = rw_out(&p->r, n);
    Whole all = {0};
    for (unsigned i = 0; i < nin; i++) {
        ValueId v = rw_in(&p->r, n, i);
        if (v >= p->n || p->whole[v].k == NO_VALUE) return; /* bytes that nothing was computed from are moved as bytes */
        Whole w = p->whole[v];
        if (i > 0 && w.shift != all.shift) return;
        all = (Whole){NO_VALUE, w.shift, i ? fmin(all.lo, w.lo) : w.lo, i ? fmax(all.hi, w.hi) : w.hi};
        in[i] = w.k;
    }
    all.k = moved(p, n, in);
    set_whole(p, y, all);
}

static void move_scaled(Numbers *p, NodeId n) {
    unsigned nin = rw_at(&p->r, n)->nin;
    ValueId *in = arena_array_of(p->r.tmp, nin + 1, ValueId);
    Scaled all = {.sum = false};
    double first = 0, scale;
    for (unsigned i = 0; i < nin; i++) {
        const Scaled *s = scaled_of(p, rw_in(&p->r, n, i));
        if (!s || !const_scalar(p->r.g, s->scale, &scale) || (i > 0 && scale != first)) return;
        first = scale;
        in[i] = s->k;
        all.lo = i ? fmin(all.lo, s->lo) : s->lo;
        all.hi = i ? fmax(all.hi, s->hi) : s->hi;
        all.scale = s->scale;
        all.sum |= s->sum;
        all.mean |= s->mean;
    }
    all.k = moved(p, n, in);
    p->scaled[rw_out(&p->r, n)] = all;
}

static void relu(Numbers *p, NodeId n) {
    const Scaled *s = scaled_of(p, rw_in(&p->r, n, 0));
    if (!s) return;
    Scaled to = {node1(p, n, OP_Relu, s->k), s->scale, fmax(s->lo, 0), fmax(s->hi, 0), s->sum, s->mean};
    p->scaled[rw_out(&p->r, n)] = to;
}

static void visit(Numbers *p, NodeId n) {
    const Node *x = rw_at(&p->r, n);
    switch (x->op) {
    case OP_QuantizeLinear: quantize(p, n); return;
    case OP_DequantizeLinear: dequantize(p, n); return;
    case OP_Cast: cast_integer(p, n); return;
    case OP_Add:
    case OP_Sub: add_integers(p, n); return;
    case OP_ConvInteger:
    case OP_MatMulInteger: integer_product(p, n); return;
    case OP_Conv:
    case OP_MatMul:
    case OP_Gemm: real_product(p, n); return;
    case OP_AveragePool:
    case OP_ReduceMean:
    case OP_ReduceSum: real_sum(p, n); return;
    case OP_Relu: relu(p, n); return;
    default: break;
    }
    if (!moves(p, n)) return;
    if (dtype_is_int(type_of(p, x->out[0]))) {
        move_integers(p, n);
    } else {
        move_scaled(p, n);
    }
}

static bool quantised(const Graph *g) {
    for (NodeId n = 0; n < g->node.n; n++)
        switch (g->node.at[n].op) {
        case OP_QuantizeLinear:
        case OP_DequantizeLinear:
        case OP_ConvInteger:
        case OP_MatMulInteger: return true;
        default: break;
        }
    return false;
}

bool pass_integers_as_floats(Graph *g, PassContext *c) {
    if (!c->target || !quantised(g)) return false;
    if (!target_sums_bytes(c->target) && ((c->small && c->target->dot < 4) || target_lanes(c->target, DT_f32) < 4)) return false;
    Numbers p = {.r = rw_begin(g, c), .n = g->value.n};
    p.whole = arena_array_of(p.r.tmp, p.n + 1, Whole);
    p.scaled = arena_array_of(p.r.tmp, p.n + 1, Scaled);
    for (uint32_t v = 0; v < p.n; v++) {
        p.whole[v].k = NO_VALUE;
        p.scaled[v].scale = NO_VALUE;
    }
    for (NodeId n = 0; n < p.r.nodes_at_start; n++)
        if (g->node.at[n].op != OP_none && g->node.at[n].nout > 0 && g->node.at[n].out[0] < p.n) visit(&p, n);
    return rw_end(&p.r);
}
