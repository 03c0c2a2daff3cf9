#include "pass/by_windows.h"

/* Weights i8 [c, kernel] as [kernel, c]. */
static ValueId turned(Graph *g, ValueId w) {
    const Tensor *t = value_data(g, w);
    int64_t c = t->shape.dim[0], taps = shape_count(&t->shape) / c;
    Shape to = t->shape;
    for (int d = 1; d < to.rank; d++) to.dim[d - 1] = t->shape.dim[d];
    to.dim[to.rank - 1] = c;
    Tensor *x = tensor_new(g->arena, DT_i8, to);
    for (int64_t i = 0; i < c * taps; i++) tensor_set_float(x, i, tensor_float(t, i % c * taps + i / c));
    return graph_constant(g, g->value.at[w].name, x);
}

void by_windows(Graph *g, const bool *which) {
    for (NodeId n = 0; n < g->node.n; n++) {
        if (g->node.at[n].op != OP_ConvPlanes || (which && !which[n]) || !value_data(g, g->node.at[n].in[1])) continue;
        ValueId w = turned(g, g->node.at[n].in[1]);
        g->node.at[n].op = OP_ConvWindows;
        g->node.at[n].in[1] = w;
    }
}
