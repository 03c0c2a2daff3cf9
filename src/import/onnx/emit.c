/* Helpers of the mapping functions, second half: adding nodes and constants. */
#include "import/onnx/internal.h"

enum { FOLD_LIMIT = 64 << 10, FOLD_LIMIT_LOW = 1 << 10 };

void *ox_new(OnnxNode *n, Op op) { return attr_new(n->r->arena, op_info[op].attrs); }

Ints ox_list_of(OnnxNode *n, uint32_t count, const int64_t *from) {
    int64_t *at = arena_array_of(n->r->arena, count + 1, int64_t);
    if (from && count) memcpy(at, from, count * sizeof *at);
    return (Ints){count, at};
}

/* Arity against the table: what the file says about operands is not to be trusted. */
static bool arity_check(OnnxNode *n, Op op, uint32_t *nin, const ValueId *in) {
    const OpInfo *info = &op_info[op];
    while (*nin && in[*nin - 1] == NO_VALUE) --*nin;
    if (*nin < info->in_min) return ox_error(n, NULL, NULL, "operand %u is missing", *nin);
    if (*nin > info->in_max || *nin >= UINT16_MAX)
        return ox_error(n, NULL, NULL, "has %u operands, %u are the most that are supported", *nin, info->in_max);
    for (uint32_t i = 0; i < info->in_min; i++)
        if (in[i] == NO_VALUE) return ox_error(n, NULL, NULL, "operand %u is missing", i);
    return true;
}

/* Folding is eager, so that shapes that are computed are constants when a later node needs them; large results are
 * left to the folding pass, and a file that folds very much gets less. */
static void fold(OnnxReader *r, NodeId id) {
    Graph *g = r->g;
    ValueId out = node_out(&g->node.at[id], 0);
    if (op_fold_early(g, id, r->fold_budget > 0 ? FOLD_LIMIT : FOLD_LIMIT_LOW) && out != NO_VALUE && g->value.at[out].data)
        r->fold_budget -= (int64_t)g->value.at[out].data->bytes;
}

static NodeId add(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, uint32_t nout, const char *const *out,
                  void *attr) {
    if (n->bad || !arity_check(n, op, &nin, in)) return NO_NODE;
    Graph *g = n->g;
    NodeId id = graph_node(g, op, n->name, (int)nin, in, (int)nout, out, attr ? attr : ox_new(n, op));
    g->node.at[id].source = n->p->op_type;
    if (op_infer(g, id) && onnx_follow_sizes(n, id)) return id;
    graph_remove_node(g, id);
    n->bad = true;
    return NO_NODE;
}

ValueId ox_make(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr) {
    if (n->bad) return NO_VALUE;
    const char *name = onnx_fresh(n->r, n->nout && n->out[0][0] ? n->out[0] : n->p->op_type);
    ValueId out;
    ox_make_outputs(n, op, nin, in, attr, 1, &name, &out);
    return out;
}

bool ox_make_outputs(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr, uint32_t nout,
                     const char *const *names, ValueId *out) {
    NodeId id = add(n, op, nin, in, nout, names, attr);
    for (uint32_t i = 0; i < nout; i++) out[i] = id == NO_NODE ? NO_VALUE : n->g->node.at[id].out[i];
    if (id != NO_NODE) fold(n->r, id);
    return id != NO_NODE;
}

ValueId ox_make1(OnnxNode *n, Op op, ValueId a, void *attr) { return ox_make(n, op, 1, &a, attr); }

ValueId ox_make2(OnnxNode *n, Op op, ValueId a, ValueId b) { return ox_make(n, op, 2, (ValueId[]){a, b}, NULL); }

static void *shape_to(OnnxNode *n, const Shape *s) {
    Attr_ShapeTo *t = ox_new(n, OP_Reshape);
    int rank = s->rank < 0 ? 0 : s->rank;
    Dim *at = arena_array_of(n->r->arena, rank + 1, Dim);
    memcpy(at, s->dim, (size_t)rank * sizeof *at);
    t->shape = (Dims){(uint32_t)rank, at};
    return t;
}

ValueId ox_reshape(OnnxNode *n, ValueId v, const Shape *s) { return ox_make(n, OP_Reshape, 1, &v, shape_to(n, s)); }

Tensor *ox_tensor(OnnxNode *n, DType t, int rank, const int64_t *dims) {
    return tensor_new(n->r->arena, t, shape_of(rank, dims));
}

ValueId ox_constant(OnnxNode *n, const Tensor *t) {
    if (n->bad) return NO_VALUE;
    const char *base = n->nout && n->out[0][0] ? n->out[0] : n->p->op_type;
    return graph_constant(n->g, onnx_fresh(n->r, base), t);
}

ValueId ox_scalar(OnnxNode *n, DType type, double v) {
    if (n->bad) return NO_VALUE;
    Tensor *t = tensor_new(n->r->arena, type, (Shape){.rank = 0});
    if (dtype_is_float(type))
        tensor_set_float(t, 0, v);
    else
        tensor_set_int(t, 0, (int64_t)v);
    return ox_constant(n, t);
}

bool ox_emit(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr) {
    if (n->bad) return false;
    const OpInfo *info = &op_info[op];
    uint32_t nout = n->nout;
    while (nout && !n->out[nout - 1][0]) nout--;
    if (nout > info->out_max || nout >= UINT16_MAX)
        return ox_error(n, NULL, NULL, "output %u, '%s', is not supported", nout - 1, n->out[nout - 1]);
    uint32_t total = nout < info->out_min ? info->out_min : nout;
    const char **out = arena_array_of(n->r->tmp, total, const char *);
    for (uint32_t i = 0; i < total; i++) out[i] = i < nout ? n->out[i] : "";
    NodeId id = add(n, op, nin, in, total, out, attr);
    if (id == NO_NODE) return false;
    for (uint32_t i = 0; i < nout; i++) n->result[i] = n->g->node.at[id].out[i];
    fold(n->r, id);
    return true;
}

bool ox_emit1(OnnxNode *n, Op op, ValueId a, void *attr) { return ox_emit(n, op, 1, &a, attr); }

bool ox_emit2(OnnxNode *n, Op op, ValueId a, ValueId b) { return ox_emit(n, op, 2, (ValueId[]){a, b}, NULL); }

bool ox_emit_output(OnnxNode *n, unsigned output, Op op, uint32_t nin, const ValueId *in, void *attr) {
    if (n->bad) return false;
    if (!ox_wants(n, output)) return true;
    return ox_make_outputs(n, op, nin, in, attr, 1, &n->out[output], &n->result[output]);
}

bool ox_emit_reshape(OnnxNode *n, ValueId v, const Shape *s) {
    return ox_emit_output(n, 0, OP_Reshape, 1, &v, shape_to(n, s));
}

bool ox_emit_constant(OnnxNode *n, unsigned output, const Tensor *t) {
    if (n->bad) return false;
    if (ox_wants(n, output)) n->result[output] = graph_constant(n->g, n->out[output], t);
    return true;
}

bool ox_emit_value(OnnxNode *n, unsigned output, ValueId v) {
    if (onnx_is_list(v) && ox_wants(n, output)) n->result[output] = v;
    return onnx_is_list(v) ? !n->bad : ox_emit_output(n, output, OP_Identity, 1, &v, NULL);
}
