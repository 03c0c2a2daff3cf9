/* Transposes merge with each other; they move down through nodes that do not mind, where all operands are transposed
 * alike, so that they meet the next one and cancel, and never become more. */
#include "pass/rewrite.h"
#include <string.h>

#define COPY_LIMIT ((size_t)1 << 16)

static const Ints *perm_of(Rw *r, NodeId n) { return &RW_ATTR(r, n, Perm)->perm; }

static bool same_perm(const Ints *a, const Ints *b) {
    return a->n == b->n && (!a->n || !memcmp(a->at, b->at, a->n * sizeof *a->at));
}

static void *new_perm(Rw *r, uint32_t n, const int64_t *p) {
    Attr_Perm *a = rw_attr_new(r, OP_Transpose);
    attr_set_ints(r->g->arena, &a->perm, n, p);
    return a;
}

static void *new_shape(Rw *r, const Shape *s) {
    Attr_ShapeTo *a = rw_attr_new(r, OP_Reshape);
    a->shape.n = (uint32_t)s->rank;
    a->shape.at = arena_copy(r->g->arena, s->dim, sizeof s->dim);
    return a;
}

/* y[k] = x[perm[k]], and back. */
static Shape unpermuted(const Shape *s, const Ints *p) {
    Shape out = {.rank = s->rank};
    for (int k = 0; k < s->rank; k++) out.dim[p->at[k]] = s->dim[k];
    return out;
}

/* ---- at a Transpose -------------------------------------------------------------------------------------------- */

static bool after_transpose(Rw *r, NodeId n, NodeId t) {
    const Ints *p2 = perm_of(r, n), *p1 = perm_of(r, t);
    int64_t p[MAX_RANK];
    bool identity = true;
    for (uint32_t k = 0; k < p2->n; k++) {
        p[k] = p1->at[p2->at[k]];
        identity &= p[k] == (int64_t)k;
    }
    ValueId x = rw_in(r, t, 0);
    if (identity) return rw_replace(r, n, x);
    rw_become(r, n, OP_Transpose, 1, &x, new_perm(r, p2->n, p));
    return true;
}

/* The dimensions of more than one element keep their order. */
static bool only_ones_move(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    const Ints *p = perm_of(r, n);
    int64_t last = -1;
    for (uint32_t k = 0; k < p->n; k++) {
        if (value_shape(r->g, x)->dim[p->at[k]] == 1) continue;
        if (p->at[k] < last) return false;
        last = p->at[k];
    }
    rw_become(r, n, OP_Reshape, 1, &x, new_shape(r, value_shape(r->g, rw_out(r, n))));
    return true;
}

/* Transpose, Softmax, Transpose back: the Softmax along another axis. */
static bool around_softmax(Rw *r, NodeId n) {
    ValueId v = rw_in(r, n, 0);
    NodeId s = rw_def(r, v);
    if (s == NO_NODE || !rw_single(r, v)) return false;
    Op op = rw_at(r, s)->op;
    if (op != OP_Softmax && op != OP_LogSoftmax) return false;
    NodeId t = rw_def_op(r, rw_in(r, s, 0), OP_Transpose);
    if (t == NO_NODE) return false;
    const Ints *p2 = perm_of(r, n), *p1 = perm_of(r, t);
    for (uint32_t k = 0; k < p2->n; k++)
        if (p1->at[p2->at[k]] != (int64_t)k) return false;
    Attr_Axis *a = rw_attr_copy(r, s);
    ValueId x = rw_in(r, t, 0);
    a->axis = p1->at[a->axis];
    rw_rename(r, n, s);
    rw_become(r, n, op, 1, &x, a);
    return true;
}

static bool at_transpose(Rw *r, NodeId n) {
    const Shape *s = value_shape(r->g, rw_in(r, n, 0));
    if (s->rank < 0 || perm_of(r, n)->n != (uint32_t)s->rank) return false;
    NodeId t = rw_def_op(r, rw_in(r, n, 0), OP_Transpose);
    if (t != NO_NODE) return after_transpose(r, n, t);
    return only_ones_move(r, n) || around_softmax(r, n);
}

/* ---- down through element-wise nodes --------------------------------------------------------------------------- */

typedef enum { ARG_REFUSED, ARG_KEEP, ARG_TRANSPOSED, ARG_RESHAPE, ARG_CONSTANT } Arg;

static int long_dims(const Shape *s) {
    int n = 0;
    for (int i = 0; i < s->rank; i++) n += s->dim[i] != 1;
    return n;
}

