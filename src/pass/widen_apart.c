/* Floats that are made of bytes and read several times: each element-wise reader makes them for itself, so that bytes lie in
 * memory and not floats, four times as large. For targets that sum bytes: x * sigmoid(x) of a quantised model, a Concat's
 * operands at several scales. */
#include "pass/rewrite.h"

#define MOST_STEPS 4

/* v is a byte that is widened, then multiplied by numbers, or moved by some. The nodes, the last first; 0: it is not. */
static unsigned widening(Rw *r, ValueId v, NodeId *node) {
    double x;
    for (unsigned k = 0; k < MOST_STEPS; k++) {
        NodeId d = rw_def(r, v);
        if (d == NO_NODE || rw_at(r, d)->nin == 0) return 0;
        node[k] = d;
        Op op = rw_at(r, d)->op;
        v = rw_in(r, d, 0);
        DType from = r->g->value.at[v].dtype;
        if (op == OP_Cast) return (from == DT_i8 || from == DT_u8) && r->g->value.at[rw_out(r, d)].dtype == DT_f32 ? k + 1 : 0;
        if ((op != OP_Add && op != OP_Mul) || !const_scalar(r->g, rw_in(r, d, 1), &x)) return 0;
    }
    return 0;
}

/* Does n become part of the kernel that reads it, with what it reads? */
static bool joins(Rw *r, NodeId n) {
    if (rw_at(r, n)->nout != 1) return false;
    if (op_info[rw_at(r, n)->op].cls == CLASS_elementwise) return true;
    NodeId user = rw_at(r, n)->op == OP_Transpose ? rw_user(r, rw_out(r, n)) : NO_NODE;
    return user != NO_NODE && op_info[rw_at(r, user)->op].cls == CLASS_elementwise;
}

static void visit(Rw *r, NodeId n) {
    NodeId node[MOST_STEPS];
    for (unsigned i = 0; i < rw_at(r, n)->nin; i++) {
        ValueId v = rw_in(r, n, i), in[2];
        if (v == NO_VALUE || rw_single(r, v) || rw_user(r, v) == n) continue;
        unsigned steps = widening(r, v, node);
        if (!steps) continue;
        in[0] = rw_in(r, node[steps - 1], 0);
        for (unsigned k = steps; k-- > 0;) {
            in[1] = rw_in(r, node[k], 1);
            in[0] = rw_node(r, node[k], rw_at(r, node[k])->op, k + 1 == steps ? 1 : 2, in, rw_attr_copy(r, node[k]));
        }
        for (unsigned k = 0; k < rw_at(r, n)->nin; k++)
            if (rw_in(r, n, k) == v) rw_set_in(r, n, k, in[0]);
        r->c->hits++;
    }
}

bool pass_widen_apart(Graph *g, PassContext *c) {
    if (!c->target || !target_sums_bytes(c->target)) return false;
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < r.nodes_at_start; n++)
        if (g->node.at[n].op != OP_none && joins(&r, n)) visit(&r, n);
    return rw_end(&r);
}
