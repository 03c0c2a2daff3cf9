#include "pass/rewrite.h"

bool pass_order(Graph *g, PassContext *c) {
    uint32_t n = g->node.n;
    ValueId **before = arena_array_of(c->tmp, n + 1, ValueId *);
    for (NodeId i = 0; i < n; i++) before[i] = g->node.at[i].out;
    graph_sort(g);
    for (NodeId i = 0; i < n; i++)
        if (i >= g->node.n || g->node.at[i].out != before[i]) c->hits++;
    return c->hits > 0;
}
