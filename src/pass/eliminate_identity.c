/* Nodes that change nothing. */
#include "pass/rewrite.h"
#include <float.h>

static bool all_ints(const Ints *v, int64_t x) {
    for (uint32_t i = 0; i < v->n; i++)
        if (v->at[i] != x) return false;
    return true;
}

static bool all_dims(const Dims *v, Dim x) {
    for (uint32_t i = 0; i < v->n; i++)
        if (v->at[i] != x) return false;
    return true;
}

/* The second operand is the neutral element of op. */
static bool neutral(const Graph *g, Op op, ValueId b) {
    switch (op) {
    case OP_Add:
    case OP_Sub: return const_is(g, b, 0);
    case OP_Mul:
    case OP_Div:
    case OP_Pow: return const_is(g, b, 1);
    default: return false;
    }
}

static ValueId binary_same(Rw *r, NodeId n) {
    Op op = rw_at(r, n)->op;
    ValueId a = rw_in(r, n, 0), b = rw_in(r, n, 1);
    if ((op == OP_Max || op == OP_Min || op == OP_And || op == OP_Or || op == OP_BitwiseAnd || op == OP_BitwiseOr) &&
        a == b)
        return a;
    if (neutral(r->g, op, b)) return a;
    return op_commutes(op) && neutral(r->g, op, a) ? b : NO_VALUE;
}

/* Whether every value of `from` is a value of `to`. */
static bool lossless(DType from, DType to) {
    const DTypeInfo *f = &dtype_info[from], *t = &dtype_info[to];
    if (dtype_is_small(to)) return false;
    if (from == to) return true;
    if (dtype_is_small(from) && f->cls == 'f') return t->cls == 'f' && t->bytes >= 4;
    if (f->cls == 'b') return t->cls != 'x';
    if (f->cls == 'f') return t->cls == 'f' && t->bytes > f->bytes;
    if (t->cls == 'f') {
        int bits = to == DT_f64 ? 53 : to == DT_f32 ? 24 : to == DT_f16 ? 11 : 8;
        return f->bytes * 8 <= bits && (f->cls == 'i' || f->cls == 'u');
    }
    if (f->cls == 'u') return (t->cls == 'u' || t->cls == 'i') && t->bytes > f->bytes;
    return f->cls == 'i' && t->cls == 'i' && t->bytes > f->bytes;
}

static ValueId cast_same(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    DType to = r->g->value.at[rw_out(r, n)].dtype;
    if (to == DT_f8e5m2 && RW_ATTR(r, n, Cast)->saturate) return NO_VALUE; /* even its own infinities go */
    if (r->g->value.at[x].dtype == to) return x;
    NodeId p = rw_def_op(r, x, OP_Cast);
    if (p == NO_NODE || dtype_is_small(to)) return NO_VALUE;
    ValueId y = rw_in(r, p, 0);
    if (!lossless(r->g->value.at[y].dtype, r->g->value.at[x].dtype)) return NO_VALUE;
    if (r->g->value.at[y].dtype == to) return y;
    rw_set_in(r, n, 0, y);
    r->c->hits++;
    return NO_VALUE;
}

static bool not_negative(Rw *r, ValueId v) {
    NodeId p = rw_def(r, v);
    double lo;
    if (p == NO_NODE) return false;
    switch (rw_at(r, p)->op) {
    case OP_Relu:
    case OP_Sigmoid:
    case OP_HardSigmoid:
    case OP_Softplus:
    case OP_Abs:
    case OP_Exp:
    case OP_Softmax:
    case OP_ReduceL1:
    case OP_ReduceL2:
    case OP_ReduceSumSquare: return true;
    case OP_Clip: return const_scalar(r->g, rw_in(r, p, 1), &lo) && lo >= 0;
    default: return false;
    }
}

