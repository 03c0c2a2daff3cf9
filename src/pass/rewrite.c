#include "pass/rewrite.h"
#include <string.h>

void rw_grow(Rw *r) {
    for (; r->nvalue < r->g->value.n; r->nvalue++) {
        vec_push(r->tmp, &r->uses, 0);
        vec_push(r->tmp, &r->user_xor, 0);
        vec_push(r->tmp, &r->alias, r->nvalue);
    }
}

static void add_use(Rw *r, ValueId v, NodeId n) {
    if (v == NO_VALUE) return;
    r->uses.at[v]++;
    r->user_xor.at[v] ^= n;
}

/* What sub-graphs capture counts as read more than once, so that it stays. */
static void pin_captures(Rw *r, const Node *node) {
    for (unsigned s = 0; s < node->nsub; s++)
        for (ValueId v = 0; v < node->sub[s]->value.n; v++) {
            ValueId outer = node->sub[s]->value.at[v].captured;
            if (outer != NO_VALUE) r->uses.at[outer] += 2;
        }
}

static void follow_captures(Rw *r, const Node *node) {
    for (unsigned s = 0; s < node->nsub; s++)
        for (ValueId v = 0; v < node->sub[s]->value.n; v++) {
            Value *inner = &node->sub[s]->value.at[v];
            inner->captured = rw_value(r, inner->captured);
        }
}

Rw rw_begin(Graph *g, PassContext *c) {
    Rw r = {.g = g, .c = c, .tmp = c->tmp, .nodes_at_start = g->node.n};
    vec_reserve(r.tmp, &r.uses, g->value.n + 1);
    vec_reserve(r.tmp, &r.user_xor, g->value.n + 1);
    vec_reserve(r.tmp, &r.alias, g->value.n + 1);
    rw_grow(&r);
    for (NodeId n = 0; n < g->node.n; n++) {
        if (g->node.at[n].op == OP_none) continue;
        for (unsigned i = 0; i < g->node.at[n].nin; i++) add_use(&r, g->node.at[n].in[i], n);
        pin_captures(&r, &g->node.at[n]);
    }
    return r;
}

bool rw_budget(const Rw *r) { return r->g->node.n < 2 * (uint64_t)r->nodes_at_start + 256; }

ValueId rw_value(Rw *r, ValueId v) {
    if (v == NO_VALUE) return v;
    ValueId top = v;
    while (r->alias.at[top] != top) top = r->alias.at[top];
    while (r->alias.at[v] != top) {
        ValueId next = r->alias.at[v];
        r->alias.at[v] = top;
        v = next;
    }
    return top;
}

ValueId rw_in(Rw *r, NodeId n, unsigned i) {
    Node *node = &r->g->node.at[n];
    if (i >= node->nin) return NO_VALUE;
    return node->in[i] = rw_value(r, node->in[i]);
}

NodeId rw_def(Rw *r, ValueId v) {
    if (v == NO_VALUE) return NO_NODE;
    NodeId n = r->g->value.at[v].producer;
    if (n == NO_NODE || rw_at(r, n)->nsub) return NO_NODE;
    for (unsigned j = 0; j < rw_at(r, n)->nout; j++)
        if (rw_at(r, n)->out[j] != v && rw_at(r, n)->out[j] != NO_VALUE) return NO_NODE;
    return rw_at(r, n)->out[0] == v ? n : NO_NODE;
}

NodeId rw_def_op(Rw *r, ValueId v, Op op) {
    NodeId n = rw_def(r, v);
    return n != NO_NODE && rw_at(r, n)->op == op ? n : NO_NODE;
}

bool rw_single(Rw *r, ValueId v) { return r->uses.at[v] == 1 && !r->g->value.at[v].is_output; }

NodeId rw_user(Rw *r, ValueId v) { return rw_single(r, v) ? r->user_xor.at[v] : NO_NODE; }

static bool node_unused(const Rw *r, const Node *node) {
    for (unsigned j = 0; j < node->nout; j++) {
        ValueId v = node->out[j];
        if (v != NO_VALUE && (r->uses.at[v] || r->g->value.at[v].is_output)) return false;
    }
    return true;
}

