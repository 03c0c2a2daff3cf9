/* Convolutions and matrix products of whole floats as products of bytes, where the target sums these in one instruction: behind
 * what makes them whole and lays channels in blocks. The operand is stored in the byte that the target multiplies by i8, less a number
 * that makes it fit; the weights are i8; sums are i32, the same whole numbers as before. */
#include "op/border.h"
#include "pass/layout.h"
#include "pass/whole.h"
#include <math.h>

typedef struct {
    ValueId bytes;
    double less; /* what the bytes are less than the value */
} Bytes;

typedef struct {
    Rw r;
    int four;      /* bytes of a dot product */
    DType by;      /* and their type */
    uint32_t n;    /* entries: values at the start */
    Bytes *bytes;  /* one a value; NO_VALUE: not made yet */
    WholeBounds range;
} Maker;

/* The byte value that v is, plus `less`; NO_VALUE: it is none. */
static ValueId loaded_bytes(Maker *m, ValueId v, double less) {
    NodeId add = rw_def_op(&m->r, v, OP_Add);
    double plus = 0;
    if (add != NO_NODE && !const_scalar(m->r.g, rw_in(&m->r, add, 1), &plus)) return NO_VALUE;
    NodeId cast = rw_def_op(&m->r, add == NO_NODE ? v : rw_in(&m->r, add, 0), OP_Cast);
    ValueId x = cast == NO_NODE ? NO_VALUE : rw_in(&m->r, cast, 0);
    return x != NO_VALUE && m->r.g->value.at[x].dtype == m->by && plus == less ? x : NO_VALUE;
}

static bool is_whole(Maker *m, ValueId v) {
    NodeId add = rw_def_op(&m->r, v, OP_Add);
    double lo, hi;
    if (whole_bounds(&m->r, &m->range, v, &lo, &hi)) return true;
    return add != NO_NODE && whole_bounds(&m->r, &m->range, rw_in(&m->r, add, 0), &lo, &hi) &&
           whole_bounds(&m->r, &m->range, rw_in(&m->r, add, 1), &lo, &hi);
}

/* Whole floats that are made bytes and floats again: those that the bytes are made of, which clips do as well as bytes. */
static ValueId before_bytes(Maker *m, ValueId v) {
    NodeId back = rw_def_op(&m->r, v, OP_Cast), cast = back == NO_NODE ? NO_NODE : rw_def_op(&m->r, rw_in(&m->r, back, 0), OP_Cast);
    ValueId x = cast == NO_NODE ? NO_VALUE : rw_in(&m->r, cast, 0);
    DType t = back == NO_NODE ? DT_none : m->r.g->value.at[rw_in(&m->r, back, 0)].dtype;
    bool whole = x != NO_VALUE && (t == DT_u8 || t == DT_i8) && m->r.g->value.at[x].dtype == DT_f32;
    return whole && is_whole(m, x) ? x : v;
}

static bool holds(DType t, double lo, double hi) { return lo >= dtype_lowest(t) && hi <= dtype_largest(t); }

/* Is v clipped, to numbers that are known? Then these. */
static bool limits_of(Maker *m, ValueId v, double *lo, double *hi) {
    NodeId clip = rw_def_op(&m->r, v, OP_Clip);
    return clip != NO_NODE && const_scalar(m->r.g, rw_in(&m->r, clip, 1), lo) && const_scalar(m->r.g, rw_in(&m->r, clip, 2), hi);
}

/* v less a number as bytes. What is rounded is shifted before it is clipped, so that the kernel that makes it clips last; a
 * clip to more than bytes gives way to one to these. */
static ValueId bytes_of(Maker *m, NodeId n, ValueId v, double less, double lo, double hi) {
    if (v < m->n && m->bytes[v].bytes != NO_VALUE) return m->bytes[v].bytes;
    ValueId made = loaded_bytes(m, v, less), key = v;
    if (made != NO_VALUE) return made;
    v = before_bytes(m, v);
    double least, most;
    bool clipped = limits_of(m, v, &least, &most);
    if (!clipped || less != 0 || key != v || !holds(m->by, least, most)) {
        ValueId inner = clipped ? rw_in(&m->r, rw_def(&m->r, v), 0) : NO_VALUE;
        if (clipped && (less == 0 || rw_def_op(&m->r, inner, OP_Round) != NO_NODE)) {
            v = inner;
            lo = fmax(lo, least);
            hi = fmin(hi, most);
        }
        v = whole_clip(&m->r, n, whole_plus(&m->r, n, v, -less), lo - less, hi - less);
    }
    made = whole_cast(&m->r, n, v, m->by);
    if (key < m->n) m->bytes[key] = (Bytes){made, less};
    return made;
}