/* f(f(x)) = f(x), f(f(x)) = x, and max(x, 0) of what is not negative. */
static ValueId unary_same(Rw *r, NodeId n) {
    Op op = rw_at(r, n)->op;
    ValueId x = rw_in(r, n, 0);
    NodeId p = rw_def(r, x);
    if ((op == OP_Relu || op == OP_Abs) && not_negative(r, x)) return x;
    if (p == NO_NODE || rw_at(r, p)->op != op) return NO_VALUE;
    switch (op) {
    case OP_Floor:
    case OP_Ceil:
    case OP_Round:
    case OP_Sign: return x;
    case OP_Neg:
    case OP_Not:
    case OP_BitwiseNot: return rw_in(r, p, 0);
    default: return NO_VALUE;
    }
}

/* A bound that every finite value of the type respects is no bound. */
static double largest(DType t) {
    return t == DT_f64 ? DBL_MAX : t == DT_f16 ? 65504 : t == DT_bf16 ? 0x1.fep127 : FLT_MAX;
}

static bool no_bound(Rw *r, NodeId n, unsigned i) {
    ValueId b = rw_in(r, n, i);
    if (b == NO_VALUE) return true;
    double x, sign = i == 1 ? -1 : 1;
    DType t = r->g->value.at[b].dtype;
    return dtype_is_float(t) && const_scalar(r->g, b, &x) && x * sign >= largest(t);
}

static ValueId clip_same(Rw *r, NodeId n) {
    bool low = no_bound(r, n, 1), high = no_bound(r, n, 2);
    if (low && high) return rw_in(r, n, 0);
    bool drop = (low && rw_in(r, n, 1) != NO_VALUE) || (high && rw_in(r, n, 2) != NO_VALUE);
    if (!drop) return NO_VALUE;
    ValueId in[3] = {rw_in(r, n, 0), low ? NO_VALUE : rw_in(r, n, 1), high ? NO_VALUE : rw_in(r, n, 2)};
    rw_become(r, n, OP_Clip, high ? 2 : 3, in, NULL);
    r->c->hits++;
    return NO_VALUE;
}

/* Reductions that leave the value itself when there is one element. */
static bool reduce_of_one(Rw *r, NodeId n) {
    Op op = rw_at(r, n)->op;
    if (op != OP_ReduceSum && op != OP_ReduceMean && op != OP_ReduceMax && op != OP_ReduceMin && op != OP_ReduceProd)
        return false;
    const Shape *s = value_shape(r->g, rw_in(r, n, 0)), *out = value_shape(r->g, rw_out(r, n));
    const Ints *axes = &RW_ATTR(r, n, Reduce)->axes;
    for (uint32_t i = 0; i < axes->n; i++)
        if (s->dim[axes->at[i]] != 1) return false;
    ValueId x = rw_in(r, n, 0);
    Attr_ShapeTo *to = rw_attr_new(r, OP_Reshape);
    to->shape.n = (uint32_t)out->rank;
    to->shape.at = arena_copy(r->g->arena, out->dim, sizeof out->dim);
    rw_become(r, n, OP_Reshape, 1, &x, to);
    r->c->hits++;
    return true;
}

/* Concat without its empty operands. */
static ValueId concat_same(Rw *r, NodeId n) {
    unsigned nin = rw_at(r, n)->nin, k = 0;
    int64_t axis = RW_ATTR(r, n, Axis)->axis;
    if (nin == 1) return rw_in(r, n, 0);
    ValueId *keep = arena_array_of(r->tmp, nin, ValueId);
    for (unsigned i = 0; i < nin; i++)
        if (value_shape(r->g, rw_in(r, n, i))->dim[axis] != 0) keep[k++] = rw_in(r, n, i);
    if (k == 1) return keep[0];
    if (k && k < nin) {
        rw_become(r, n, OP_Concat, (int)k, keep, rw_attr_copy(r, n));
        r->c->hits++;
    }
    return NO_VALUE;
}

static bool resize_same(Rw *r, NodeId n) {
    const Attr_Resize *a = RW_ATTR(r, n, Resize);
    for (uint32_t i = 0; i < a->scales.n; i++)
        if (a->scales.at[i] != 1) return false;
    return a->roi.n == 0;
}