static void drop_use(Rw *r, ValueId v, NodeId n) {
    if (v == NO_VALUE) return;
    r->uses.at[v]--;
    r->user_xor.at[v] ^= n;
    NodeId p = r->g->value.at[v].producer;
    if (!r->uses.at[v] && p != NO_NODE) vec_push(r->tmp, &r->dead, p);
}

/* Nodes nobody reads any more go at once, so that use counts tell the truth. */
static void bury(Rw *r) {
    while (r->dead.n) {
        NodeId n = r->dead.at[--r->dead.n];
        Node *node = &r->g->node.at[n];
        if (node->op == OP_none || node->nsub || !node_unused(r, node)) continue;
        for (unsigned i = 0; i < node->nin; i++) drop_use(r, rw_in(r, n, i), n);
        graph_remove_node(r->g, n);
    }
}

static void move_uses(Rw *r, ValueId from, ValueId to) {
    r->alias.at[from] = to;
    r->uses.at[to] += r->uses.at[from];
    r->user_xor.at[to] ^= r->user_xor.at[from];
    r->uses.at[from] = r->user_xor.at[from] = 0;
}

void rw_alias(Rw *r, ValueId from, ValueId to) {
    move_uses(r, from, to);
    r->changed = true;
}

void rw_replace_output(Rw *r, NodeId n, unsigned j, ValueId with) {
    move_uses(r, rw_at(r, n)->out[j], with);
    r->changed = true;
    vec_push(r->tmp, &r->dead, n);
    bury(r);
}

/* `with` takes over output v of the graph: its maker writes v instead. */
static void take_over(Rw *r, NodeId n, ValueId v, ValueId with) {
    Graph *g = r->g;
    NodeId p = g->value.at[with].producer;
    uint16_t j = g->value.at[with].out_index;
    for (unsigned i = 0; i < g->node.at[n].nin; i++) drop_use(r, rw_in(r, n, i), n);
    g->node.at[n].nin = 0;
    g->value.at[v].producer = NO_NODE;
    g->node.at[n].nout = 0;
    graph_remove_node(g, n);
    move_uses(r, with, v);
    g->node.at[p].out[j] = v;
    g->value.at[v].producer = p;
    g->value.at[v].out_index = j;
    g->value.at[with].producer = NO_NODE;
    bury(r);
}

/* A constant becomes output v of the graph itself. */
static void become_constant(Rw *r, NodeId n, ValueId v, ValueId with) {
    Graph *g = r->g;
    for (unsigned i = 0; i < g->node.at[n].nin; i++) drop_use(r, rw_in(r, n, i), n);
    g->node.at[n].nin = g->node.at[n].nout = 0;
    graph_remove_node(g, n);
    g->value.at[v].producer = NO_NODE;
    g->value.at[v].data = g->value.at[with].data;
    bury(r);
}

bool rw_replace(Rw *r, NodeId n, ValueId with) {
    Graph *g = r->g;
    ValueId v = rw_out(r, n);
    const Value *w = &g->value.at[with];
    if (!g->value.at[v].is_output) {
        rw_replace_output(r, n, 0, with);
        return true;
    }
    if (w->data) {
        become_constant(r, n, v, with);
    } else if (w->producer != NO_NODE && !w->is_output && same_type(g, v, with)) {
        take_over(r, n, v, with);
    } else {
        if (g->node.at[n].op == OP_Identity) return false;
        rw_become(r, n, OP_Identity, 1, &with, NULL);
    }
    r->changed = true;
    return true;
}

void *rw_attr_new(Rw *r, Op op) { return attr_new(r->g->arena, op_info[op].attrs); }

void *rw_attr_copy(Rw *r, NodeId n) {
    return attr_copy(r->g->arena, op_info[rw_at(r, n)->op].attrs, rw_at(r, n)->attr);
}

