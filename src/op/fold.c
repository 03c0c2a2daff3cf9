/* Constant folding of one node: by the reference interpreter, or by shape arithmetic. */
#include "base/size.h"
#include "op/shape.h"

/* The node lets go of its outputs, which have become constants, and goes. */
static bool detach(Graph *g, NodeId n, const Tensor *const *data) {
    Node *node = &g->node.at[n];
    for (unsigned i = 0; i < node->nout; i++) {
        ValueId id = node->out[i];
        if (id == NO_VALUE) continue;
        Value *v = &g->value.at[id];
        v->data = data[i];
        v->producer = NO_NODE;
        v->out_index = 0;
        node->out[i] = NO_VALUE;
    }
    graph_remove_node(g, n);
    return true;
}

static const Tensor *tensor_of_elements(Graph *g, const Value *v) {
    int64_t count = shape_count(&v->shape);
    for (int64_t i = 0; i < count; i++)
        if (!v->elements[i].is_number) return NULL;
    Tensor *t = tensor_new(g->arena, v->dtype, v->shape);
    if (!t->data && count) return NULL;
    for (int64_t i = 0; i < count; i++) tensor_set_int(t, i, v->elements[i].number);
    return t;
}

static bool fold_elements(Graph *g, NodeId n, const Tensor **data) {
    if (!elements_infer(g, n)) return false;
    const Node *node = &g->node.at[n];
    for (unsigned i = 0; i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        data[i] = tensor_of_elements(g, &g->value.at[node->out[i]]);
        if (!data[i]) return false;
    }
    return detach(g, n, data);
}

/* All operands are constant, the shapes of the results are numbers and their bytes within the limit. */
static bool foldable(const Graph *g, const Node *node, int64_t limit) {
    if (op_info[node->op].meaning == MEANING_expand || op_info[node->op].meaning == MEANING_none) return false;
    for (unsigned i = 0; i < node->nin; i++)
        if (node->in[i] != NO_VALUE && !g->value.at[node->in[i]].data) return false;
    int64_t sum = 0;
    for (unsigned i = 0; i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        const Value *v = &g->value.at[node->out[i]];
        int64_t bytes = shape_known(&v->shape) ? shape_count(&v->shape) : -1;
        if (bytes < 0 || v->dtype == DT_none || !dtype_info[v->dtype].bytes) return false;
        if (!size_mul(bytes, dtype_info[v->dtype].bytes, &bytes) || !size_add(sum, bytes, &sum) || sum > limit)
            return false;
    }
    return true;
}

static bool fold_numbers(Graph *g, NodeId n, const Tensor **data) {
    const Node *node = &g->node.at[n];
    Arena *tmp = arena_new("fold");
    Diag *quiet = diag_new(tmp); /* what cannot be folded is computed later, and complained of there */
    const Tensor **in = arena_array_of(tmp, node->nin + 1, const Tensor *);
    Tensor **out = arena_array_of(tmp, node->nout + 1, Tensor *);
    for (unsigned i = 0; i < node->nin; i++) in[i] = value_data(g, node->in[i]);
    bool ok = op_eval(g, n, in, out, tmp, quiet);
    for (unsigned i = 0; ok && i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        ok = out[i] != NULL;
        if (!ok) break;
        Tensor *t = arena_copy(g->arena, out[i], sizeof *out[i]);
        t->data = arena_copy(g->arena, out[i]->data, out[i]->bytes);
        data[i] = t;
    }
    arena_free(tmp);
    return ok && detach(g, n, data);
}

bool op_fold(Graph *g, NodeId n, int64_t limit) {
    const Node *node = &g->node.at[n];
    if (node->op == OP_none || node->nsub || !node->nout) return false;
    const Tensor **data = arena_array_of(g->arena, node->nout, const Tensor *);
    if (foldable(g, node, limit)) return fold_numbers(g, n, data);
    return fold_elements(g, n, data);
}