/* The weights as bytes, zeros behind the channels of a group up to whole fours. */
static ValueId byte_weights(Maker *m, ValueId w) {
    Arena *tmp = arena_new("weights");
    const Tensor *t = tensor_contents(value_data(m->r.g, const_padded(&m->r, w, m->four, 1)), tmp);
    Tensor *to = tensor_new(m->r.g->arena, DT_i8, t->shape);
    for (int64_t i = 0; i < shape_count(&t->shape); i++) tensor_set_float(to, i, tensor_float(t, i));
    arena_free(tmp);
    ValueId made = graph_constant(m->r.g, m->r.g->value.at[w].name, to);
    rw_grow(&m->r);
    return made;
}

#define LARGEST_SUM 1073741824.0 /* fits i32 */
#define MOST_ROWS 64 /* of biases, unless the weights are more */

/* The bias, and what the bytes' being less adds to each sum: one row for each class of pixels that reads as many points
 * beyond the border, which are 0 and not less. False: no whole number, or sums could overflow. */
static bool byte_bias(Maker *m, NodeId n, ValueId b, const Tensor *w, double less, ValueId *made) {
    Arena *tmp = arena_new("bias");
    const Tensor *t = b == NO_VALUE ? NULL : tensor_contents(value_data(m->r.g, b), tmp);
    const Attr_ConvBlocked *a = RW_ATTR(&m->r, n, ConvBlocked);
    const Shape *x = value_shape(m->r.g, rw_in(&m->r, n, 0)), *y = value_shape(m->r.g, rw_out(&m->r, n));
    Border border[MAX_RANK];
    int spatial = w->shape.rank - 2;
    int64_t oc = w->shape.dim[0], ic = w->shape.dim[1], taps = shape_count(&w->shape) / oc / ic, rows = 1;
    Shape s = shape_of(1, &oc);
    for (int d = 0; d < spatial && less != 0; d++) {
        border[d] = border_of(a, w->shape.dim[d + 2], d, x->dim[d + 2], y->dim[d + 2]);
        rows *= s.dim[d] = border[d].classes;
    }
    if (rows > 1) s.dim[s.rank = (int8_t)(spatial + 1), spatial] = oc;
    else s.dim[0] = oc;
    double *sum = arena_array_of(m->r.tmp, rows * oc + 1, double);
    bool fits = rows <= MOST_ROWS || rows <= ic * taps / 4;
    for (int64_t row = 0; row < rows && fits; row++)
        for (int64_t o = 0; o < oc && fits; o++) {
            double start = t ? tensor_float(t, o) : 0, most = fabs(start);
            for (int64_t k = 0; k < taps; k++) {
                bool inside = less == 0 || border_reads(border, spatial, row, k);
                for (int64_t i = 0; i < ic; i++) {
                    double f = tensor_float(w, (o * ic + i) * taps + k);
                    if (inside) start += less * f;
                    most += 255 * fabs(f);
                }
            }
            sum[row * oc + o] = start;
            fits = start == rint(start) && most + fabs(start) <= LARGEST_SUM;
        }
    arena_free(tmp);
    if (fits) *made = rw_const(&m->r, b == NO_VALUE ? "bias" : m->r.g->value.at[b].name, DT_i32, &s, sum);
    return fits;
}

/* What is taken from values from lo to hi, 0 among them, so that bytes hold them: nothing where they do, as 0 stands
 * around them. */
static double less_of(const Maker *m, double lo, double hi) {
    double lowest = dtype_lowest(m->by);
    return lo >= lowest && hi <= dtype_largest(m->by) ? 0 : lo - lowest;
}

/* One number for all columns, or one each. */
static bool is_row(const Shape *s, int64_t columns) {
    int64_t count = shape_count(s);
    return count == 1 || (count == columns && s->dim[s->rank - 1] == columns);
}

