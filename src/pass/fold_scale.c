#include "pass/affine.h"

/* Products and moves that a factor passes on its way up. */
#define STEPS 16

/* Whether p commutes with a factor on operand i. */
static bool passes_factor(Rw *r, NodeId p, unsigned i) {
    switch (rw_at(r, p)->op) {
    case OP_Reshape:
    case OP_Transpose:
    case OP_Slice: return i == 0;
    case OP_MatMul: return true;
    default: return false;
    }
}

/* v is what a Conv, Gemm or MatMul with constant weights makes, with or without a constant added behind. */
static bool takes_factor(Rw *r, ValueId v) {
    NodeId p = rw_def(r, v);
    if (p == NO_NODE) return false;
    if (rw_at(r, p)->op == OP_Add && value_data(r->g, rw_in(r, p, 1)) && rw_single(r, rw_in(r, p, 0))) {
        v = rw_in(r, p, 0);
        p = rw_def(r, v);
    }
    if (p == NO_NODE || !affine_is_linear_op(rw_at(r, p)->op)) return false;
    ValueId w = rw_in(r, p, 1);
    return value_data(r->g, w) && r->uses.at[w] == 1 && value_shape(r->g, w)->rank >= 2 && !tensor_is_exact(value_data(r->g, w));
}

/* The value above x that the factor may stand behind, and its reader: each in between has one reader. */
static NodeId find_above(Rw *r, ValueId x, unsigned first) {
    NodeId reader = NO_NODE;
    for (int k = 0; k < STEPS && rw_single(r, x); k++) {
        if (takes_factor(r, x)) return reader;
        NodeId p = rw_def(r, x);
        unsigned i = k == 0 && p != NO_NODE && rw_at(r, p)->op == OP_MatMul ? first : 0;
        if (p == NO_NODE || !passes_factor(r, p, i)) return NO_NODE;
        reader = p;
        x = rw_in(r, p, i);
    }
    return NO_NODE;
}

/* Mul or Div by one number: up through moves and products, to where the weights can take it. */
static bool lift(Rw *r, NodeId n) {
    Op op = rw_at(r, n)->op;
    double k;
    if (op != OP_Mul && op != OP_Div) return false;
    ValueId x = rw_in(r, n, 0), c = rw_in(r, n, 1);
    if (!const_scalar(r->g, c, &k) || !same_type(r->g, x, rw_out(r, n)) || !dtype_is_float(r->g->value.at[x].dtype))
        return false;
    NodeId reader = NO_NODE;
    for (unsigned i = 0; i < 2 && reader == NO_NODE; i++) reader = find_above(r, x, i);
    if (reader == NO_NODE) return false;
    unsigned i = 0; /* the operand that the way went through */
    ValueId v;
    while (v = rw_in(r, reader, i), i + 1 < rw_at(r, reader)->nin && !(rw_single(r, v) && takes_factor(r, v))) i++;
    Shape s = shape_of(0, NULL);
    ValueId in[2] = {v, rw_const_view(r, c, &s)};
    rw_set_in(r, reader, i, rw_node(r, n, op, 2, in, NULL));
    return rw_replace(r, n, x);
}

bool pass_fold_scale(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0, end = g->node.n; n < end; n++)
        if (lift(&r, n)) c->hits++;
    for (NodeId n = 0; n < g->node.n; n++) affine_fold(&r, n, false);
    return rw_end(&r);
}
