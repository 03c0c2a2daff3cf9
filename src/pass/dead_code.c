#include "pass/rewrite.h"

typedef Vec(NodeId) NodeStack;

static void reach(const Graph *g, Arena *tmp, NodeStack *todo, bool *live, bool *read, ValueId v) {
    if (v == NO_VALUE) return;
    read[v] = true;
    NodeId p = g->value.at[v].producer;
    if (p == NO_NODE || live[p]) return;
    live[p] = true;
    vec_push(tmp, todo, p);
}

/* Outputs that may be absent and that nobody reads are not computed. */
static uint32_t trim_outputs(Graph *g, NodeId n, const bool *read) {
    Node *node = &g->node.at[n];
    uint32_t gone = 0;
    for (unsigned j = op_info[node->op].out_min; j < node->nout && !node->nsub; j++) {
        ValueId v = node->out[j];
        if (v == NO_VALUE || read[v] || op_info[node->op].out_max == UINT16_MAX) continue;
        g->value.at[v].producer = NO_NODE;
        node->out[j] = NO_VALUE;
        gone++;
    }
    while (gone && node->nout > op_info[node->op].out_min && node->out[node->nout - 1] == NO_VALUE) node->nout--;
    return gone;
}

bool pass_dead_code(Graph *g, PassContext *c) {
    bool *live = arena_array_of(c->tmp, g->node.n + 1, bool), *read = arena_array_of(c->tmp, g->value.n + 1, bool);
    uint32_t before = c->hits, nodes = 0;
    NodeStack todo = {0};
    for (uint32_t i = 0; i < g->output.n; i++) reach(g, c->tmp, &todo, live, read, g->output.at[i]);
    while (todo.n) {
        const Node *node = &g->node.at[todo.at[--todo.n]];
        for (unsigned i = 0; i < node->nin; i++) reach(g, c->tmp, &todo, live, read, node->in[i]);
        for (unsigned s = 0; s < node->nsub; s++)
            for (ValueId v = 0; v < node->sub[s]->value.n; v++)
                reach(g, c->tmp, &todo, live, read, node->sub[s]->value.at[v].captured);
    }
    for (NodeId n = g->node.n; n-- > 0;) {
        if (g->node.at[n].op == OP_none) continue;
        if (live[n]) {
            c->hits += trim_outputs(g, n, read);
            continue;
        }
        graph_remove_node(g, n);
        nodes++;
    }
    for (ValueId v = 0; v < g->value.n; v++) {
        Value *value = &g->value.at[v];
        if (read[v] || !value->data || value->is_output || value->is_input) continue;
        value->data = NULL;
        c->hits++;
    }
    c->hits += nodes;
    if (nodes) graph_sort(g);
    return c->hits != before;
}