void rw_become(Rw *r, NodeId n, Op op, int nin, const ValueId *in, void *attr) {
    Graph *g = r->g;
    Node *node = &g->node.at[n];
    uint16_t old_n = node->nin;
    ValueId *old = node->in;
    ValueId *now = arena_array_of(g->arena, nin ? nin : 1, ValueId);
    for (int i = 0; i < nin; i++) {
        now[i] = rw_value(r, in[i]);
        add_use(r, now[i], n);
    }
    for (unsigned i = 0; i < old_n; i++) drop_use(r, rw_value(r, old[i]), n);
    node->op = op;
    node->in = now;
    node->nin = (uint16_t)nin;
    node->attr = attr ? attr : rw_attr_new(r, op);
    r->changed = true;
    bury(r);
}

void rw_set_in(Rw *r, NodeId n, unsigned i, ValueId v) {
    ValueId old = rw_in(r, n, i);
    r->g->node.at[n].in[i] = v;
    add_use(r, v, n);
    drop_use(r, old, n);
    r->changed = true;
    bury(r);
}

void rw_set_attr(Rw *r, NodeId n, void *attr) {
    r->g->node.at[n].attr = attr;
    r->changed = true;
}

ValueId rw_node(Rw *r, NodeId like, Op op, int nin, const ValueId *in, void *attr) {
    Graph *g = r->g;
    ValueId *now = arena_array_of(r->tmp, nin, ValueId);
    for (int i = 0; i < nin; i++) now[i] = rw_value(r, in[i]);
    const char *fresh[1] = {NULL};
    NodeId n = graph_node(g, op, g->node.at[like].name, nin, now, 1, fresh, attr ? attr : rw_attr_new(r, op));
    g->node.at[n].source = g->node.at[like].source;
    rw_grow(r);
    for (int i = 0; i < nin; i++) add_use(r, now[i], n);
    op_infer(g, n);
    r->changed = true;
    return g->node.at[n].out[0];
}

void rw_rename(Rw *r, NodeId n, NodeId like) {
    r->g->node.at[n].name = r->g->node.at[like].name;
    r->g->node.at[n].source = r->g->node.at[like].source;
}

void rw_absorb(Rw *r, NodeId n, NodeId other) {
    Node *node = &r->g->node.at[n];
    const char *more = r->g->node.at[other].name;
    if (!*more || !strcmp(more, node->name)) return;
    if (!*node->name) {
        node->name = more;
    } else if (strlen(node->name) + strlen(more) + 1 < 80) {
        node->name = arena_printf(r->g->arena, "%s+%s", node->name, more);
    }
}

bool rw_end(Rw *r) {
    if (!r->changed) return false;
    Graph *g = r->g;
    for (NodeId n = 0; n < g->node.n; n++) {
        for (unsigned i = 0; i < g->node.at[n].nin; i++) rw_in(r, n, i);
        follow_captures(r, &g->node.at[n]);
    }
    graph_sort(g);
    return true;
}

bool same_shape(const Graph *g, ValueId a, ValueId b) {
    return shape_equal(&g->value.at[a].shape, &g->value.at[b].shape);
}

bool same_type(const Graph *g, ValueId a, ValueId b) {
    const Value *x = &g->value.at[a], *y = &g->value.at[b];
    return x->dtype == y->dtype && x->quant == y->quant && x->shape.rank >= 0 && shape_equal(&x->shape, &y->shape);
}

Dim aligned_dim(const Graph *g, ValueId v, int rank, int i) {
    const Shape *s = &g->value.at[v].shape;
    int k = i - (rank - s->rank);
    return k < 0 ? 1 : s->dim[k];
}

bool op_commutes(Op op) {
    switch (op) {
    case OP_Add:
    case OP_Mul:
    case OP_Min:
    case OP_Max:
    case OP_And:
    case OP_Or:
    case OP_Xor:
    case OP_Equal:
    case OP_BitwiseAnd:
    case OP_BitwiseOr:
    case OP_BitwiseXor: return true;
    default: return false;
    }
}

bool op_pointwise(Op op) { return op_info[op].cls == CLASS_elementwise && op_info[op].out_max == 1; }