static void convolution(Maker *m, NodeId n) {
    Rw *r = &m->r;
    const Attr_ConvBlocked *a = RW_ATTR(r, n, ConvBlocked);
    ValueId x = rw_in(r, n, 0), w = rw_in(r, n, 1), b = rw_in(r, n, 2);
    const Tensor *t = value_data(r->g, w);
    double lo, hi;
    if (!t || a->group != 1 || a->block % m->four || value_shape(r->g, x)->rank == t->shape.rank) return;
    if ((b != NO_VALUE && !value_data(r->g, b)) || r->g->value.at[x].dtype != DT_f32) return;
    if (!whole_bounds(r, &m->range, x, &lo, &hi) || !(hi - fmin(lo, 0) <= 255)) return;
    lo = fmin(lo, 0);
    double less = less_of(m, lo, hi);
    Arena *tmp = arena_new("weights");
    ValueId in[3] = {x, w, NO_VALUE};
    t = tensor_contents(t, tmp);
    bool fits = t->dtype == DT_f32 && whole_bytes(t) && byte_bias(m, n, b, t, less, &in[2]);
    arena_free(tmp);
    if (!fits) return;
    in[1] = byte_weights(m, w);
    in[0] = bytes_of(m, n, x, less, lo, hi);
    ValueId sum = rw_node(r, n, OP_ConvBlocked, 3, in, rw_attr_copy(r, n));
    rw_become(r, n, OP_Cast, 1, &sum, whole_cast_attr(r, DT_f32));
    r->c->hits++;
}

/* Weights [k,n], or [n,k] turned, as bytes [k,n]. */
static ValueId byte_matrix(Maker *m, ValueId v, const Tensor *w, bool turned) {
    int64_t depth = w->shape.dim[turned], columns = w->shape.dim[!turned];
    Shape s = shape_of(2, (int64_t[]){depth, columns});
    Tensor *to = tensor_new(m->r.g->arena, DT_i8, s);
    for (int64_t i = 0; i < depth * columns; i++)
        tensor_set_float(to, i, tensor_float(w, turned ? i % columns * depth + i / columns : i));
    ValueId made = graph_constant(m->r.g, m->r.g->value.at[v].name, to);
    rw_grow(&m->r);
    return made;
}

/* The bias of n columns, one or one each, and what the bytes' being less adds to their sums. NO_VALUE in *made: all are 0.
 * False: no whole number, or sums could overflow. */
static bool column_bias(Maker *m, ValueId b, const Tensor *w, bool turned, double less, ValueId *made) {
    int64_t depth = w->shape.dim[turned], columns = w->shape.dim[!turned];
    Shape s = shape_of(1, &columns);
    double *sum = arena_array_of(m->r.tmp, columns + 1, double);
    bool fits = true, any = false;
    Arena *tmp = arena_new("bias");
    const Tensor *t = b == NO_VALUE ? NULL : tensor_contents(value_data(m->r.g, b), tmp);
    int64_t each = t ? shape_count(&t->shape) : 1;
    for (int64_t o = 0; o < columns && fits; o++) {
        double start = t ? tensor_float(t, each == 1 ? 0 : o) : 0, most = fabs(start);
        for (int64_t k = 0; k < depth; k++) {
            double f = tensor_float(w, turned ? o * depth + k : k * columns + o);
            start += less * f;
            most += 255 * fabs(f);
        }
        sum[o] = start;
        any |= start != 0;
        fits = start == rint(start) && most + fabs(start) <= LARGEST_SUM;
    }
    arena_free(tmp);
    *made = fits && any ? rw_const(&m->r, b == NO_VALUE ? "bias" : m->r.g->value.at[b].name, DT_i32, &s, sum) : NO_VALUE;
    return fits;
}

/* An operand less a zero point that is known when the model runs, a whole number: what it is taken from, where neither that
 * nor the difference times the weights, whose largest sum is `most`, leaves the whole numbers. NO_VALUE in *zero: x itself. */
