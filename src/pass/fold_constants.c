#include "base/size.h"
#include "pass/rewrite.h"

/* A result may be as large as fold_limit, or twice as large as the constants it is made of: a transposed or widened
 * weight replaces the original, an expanded zero would only be ballast. Weights that stand in their quantised form may
 * grow from a byte to a float: what reads them packs only constants. */
static int64_t limit_of(const Graph *g, const PassContext *c, const Node *node) {
    int64_t bytes = 0;
    for (unsigned i = 0; i < node->nin; i++) {
        const Tensor *t = value_data(g, node->in[i]);
        if (t && !size_add(bytes, (int64_t)t->bytes, &bytes)) return c->fold_limit;
    }
    int64_t growth = node->op == OP_DequantizeLinear ? 4 : 2;
    if (growth == 4 && c->small) return bytes;
    bytes = bytes > INT64_MAX / growth ? INT64_MAX : growth * bytes;
    return bytes > c->fold_limit ? bytes : c->fold_limit;
}

bool pass_fold_constants(Graph *g, PassContext *c) {
    uint32_t before = c->hits;
    for (NodeId n = 0; n < g->node.n; n++) {
        Node *node = &g->node.at[n];
        if (node->op == OP_none || node->nsub) continue;
        bool constant = true;
        for (unsigned i = 0; i < node->nin && constant; i++)
            constant = node->in[i] == NO_VALUE || g->value.at[node->in[i]].data;
        if (constant && op_fold(g, n, limit_of(g, c, node))) c->hits++;
    }
    if (c->hits != before) graph_sort(g);
    return c->hits != before;
}
