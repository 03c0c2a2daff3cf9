/* A Concat whose result is rounded to bytes: its operands are, so that no floats lie between. For targets that sum bytes, which
 * keep such values as bytes. The element-wise nodes from the Concat to the one that clips it to a byte are the same for each
 * element; they go to the operands, where most become part of what makes these. */
#include "base/size.h"
#include "pass/whole.h"

#define LONGEST 8

typedef struct {
    NodeId node[LONGEST];
    unsigned n;
} Chain;

/* The operand of n that is no constant number; -1: there are others. */
static int only_operand(Rw *r, NodeId n, ValueId v) {
    double x;
    int at = -1;
    if (op_info[rw_at(r, n)->op].cls != CLASS_elementwise || rw_at(r, n)->nout != 1) return -1;
    for (unsigned i = 0; i < rw_at(r, n)->nin; i++) {
        ValueId in = rw_in(r, n, i);
        if (in == v && at < 0) at = (int)i;
        else if (in != NO_VALUE && !const_scalar(r->g, in, &x)) return -1;
    }
    return at;
}

/* From what the Concat makes to a clip to one of at most 256 whole numbers, all read once. */
static bool find_chain(Rw *r, WholeBounds *range, ValueId v, Chain *c) {
    double lo, hi;
    for (c->n = 0; c->n < LONGEST;) {
        NodeId n = rw_user(r, v);
        if (n == NO_NODE || only_operand(r, n, v) < 0 || !shape_equal(value_shape(r->g, v), value_shape(r->g, rw_out(r, n)))) return false;
        v = rw_out(r, n);
        c->node[c->n++] = n;
        if (rw_at(r, n)->op == OP_Clip && whole_bounds(r, range, v, &lo, &hi) && hi - lo <= 255) return r->g->value.at[v].dtype == DT_f32;
    }
    return false;
}

static ValueId along(Rw *r, const Chain *c, ValueId y, ValueId operand) {
    ValueId in[8];
    for (unsigned k = 0; k < c->n; k++) {
        NodeId n = c->node[k];
        for (unsigned i = 0; i < rw_at(r, n)->nin; i++) {
            in[i] = rw_in(r, n, i);
            if (in[i] == y) in[i] = operand;
        }
        y = rw_out(r, n);
        operand = rw_node(r, n, rw_at(r, n)->op, rw_at(r, n)->nin, in, rw_attr_copy(r, n));
    }
    return operand;
}

static bool to_operands(Rw *r, WholeBounds *range, NodeId n) {
    Chain c;
    unsigned nin = rw_at(r, n)->nin;
    ValueId y = rw_out(r, n), *in = arena_array_of(r->tmp, nin + 1, ValueId);
    if (!find_chain(r, range, y, &c)) return false;
    for (unsigned i = 0; i < nin; i++)
        if (rw_in(r, n, i) == NO_VALUE || value_data(r->g, rw_in(r, n, i))) return false;
    for (unsigned k = 0; k < c.n; k++)
        if (rw_at(r, c.node[k])->nin > 8) return false;
    for (unsigned i = 0; i < nin; i++) in[i] = along(r, &c, y, rw_in(r, n, i));
    rw_become(r, c.node[c.n - 1], OP_Concat, (int)nin, in, rw_attr_copy(r, n));
    r->c->hits++;
    return true;
}

bool pass_quantise_operands(Graph *g, PassContext *c) {
    if (!c->target || !target_sums_bytes(c->target)) return false;
    Rw r = rw_begin(g, c);
    WholeBounds range = whole_bounds_new(&r);
    for (NodeId n = r.nodes_at_start; n-- > 0;) /* the last first: a Concat behind another's clip */
        if (g->node.at[n].op == OP_Concat) to_operands(&r, &range, n);
    return rw_end(&r);
}
