#include "plan/half.h"

#define LEAST 64 /* elements: fewer save no memory, and means and factors a channel are used often */
#define MOST_VIEWS 4096

static bool is_float(const Graph *g, ValueId v) { return v == NO_VALUE || dtype_is_float(g->value.at[v].dtype); }

/* Whole numbers beyond 2048 are no halves. */
static bool quantised(const Graph *g) {
    for (ValueId v = 0; v < g->value.n; v++)
        if (g->value.at[v].data && g->value.at[v].data->exact) return true;
    return false;
}

/* Does it leave the range of its operands? What it makes may be beyond 65504, or so small that a half keeps little of it. */
static bool leaves_range(const Node *n) {
    switch (n->op) {
    case OP_Exp:
    case OP_Pow:
    case OP_ReduceSum:
    case OP_ReduceProd:
    case OP_ReduceL1:
    case OP_ReduceL2:
    case OP_ReduceSumSquare:
    case OP_Reciprocal:
    case OP_Div: return true;
    case OP_Mul: return n->in[0] == n->in[1];
    default: return false;
    }
}

/* The kinds of operators that store each result once. */
static bool makes_halves(const Graph *g, NodeId id) {
    const Node *n = &g->node.at[id];
    OpClass c = op_info[n->op].cls;
    if (c != CLASS_elementwise && c != CLASS_contract && c != CLASS_normalise && c != CLASS_move) return false;
    return !n->nsub && !leaves_range(n) && (n->op != OP_Cast || is_float(g, n->in[0]));
}

static bool reads_halves(const Graph *g, NodeId id) {
    const Node *n = &g->node.at[id];
    OpClass c = op_info[n->op].cls;
    bool floats = !n->nsub && c != CLASS_control && c != CLASS_general && c != CLASS_expand;
    for (unsigned i = 0; i < n->nout; i++) floats &= is_float(g, n->out[i]);
    return floats;
}

static bool may_be_half(const Graph *g, const Uses *uses, ValueId v) {
    const Value *x = &g->value.at[v];
    bool may = x->dtype == DT_f32 && x->producer != NO_NODE && !x->is_input && !x->is_output && !x->data &&
               x->captured == NO_VALUE && shape_count(&x->shape) >= LEAST && makes_halves(g, x->producer);
    for (uint32_t i = uses->first[v]; may && i < uses->first[v + 1]; i++) may = reads_halves(g, uses->user[i]);
    return may;
}

/* What may lie inside each other has one type. */
static bool settle_views(Graph *g, NodeId n, View *view) {
    int count = node_views(g, n, view, MOST_VIEWS);
    bool all = true, any = false;
    for (int i = 0; i < count; i++) {
        all &= g->value.at[view[i].inner].half && g->value.at[view[i].outer].half;
        any |= g->value.at[view[i].inner].half || g->value.at[view[i].outer].half;
    }
    for (int i = 0; i < count && !all; i++) g->value.at[view[i].inner].half = g->value.at[view[i].outer].half = false;
    return any && !all;
}

void half_values(Graph *g, Arena *tmp) {
    Uses uses = graph_uses(g, tmp);
    View *view = arena_array_of(tmp, MOST_VIEWS, View);
    bool whole = quantised(g), changed = true;
    for (ValueId v = 0; v < g->value.n; v++) g->value.at[v].half = !whole && may_be_half(g, &uses, v);
    while (changed) {
        changed = false;
        for (NodeId n = 0; n < g->node.n; n++) changed |= settle_views(g, n, view);
    }
}