static ValueId move_same(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    if (!same_shape(r->g, x, rw_out(r, n))) return NO_VALUE;
    switch (rw_at(r, n)->op) {
    case OP_Reshape:
    case OP_Expand: return x;
    case OP_Tile: return all_ints(&RW_ATTR(r, n, Tile)->repeats, 1) ? x : NO_VALUE;
    case OP_Pad: return all_ints(&RW_ATTR(r, n, Pad)->pads, 0) ? x : NO_VALUE;
    case OP_Slice: {
        const Attr_Slice *a = RW_ATTR(r, n, Slice);
        return all_dims(&a->starts, 0) && all_ints(&a->steps, 1) ? x : NO_VALUE;
    }
    case OP_Transpose: {
        const Ints *p = &RW_ATTR(r, n, Perm)->perm;
        for (uint32_t i = 0; i < p->n; i++)
            if (p->at[i] != (int64_t)i) return NO_VALUE;
        return x;
    }
    case OP_Resize: return resize_same(r, n) ? x : NO_VALUE;
    case OP_DepthToSpace:
    case OP_SpaceToDepth: return RW_ATTR(r, n, BlockSize)->blocksize == 1 ? x : NO_VALUE;
    case OP_MaxPool:
    case OP_AveragePool: {
        const Attr_Pool *a = RW_ATTR(r, n, Pool);
        bool one = all_ints(&a->kernel_shape, 1) && all_ints(&a->strides, 1) && all_ints(&a->pads, 0);
        return one && rw_at(r, n)->nout == 1 ? x : NO_VALUE;
    }
    default: return NO_VALUE;
    }
}

/* Element-wise operators broadcast themselves: an Expand before one is needed only if nothing else has the extent. */
static void drop_expand(Rw *r, NodeId n) {
    const Node *node = rw_at(r, n);
    int rank = value_shape(r->g, node->out[0])->rank;
    if (node->nin < 2 || node->op == OP_Clip || rank < 0) return;
    for (unsigned i = 0; i < node->nin; i++) {
        NodeId e = rw_def_op(r, rw_in(r, n, i), OP_Expand);
        if (e == NO_NODE) continue;
        ValueId x = rw_in(r, e, 0);
        bool covered = true;
        for (int k = 0; k < rank && covered; k++) {
            Dim want = value_shape(r->g, node->out[0])->dim[k];
            covered = aligned_dim(r->g, x, rank, k) == want;
            for (unsigned j = 0; j < node->nin && !covered; j++)
                covered = j != i && aligned_dim(r->g, rw_in(r, n, j), rank, k) == want;
        }
        if (!covered) continue;
        rw_set_in(r, n, i, x);
        r->c->hits++;
        node = rw_at(r, n);
    }
}

static ValueId same_as(Rw *r, NodeId n) {
    const Node *node = rw_at(r, n);
    switch (node->op) {
    case OP_Identity: return rw_in(r, n, 0);
    case OP_Cast: return cast_same(r, n);
    case OP_Clip: return clip_same(r, n);
    case OP_Concat: return concat_same(r, n);
    case OP_Split: return rw_in(r, n, 0);
    case OP_Where: {
        if (const_is(r->g, rw_in(r, n, 0), 1)) return rw_in(r, n, 1);
        if (const_is(r->g, rw_in(r, n, 0), 0)) return rw_in(r, n, 2);
        return rw_in(r, n, 1) == rw_in(r, n, 2) ? rw_in(r, n, 1) : NO_VALUE;
    }
    default: break;
    }
    if (op_info[node->op].cls == CLASS_elementwise)
        return node->nin == 1 ? unary_same(r, n) : node->nin == 2 ? binary_same(r, n) : NO_VALUE;
    return move_same(r, n);
}

bool pass_eliminate_identity(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n; n++) {
        Op op = rw_at(&r, n)->op;
        if (op == OP_none || rw_at(&r, n)->nsub) continue;
        if (op_pointwise(op)) drop_expand(&r, n);
        if (rw_at(&r, n)->nout != 1 || !rw_at(&r, n)->nin || reduce_of_one(&r, n)) continue;
        ValueId x = same_as(&r, n);
        if (x != NO_VALUE && same_type(g, x, rw_out(&r, n)) && rw_replace(&r, n, x)) c->hits++;
    }
    return rw_end(&r);
}
