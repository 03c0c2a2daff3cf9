/* Constant folding of one node: by the reference interpreter, or by shape arithmetic. */
#include "base/size.h"
#include "op/fft.h"
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
    if (node->op == OP_RandomUniform || node->op == OP_RandomNormal) return false; /* the generator is smaller */
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

static int64_t product_of(const Ints *l) {
    int64_t product = 1;
    return size_product(l->at, (int)l->n, &product) ? product : INT64_MAX;
}

/* Terms that one output element sums, about; windows can be huge where the result is small. */
static int64_t terms_of(const Graph *g, const Node *node) {
    int64_t in = 1, out = 1;
    switch (node->op) {
    case OP_MaxPool:
    case OP_AveragePool:
    case OP_LpPool: return product_of(&((const Attr_Pool *)node->attr)->kernel_shape);
    case OP_LRN: return ((const Attr_LRN *)node->attr)->size;
    case OP_Conv:
    case OP_ConvTranspose:
    case OP_MatMul:
    case OP_Gemm: {
        const Shape *w = value_shape(g, node->in[1]);
        int64_t count = shape_count(w), apart = w->rank > 1 ? w->dim[node->op == OP_Conv ? 0 : w->rank - 1] : 1;
        return apart > 0 ? count / apart : count; /* Gemm with transB: an estimate */
    }
    case OP_GridSample:
    case OP_AffineGrid:
    case OP_DeformSample:
    case OP_ReverseSequence:
    case OP_TensorScatter:
    case OP_MaxUnpool:
    case OP_Compress:
    case OP_NonZero: return 64;
    case OP_Col2Im:
    case OP_MaxPoolIndices:
    case OP_MaxRoiPool:
    case OP_Unique: return shape_count(value_shape(g, node->in[0])); /* at most, about */
    case OP_DFT: return 64 + fft_terms(((const Attr_DFT *)node->attr)->dft_length);
    case OP_STFT: return 64 + fft_terms(((const Attr_STFT *)node->attr)->frame_length);
    case OP_RoiAlign: {
        const Shape *x = value_shape(g, node->in[0]);
        int64_t ratio = ((const Attr_RoiAlign *)node->attr)->sampling_ratio;
        return ratio > 0 ? ratio * ratio : 4 * (x->dim[2] + 5) * (x->dim[3] + 5);
    }
    case OP_Det:
    case OP_NonMaxSuppression: { /* each row or box with each other */
        const Shape *x = value_shape(g, node->in[node->op == OP_Det ? 0 : 1]);
        int64_t each = x->dim[x->rank - 1];
        return size_mul(shape_count(x), each, &in) ? in : INT64_MAX;
    }
    default: break;
    }
    in = shape_count(value_shape(g, node->in[0]));
    for (unsigned i = 0; i < node->nout; i++)
        if (node->out[i] != NO_VALUE) out = shape_count(value_shape(g, node->out[i]));
    return out > 0 && in > out ? in / out : 1;
}

/* More work than this, for a node or for a whole graph, stays in the model: a hostile one must not keep the compiler
 * busy. The interpreter takes about 12 ns a term. */
#define NODE_WORK ((int64_t)1 << 27)
#define GRAPH_WORK ((int64_t)1 << 28)

static bool cheap(Graph *g, const Node *node) {
    int64_t total = 0, terms = node->nin && node->in[0] != NO_VALUE ? terms_of(g, node) : 1, work;
    for (unsigned i = 0; i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        if (!size_mul(shape_count(value_shape(g, node->out[i])), terms, &work) || work > NODE_WORK || !size_add(total, work, &total)) return false;
    }
    if (total > NODE_WORK || g->fold_work > GRAPH_WORK - total) return false;
    g->fold_work += total;
    return true;
}

/* Results without elements need no computing. */
static bool fold_empty(Graph *g, NodeId n, const Tensor **data) {
    const Node *node = &g->node.at[n];
    for (unsigned i = 0; i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        const Value *v = &g->value.at[node->out[i]];
        if (shape_count(&v->shape) != 0) return false;
        data[i] = tensor_new(g->arena, v->dtype, v->shape);
        if (!data[i]->data) return false;
    }
    return detach(g, n, data);
}

/* What the interpreter's memory holds goes with it. */
static void keep_strings(Arena *a, Tensor *t) {
    const char **s = (const char **)(uintptr_t)t->data;
    for (int64_t i = 0; i < shape_count(&t->shape); i++) s[i] = arena_strdup(a, tensor_string(t, i));
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
        t->exact = op_info[node->op].cls == CLASS_move && node->nin == 1 && in[0]->exact;
        if (t->dtype == DT_string) keep_strings(g->arena, t);
        data[i] = t;
    }
    arena_free(tmp);
    return ok && detach(g, n, data);
}

bool op_fold(Graph *g, NodeId n, int64_t limit) {
    const Node *node = &g->node.at[n];
    if (node->op == OP_none || node->nsub || !node->nout) return false;
    const Tensor **data = arena_array_of(g->arena, node->nout, const Tensor *);
    if (foldable(g, node, limit)) return fold_empty(g, n, data) || (cheap(g, node) && fold_numbers(g, n, data));
    return fold_elements(g, n, data);
}

/* Weights of integers stay apart from their scales, for passes that want both. */
bool op_fold_early(Graph *g, NodeId n, int64_t limit) {
    const Node *node = &g->node.at[n];
    if (node->op == OP_DequantizeLinear && value_shape(g, node->out[0])->rank > 0) return false;
    return op_fold(g, n, limit);
}
