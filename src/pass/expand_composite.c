#include "pass/rewrite.h"

bool pass_expand_composite(Graph *g, PassContext *c) {
    uint32_t before = c->hits;
    for (NodeId n = 0; n < g->node.n; n++) {
        Op op = g->node.at[n].op;
        if (op != OP_none && op_info[op].cls == CLASS_expand && op_expand(g, n)) c->hits++;
    }
    if (c->hits != before) graph_sort(g);
    return c->hits != before;
}
