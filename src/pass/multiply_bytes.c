/* Convolutions of whole floats as products of bytes, where the target sums these in one instruction: behind what makes
 * them whole and lays channels in blocks. The operand is stored as u8, less its lowest value; the weights are i8; sums are
 * i32, the same whole numbers as before. */
#include "pass/layout.h"
#include "pass/whole.h"
#include <math.h>

typedef struct {
    ValueId bytes;
    double lo;
} Bytes;

typedef struct {
    Rw r;
    int four;      /* bytes of a dot product */
    uint32_t n;    /* entries: values at the start */
    Bytes *bytes;  /* one a value; NO_VALUE: not made yet */
    WholeBounds range;
} Maker;

/* v less lo as bytes. What is rounded is shifted before it is clipped, so that the kernel that makes it clips last. */
static ValueId bytes_of(Maker *m, NodeId n, ValueId v, double lo, double hi) {
    if (v < m->n && m->bytes[v].bytes != NO_VALUE) return m->bytes[v].bytes;
    NodeId clip = rw_def_op(&m->r, v, OP_Clip);
    bool rounded = clip != NO_NODE && rw_def_op(&m->r, rw_in(&m->r, clip, 0), OP_Round) != NO_NODE;
    ValueId x = whole_plus(&m->r, n, rounded && lo != 0 ? rw_in(&m->r, clip, 0) : v, -lo);
    if (clip == NO_NODE || lo != 0) x = whole_clip(&m->r, n, x, 0, hi - lo);
    ValueId made = whole_cast(&m->r, n, x, DT_u8);
    if (v < m->n) m->bytes[v] = (Bytes){made, lo};
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

/* The bias, and what the operand's shift by lo adds to each sum. False: no whole number, or sums could overflow. */
static bool byte_bias(Maker *m, ValueId b, const Tensor *w, double lo, ValueId *made) {
    Arena *tmp = arena_new("bias");
    const Tensor *t = b == NO_VALUE ? NULL : tensor_contents(value_data(m->r.g, b), tmp);
    int64_t oc = w->shape.dim[0], depth = shape_count(&w->shape) / oc;
    Shape s = shape_of(1, &oc);
    double *x = arena_array_of(m->r.tmp, oc + 1, double);
    bool fits = true;
    for (int64_t o = 0; o < oc && fits; o++) {
        double most = fabs(x[o] = t ? tensor_float(t, o) : 0);
        for (int64_t k = 0; k < depth; k++) {
            x[o] += lo * tensor_float(w, o * depth + k);
            most += 255 * fabs(tensor_float(w, o * depth + k));
        }
        fits = x[o] == rint(x[o]) && most + fabs(x[o]) <= LARGEST_SUM;
    }
    arena_free(tmp);
    if (fits) *made = rw_const(&m->r, b == NO_VALUE ? "bias" : m->r.g->value.at[b].name, DT_i32, &s, x);
    return fits;
}

static bool padded(const Attr_ConvBlocked *a) {
    for (uint32_t i = 0; i < a->pads.n; i++)
        if (a->pads.at[i]) return true;
    return false;
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
    if (lo != 0 && padded(a)) return; /* 0, which stands around it, would be another byte */
    Arena *tmp = arena_new("weights");
    ValueId in[3] = {x, w, NO_VALUE};
    t = tensor_contents(t, tmp);
    bool fits = t->dtype == DT_f32 && whole_bytes(t) && byte_bias(m, b, t, lo, &in[2]);
    arena_free(tmp);
    if (!fits) return;
    in[1] = byte_weights(m, w);
    in[0] = bytes_of(m, n, x, lo, hi);
    ValueId sum = rw_node(r, n, OP_ConvBlocked, 3, in, rw_attr_copy(r, n));
    rw_become(r, n, OP_Cast, 1, &sum, whole_cast_attr(r, DT_f32));
    r->c->hits++;
}

/* Other readers of what bytes hold: element-wise ones take it from these. */
static void read_bytes(Maker *m, NodeId n) {
    Rw *r = &m->r;
    if (op_info[rw_at(r, n)->op].cls != CLASS_elementwise) return;
    for (unsigned i = 0; i < rw_at(r, n)->nin; i++) {
        ValueId v = rw_in(r, n, i);
        if (v == NO_VALUE || v >= m->n || m->bytes[v].bytes == NO_VALUE) continue;
        rw_set_in(r, n, i, whole_plus(r, n, whole_cast(r, n, m->bytes[v].bytes, DT_f32), m->bytes[v].lo));
    }
}

bool pass_multiply_bytes(Graph *g, PassContext *c) {
    if (c->small || !c->target || c->target->dot < 4 || target_sums_bytes(c->target)) return false;
    Maker m = {.r = rw_begin(g, c), .four = c->target->dot, .n = g->value.n};
    m.range = whole_bounds_new(&m.r);
    uint32_t nodes = g->node.n;
    m.bytes = arena_array_of(m.r.tmp, m.n + 1, Bytes);
    for (uint32_t v = 0; v < m.n; v++) m.bytes[v].bytes = NO_VALUE;
    for (NodeId n = 0; n < nodes; n++)
        if (g->node.at[n].op == OP_ConvBlocked) convolution(&m, n);
    for (NodeId n = 0; n < nodes; n++)
        if (g->node.at[n].op != OP_none) read_bytes(&m, n);
    return rw_end(&m.r);
}