static Arg classify(Rw *r, ValueId v, const Ints *p) {
    const Shape *s = value_shape(r->g, v);
    if (s->rank < 0 || s->rank > (int)p->n) return ARG_REFUSED;
    if (long_dims(s) == 0) return ARG_KEEP;
    NodeId t = rw_def_op(r, v, OP_Transpose);
    if (t != NO_NODE && same_perm(perm_of(r, t), p)) return ARG_TRANSPOSED;
    if (long_dims(s) == 1) return ARG_RESHAPE;
    const Tensor *data = value_data(r->g, v);
    return data && data->bytes <= COPY_LIMIT ? ARG_CONSTANT : ARG_REFUSED;
}

/* Operand v as it stands before the Transpose by p. */
static ValueId before(Rw *r, NodeId n, ValueId v, const Ints *p) {
    Shape s = {.rank = (int8_t)p->n}, back;
    int64_t inverse[MAX_RANK];
    for (int k = 0; k < s.rank; k++) {
        s.dim[k] = aligned_dim(r->g, v, s.rank, k);
        inverse[p->at[k]] = k;
    }
    back = unpermuted(&s, p);
    switch (classify(r, v, p)) {
    case ARG_TRANSPOSED: return rw_in(r, rw_def_op(r, v, OP_Transpose), 0);
    case ARG_RESHAPE:
        if (value_data(r->g, v)) return rw_const_view(r, v, &back);
        return rw_node(r, n, OP_Reshape, 1, &v, new_shape(r, &back));
    case ARG_CONSTANT: {
        ValueId full = rw_const_view(r, v, &s);
        return rw_node(r, n, OP_Transpose, 1, &full, new_perm(r, p->n, inverse));
    }
    default: return v;
    }
}

static bool below_elementwise(Rw *r, NodeId n) {
    ValueId y = rw_out(r, n), in[3];
    NodeId t = NO_NODE;
    bool frees = false;
    unsigned nin = rw_at(r, n)->nin;
    if (nin > 3 || value_shape(r->g, y)->rank < 2) return false;
    for (unsigned i = 0; i < nin && t == NO_NODE; i++) {
        ValueId v = rw_in(r, n, i);
        if (v != NO_VALUE && same_shape(r->g, v, y)) t = rw_def_op(r, v, OP_Transpose);
    }
    if (t == NO_NODE) return false;
    const Ints *p = perm_of(r, t);
    for (unsigned i = 0; i < nin; i++) {
        ValueId v = in[i] = rw_in(r, n, i);
        if (v == NO_VALUE) continue;
        Arg kind = classify(r, v, p);
        if (kind == ARG_REFUSED) return false;
        frees |= kind == ARG_TRANSPOSED && (rw_single(r, v) || (nin == 2 && rw_in(r, n, 0) == rw_in(r, n, 1) &&
                                                                r->uses.at[v] == 2 && !r->g->value.at[v].is_output));
    }
    if (!frees) return false;
    void *attr = new_perm(r, p->n, p->at);
    for (unsigned i = 0; i < nin; i++)
        if (in[i] != NO_VALUE) in[i] = before(r, n, in[i], p);
    ValueId u = rw_node(r, n, rw_at(r, n)->op, (int)nin, in, rw_attr_copy(r, n));
    rw_rename(r, n, t);
    rw_become(r, n, OP_Transpose, 1, &u, attr);
    return true;
}

/* ---- down through others --------------------------------------------------------------------------------------- */

static bool is_reduce(Op op) {
    return op_info[op].attrs == op_info[OP_ReduceSum].attrs && op_info[op].cls == CLASS_contract;
}

/* The same reduction of the operand before the Transpose; behind it, what is left of the Transpose. */
static bool below_reduce(Rw *r, NodeId n, NodeId t) {
    const Ints *p = perm_of(r, t);
    const Attr_Reduce *old = RW_ATTR(r, n, Reduce);
    bool reduced[MAX_RANK] = {false}, ordered = true;
    int64_t axes[MAX_RANK], rest[MAX_RANK];
    uint32_t k = 0, left = 0;
    for (uint32_t i = 0; i < old->axes.n; i++) reduced[p->at[old->axes.at[i]]] = true;
    for (uint32_t i = 0; i < p->n; i++)
        if (reduced[i]) axes[k++] = i;
    for (uint32_t i = 0; i < p->n; i++)
        if (old->keepdims || !reduced[p->at[i]]) rest[left++] = p->at[i];
    for (uint32_t i = 0; i < left && !old->keepdims; i++) { /* rank among the dimensions that stay */
        int64_t gone = 0;
        for (int64_t j = 0; j < rest[i]; j++) gone += reduced[j];
        rest[i] -= gone;
    }
    for (uint32_t i = 0; i < left; i++) ordered &= rest[i] == (int64_t)i;
    Attr_Reduce *a = rw_attr_copy(r, n);
    attr_set_ints(r->g->arena, &a->axes, k, axes);
    ValueId x = rw_in(r, t, 0);
    Op op = rw_at(r, n)->op;
    if (ordered) {
        rw_become(r, n, op, 1, &x, a);
        return true;
    }
    ValueId u = rw_node(r, n, op, 1, &x, a);
    void *attr = new_perm(r, left, rest);
    rw_rename(r, n, t);
    rw_become(r, n, OP_Transpose, 1, &u, attr);
    return true;
}

