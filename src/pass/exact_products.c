#include "pass/exact_products.h"
#include "pass/pass.h"

static bool dequantises(const Graph *g) {
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op == OP_DequantizeLinear) return true;
    return false;
}

const Graph *exact_products(Arena *a, const Graph *g, Diag *d) {
    static const char *const skip[] = {"expand_composite", "unpack_weights", NULL};
    if (!dequantises(g)) return g;
    Graph *own = graph_copy(a, g);
    const PassOptions o = {.skip = skip, .stop_after = "integers_as_floats", .precise = true};
    return passes_run(own, target_find("gnu"), &o, d) ? own : NULL;
}