static ValueId without_zero(Maker *m, ValueId x, double most, ValueId *zero) {
    Rw *r = &m->r;
    NodeId sub = rw_def_op(r, x, OP_Sub);
    double lo, hi, least, largest;
    *zero = NO_VALUE;
    if (sub == NO_NODE) return x;
    ValueId from = rw_in(r, sub, 0), z = rw_in(r, sub, 1);
    if (value_data(r->g, z) || shape_count(value_shape(r->g, z)) != 1 || value_shape(r->g, z)->rank > value_shape(r->g, x)->rank) return x;
    if (!whole_bounds(r, &m->range, from, &lo, &hi) || !whole_bounds(r, &m->range, z, &least, &largest)) return x;
    if (fmax(fmax(hi - least, largest - lo), fmax(fmax(hi, -lo), fmax(largest, -least))) * most > WHOLE_LIMIT) return x;
    *zero = z;
    return from;
}

/* The sums of the columns of [k,n], or [n,k], as floats. */
static ValueId column_sums(Maker *m, const Tensor *w, bool turned) {
    int64_t depth = w->shape.dim[turned], columns = w->shape.dim[!turned];
    Shape s = shape_of(1, &columns);
    double *sum = arena_array_of(m->r.tmp, columns + 1, double);
    for (int64_t i = 0; i < depth * columns; i++) sum[turned ? i / depth : i % columns] += tensor_float(w, i);
    ValueId made = rw_const(&m->r, "sums", DT_f32, &s, sum);
    return made;
}

/* MatMul, or Gemm as that and a bias, by a constant matrix of whole fours of rows and of columns, which are lanes. */
static void product(Maker *m, NodeId n) {
    Rw *r = &m->r;
    bool gemm = rw_at(r, n)->op == OP_Gemm;
    const Attr_Gemm *a = gemm ? RW_ATTR(r, n, Gemm) : NULL;
    ValueId x = rw_in(r, n, 0), w = rw_in(r, n, 1), b = gemm ? rw_in(r, n, 2) : NO_VALUE, bias, zero;
    const Tensor *t = value_data(r->g, w);
    bool turned = gemm && a->transB;
    double lo, hi;
    if (!t || t->shape.rank != 2 || t->dtype != DT_f32 || r->g->value.at[x].dtype != DT_f32) return;
    if (gemm && (a->transA || a->alpha != 1 || (b != NO_VALUE && a->beta != 1))) return;
    int64_t columns = t->shape.dim[!turned];
    if (t->shape.dim[turned] % m->four || columns % 4 || value_shape(r->g, x)->rank < 2) return;
    if (b != NO_VALUE && (!value_data(r->g, b) || !is_row(value_shape(r->g, b), columns))) return;
    x = without_zero(m, x, whole_sum(r->g, w, turned ? 0 : 1), &zero);
    if (!whole_bounds(r, &m->range, x, &lo, &hi) || !(hi - fmin(lo, 0) <= 255)) return;
    lo = fmin(lo, 0);
    double less = less_of(m, lo, hi);
    Arena *tmp = arena_new("weights");
    t = tensor_contents(t, tmp);
    bool fits = whole_bytes(t) && column_bias(m, b, t, turned, less, &bias);
    ValueId in[2] = {NO_VALUE, fits ? byte_matrix(m, w, t, turned) : NO_VALUE};
    ValueId sums = fits && zero != NO_VALUE ? column_sums(m, t, turned) : NO_VALUE;
    arena_free(tmp);
    if (!fits) return;
    in[0] = bytes_of(m, n, x, less, lo, hi);
    ValueId sum = rw_node(r, n, OP_MatMulInteger, 2, in, NULL);
    if (bias != NO_VALUE) sum = rw_node(r, n, OP_Add, 2, (ValueId[2]){sum, bias}, NULL);
    if (zero == NO_VALUE) {
        rw_become(r, n, OP_Cast, 1, &sum, whole_cast_attr(r, DT_f32));
    } else {
        ValueId less_zero = rw_node(r, n, OP_Mul, 2, (ValueId[2]){sums, zero}, NULL);
        rw_become(r, n, OP_Sub, 2, (ValueId[2]){whole_cast(r, n, sum, DT_f32), less_zero}, NULL);
    }
    r->c->hits++;
}