static bool below_pad(Rw *r, NodeId n, NodeId t) {
    const Ints *p = perm_of(r, t), *old = &RW_ATTR(r, n, Pad)->pads;
    int64_t pads[2 * MAX_RANK];
    if (old->n != 2 * p->n || !rw_single(r, rw_out(r, t))) return false;
    for (uint32_t k = 0; k < p->n; k++) {
        pads[p->at[k]] = old->at[k];
        pads[p->n + p->at[k]] = old->at[p->n + k];
    }
    Attr_Pad *a = rw_attr_copy(r, n);
    attr_set_ints(r->g->arena, &a->pads, old->n, pads);
    ValueId in[2] = {rw_in(r, t, 0), rw_in(r, n, 1)};
    ValueId u = rw_node(r, n, OP_Pad, in[1] == NO_VALUE ? 1 : 2, in, a);
    void *attr = new_perm(r, p->n, p->at);
    rw_rename(r, n, t);
    rw_become(r, n, OP_Transpose, 1, &u, attr);
    return true;
}

static bool below_concat(Rw *r, NodeId n, NodeId t) {
    const Ints *p = perm_of(r, t);
    unsigned nin = rw_at(r, n)->nin;
    ValueId *in = arena_array_of(r->tmp, nin, ValueId);
    bool frees = false;
    for (unsigned i = 0; i < nin; i++) {
        ValueId v = rw_in(r, n, i);
        NodeId q = rw_def_op(r, v, OP_Transpose);
        if (q == NO_NODE || !same_perm(perm_of(r, q), p)) return false;
        frees |= rw_single(r, v);
        in[i] = rw_in(r, q, 0);
    }
    if (!frees) return false;
    Attr_Axis *a = rw_attr_copy(r, n);
    a->axis = p->at[a->axis];
    void *attr = new_perm(r, p->n, p->at);
    ValueId u = rw_node(r, n, OP_Concat, (int)nin, in, a);
    rw_rename(r, n, t);
    rw_become(r, n, OP_Transpose, 1, &u, attr);
    return true;
}

/* Gemm reads either operand transposed. */
static bool into_gemm(Rw *r, NodeId n) {
    for (unsigned i = 0; i < 2; i++) {
        NodeId t = rw_def_op(r, rw_in(r, n, i), OP_Transpose);
        if (t == NO_NODE || perm_of(r, t)->n != 2 || perm_of(r, t)->at[0] != 1) continue;
        Attr_Gemm *a = rw_attr_copy(r, n);
        if (i == 0) {
            a->transA = !a->transA;
        } else {
            a->transB = !a->transB;
        }
        rw_set_attr(r, n, a);
        rw_set_in(r, n, i, rw_in(r, t, 0));
        return true;
    }
    return false;
}

static bool step(Rw *r, NodeId n) {
    Op op = rw_at(r, n)->op;
    if (op == OP_none || rw_at(r, n)->nsub || rw_at(r, n)->nout != 1 || !rw_at(r, n)->nin) return false;
    if (op == OP_Transpose) return at_transpose(r, n);
    if (op == OP_Gemm) return into_gemm(r, n);
    if (op_pointwise(op)) return below_elementwise(r, n);
    NodeId t = rw_def_op(r, rw_in(r, n, 0), OP_Transpose);
    if (t == NO_NODE) return false;
    if (is_reduce(op)) return below_reduce(r, n, t);
    if (op == OP_Pad) return below_pad(r, n, t);
    return op == OP_Concat && below_concat(r, n, t);
}

bool pass_merge_transpose(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n && rw_budget(&r); n++)
        if (step(&r, n)) c->hits++;
    return rw_end(&r);
}
