/* Weights as halves where the user asks for them: constants of floats become f16 and a Cast, which the kernel that reads them
 * takes in, so that they are widened on their way into registers. What f16 cannot hold stays as it is: numbers beyond
 * its range, and whole numbers of quantised models (`exact`) that it would round. */
#include "pass/whole.h"
#include <math.h>

#define LEAST 64             /* elements: fewer are not worth it */
#define LARGEST_HALF 65504.0 /* beyond that f16 has only infinities */

static bool has_weights(Op op) {
    switch (op) {
    case OP_Conv:
    case OP_ConvTranspose:
    case OP_ConvBlocked:
    case OP_ConvTransposeBlocked:
    case OP_MatMul:
    case OP_Gemm: return true;
    default: return false;
    }
}

/* The same as f16; NULL: f16 cannot hold it. */
static const Tensor *halved(Rw *r, const Tensor *t) {
    Arena *tmp = arena_new("weights");
    const Tensor *w = tensor_contents(t, tmp);
    int64_t n = shape_count(&t->shape);
    bool fits = true;
    for (int64_t i = 0; i < n && fits; i++) fits = fabs(tensor_float(w, i)) <= LARGEST_HALF;
    Tensor *to = fits ? tensor_new(r->g->arena, DT_f16, t->shape) : NULL;
    for (int64_t i = 0; to && i < n; i++) {
        tensor_set_float(to, i, tensor_float(w, i));
        fits &= !t->exact || tensor_float(to, i) == tensor_float(w, i);
    }
    arena_free(tmp);
    if (to) to->exact = t->exact;
    return fits ? to : NULL;
}

static bool halve(Rw *r, NodeId n, unsigned operand, ValueId *half, uint32_t known) {
    ValueId v = rw_in(r, n, operand);
    const Tensor *t = v == NO_VALUE || v >= known ? NULL : value_data(r->g, v);
    if (!t || t->dtype != DT_f32 || shape_count(&t->shape) < LEAST) return false;
    if (half[v] == NO_VALUE) { /* v itself: it stays as it is */
        const Tensor *to = halved(r, t);
        half[v] = to ? graph_constant(r->g, r->g->value.at[v].name, to) : v;
        rw_grow(r);
    }
    if (half[v] == v) return false;
    rw_set_in(r, n, operand, whole_cast(r, n, half[v], DT_f32));
    return true;
}

bool pass_halve_weights(Graph *g, PassContext *c) {
    if (!c->half_weights) return false;
    Rw r = rw_begin(g, c);
    uint32_t known = g->value.n;
    ValueId *half = arena_array_of(r.tmp, known + 1, ValueId);
    for (uint32_t v = 0; v < known; v++) half[v] = NO_VALUE;
    for (NodeId n = 0; n < r.nodes_at_start; n++)
        for (unsigned i = 0; has_weights(rw_at(&r, n)->op) && i < 2 && i < rw_at(&r, n)->nin; i++)
            c->hits += halve(&r, n, i, half, known);
    return rw_end(&r);
}