/* Other readers of what bytes hold: element-wise ones take it from these. */
static void read_bytes(Maker *m, NodeId n) {
    Rw *r = &m->r;
    if (op_info[rw_at(r, n)->op].cls != CLASS_elementwise) return;
    for (unsigned i = 0; i < rw_at(r, n)->nin; i++) {
        ValueId v = rw_in(r, n, i);
        if (v == NO_VALUE || v >= m->n || m->bytes[v].bytes == NO_VALUE) continue;
        rw_set_in(r, n, i, whole_plus(r, n, whole_cast(r, n, m->bytes[v].bytes, DT_f32), m->bytes[v].less));
    }
}

/* A byte that only becomes a float again, as which it is known to fit: that float. */
static void stay_float(Maker *m, NodeId n) {
    Rw *r = &m->r;
    ValueId byte = rw_in(r, n, 0);
    NodeId cast = rw_def_op(r, byte, OP_Cast);
    DType t = r->g->value.at[byte].dtype;
    double least, most;
    if (cast == NO_NODE || (t != DT_i8 && t != DT_u8) || r->g->value.at[rw_out(r, n)].dtype != DT_f32 || !rw_single(r, byte)) return;
    ValueId x = rw_in(r, cast, 0);
    if (r->g->value.at[x].dtype != DT_f32 || !limits_of(m, x, &least, &most) || !holds(t, least, most)) return;
    if (is_whole(m, rw_in(r, rw_def(r, x), 0)) && rw_replace(r, n, x)) r->c->hits++;
}

/* Bytes that are rounded, clipped and shifted by a number are shifted first, and whole numbers that only become bytes are clipped:
 * the kernel that makes them then clips last, to what a byte holds, and stores lanes of bytes. */
static void clip_last(Maker *m, NodeId n) {
    Rw *r = &m->r;
    DType t = r->g->value.at[rw_out(r, n)].dtype;
    NodeId add = rw_def_op(r, rw_in(r, n, 0), OP_Add), clip = add == NO_NODE ? NO_NODE : rw_def_op(r, rw_in(r, add, 0), OP_Clip);
    double plus, lo, hi;
    if (t != DT_i8 && t != DT_u8) return;
    if (clip == NO_NODE && add != NO_NODE && is_whole(m, rw_in(r, n, 0))) {
        rw_set_in(r, n, 0, whole_clip(r, n, rw_in(r, n, 0), dtype_lowest(t), dtype_largest(t)));
        r->c->hits++;
        return;
    }
    if (clip == NO_NODE || !const_scalar(r->g, rw_in(r, add, 1), &plus)) return;
    if (rw_def_op(r, rw_in(r, clip, 0), OP_Round) == NO_NODE || !rw_single(r, rw_in(r, add, 0)) || !rw_single(r, rw_in(r, n, 0))) return;
    if (!limits_of(m, rw_in(r, add, 0), &lo, &hi) || plus != rint(plus) || !holds(t, lo + plus, hi + plus)) return;
    ValueId x = whole_plus(r, n, rw_in(r, clip, 0), plus);
    rw_set_in(r, n, 0, whole_clip(r, n, x, lo + plus, hi + plus));
    r->c->hits++;
}

bool pass_multiply_bytes(Graph *g, PassContext *c) {
    if (!c->target || c->target->dot < 4 || target_sums_bytes(c->target)) return false;
    Maker m = {.r = rw_begin(g, c), .four = c->target->dot, .by = c->target->dot_by, .n = g->value.n};
    m.range = whole_bounds_new(&m.r);
    uint32_t nodes = g->node.n;
    m.bytes = arena_array_of(m.r.tmp, m.n + 1, Bytes);
    for (uint32_t v = 0; v < m.n; v++) m.bytes[v].bytes = NO_VALUE;
    for (NodeId n = 0; n < nodes; n++)
        switch (g->node.at[n].op) {
        case OP_ConvBlocked: convolution(&m, n); break;
        case OP_MatMul:
        case OP_Gemm: product(&m, n); break;
        default: break;
        }
    for (NodeId n = 0; n < nodes; n++) {
        if (g->node.at[n].op == OP_Cast) {
            clip_last(&m, n);
            stay_float(&m, n);
        }
        if (g->node.at[n].op != OP_none) read_bytes(&m, n);
    }
    return rw_end(&m.r);
}
