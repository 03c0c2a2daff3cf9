/* What the tests of nests and schedules share: a graph in text form becomes one kernel's nest. Values whose names begin
 * with w are constants with seeded contents. */
#ifndef TENON_TEST_NEST_CASE_H
#define TENON_TEST_NEST_CASE_H
#include "op/op.h"
#include "plan/kernel.h"
#include <stdlib.h>

static uint64_t random_state = 1;

static inline uint32_t random_below(uint32_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

/* Contents of one element: small numbers, eighths for floats, also negative ones where the type has them. */
static inline void random_element(Tensor *t, int64_t i) {
    if (dtype_is_float(t->dtype))
        tensor_set_float(t, i, ((double)random_below(33) - 16) / 8);
    else if (t->dtype == DT_bool)
        tensor_set_int(t, i, random_below(2));
    else
        tensor_set_int(t, i, dtype_info[t->dtype].cls == 'u' ? random_below(7) : (int64_t)random_below(7) - 3);
}

static inline Tensor *random_tensor(Arena *a, DType type, Shape s) {
    Tensor *t = tensor_new(a, type, s);
    for (int64_t i = 0; i < shape_count(&s); i++) random_element(t, i);
    return t;
}

/* NULL with diagnostics. */
static inline Graph *case_graph(Arena *a, Diag *d, const char *file, const char *text, size_t n) {
    Graph *g = graph_parse(a, d, file, text, n);
    if (!g) return NULL;
    for (ValueId v = 0; v < g->value.n; v++) {
        Value *x = &g->value.at[v];
        if (x->name[0] != 'w' || x->producer != NO_NODE) continue;
        x->data = random_tensor(a, x->dtype, x->shape);
        x->is_input = false;
    }
    for (NodeId i = 0; i < g->node.n; i++)
        if (!op_infer(g, i)) return NULL;
    return g;
}

/* All nodes as one kernel; the last one is its root. */
static inline Nest *case_nest(Arena *a, Graph *g, Diag *d) {
    NodeId *member = arena_array_of(a, g->node.n + 1, NodeId);
    for (NodeId i = 0; i < g->node.n; i++) member[i] = i;
    return kernel_nest(a, g, member, g->node.n, NULL, false, d);
}
#endif
