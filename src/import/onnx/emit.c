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
    if (op_fold(g, id, r->fold_budget > 0 ? FOLD_LIMIT : FOLD_LIMIT_LOW) && out != NO_VALUE && g->value.at[out].data)
        r->fold_budget -= (int64_t)g->value.at[out].data->bytes;
}

/* Elements behind those that count would be taken for some of them. */
bool ox_whole(OnnxNode *n, ValueId v) {
    const Sized *s = n->bad || v >= n->g->value.n || !n->g->sized.n ? NULL : graph_sized(n->g, n->g->value.at[v].name);
    return !s || s->fixed ||
           ox_error(n, NULL, "declare its shape in the model if it is always the same",
                    "operand '%s' has as many elements along axis %d as the data decide; what is computed from it is not supported",
                    s->value, s->axis);
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
    const char *base = n->nout && n->out[0][0] ? n->out[0] : n->p->op_type;
    const char *name = onnx_fresh(n->r, base);
    NodeId id = add(n, op, nin, in, 1, &name, attr);
    if (id == NO_NODE) return NO_VALUE;
    ValueId out = n->g->node.at[id].out[0];
    fold(n->r, id);
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

/* The first `count` elements along `axis`. */
static Tensor *cut(Arena *a, const Tensor *t, int axis, int64_t count) {
    Shape s = t->shape;
    int64_t outer = 1, inner = dtype_info[t->dtype].bytes;
    for (int d = 0; d < s.rank; d++) *(d < axis ? &outer : &inner) *= d == axis ? 1 : s.dim[d];
    s.dim[axis] = count;
    Tensor *to = tensor_new(a, t->dtype, s);
    for (int64_t i = 0; to->data && i < outer; i++)
        memcpy((char *)(uintptr_t)to->data + i * count * inner, (const char *)t->data + i * t->shape.dim[axis] * inner,
               (size_t)(count * inner));
    return to;
}

/* All operands were constant: so is the number of elements. */
static bool settle_size(OnnxNode *n, const Tensor *count, bool fixed, const int *axis, uint32_t nout) {
    int64_t number = tensor_int(count, 0);
    for (uint32_t i = 0; i < nout; i++) {
        if (axis[i] < 0 || n->result[i] == NO_VALUE) continue;
        Value *v = &n->g->value.at[n->result[i]];
        if (fixed && number != v->shape.dim[axis[i]])
            return ox_error(n, NULL, "remove the declared shape", "output '%s' has %lld elements along axis %d, the model declares %lld",
                            v->name, (long long)number, axis[i], (long long)v->shape.dim[axis[i]]);
        v->data = cut(n->r->arena, v->data, axis[i], number);
        v->shape = v->data->shape;
    }
    return true;
}

bool ox_emit_sized(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr, bool fixed, const int *axis) {
    if (n->bad) return false;
    uint32_t total = op_info[op].out_max, nout = n->nout;
    if (nout >= total && n->out[total - 1][0]) return ox_error(n, NULL, NULL, "has %u outputs, %u are the most", nout, total - 1);
    const char **out = arena_array_of(n->r->tmp, total, const char *), *named = NULL;
    for (uint32_t i = 0; i < total; i++) {
        out[i] = i < nout && i + 1 < total ? n->out[i] : "";
        if (!named && *out[i]) named = out[i];
    }
    if (!named) return ox_error(n, NULL, NULL, "has no output");
    out[total - 1] = onnx_fresh(n->r, arena_printf(n->r->arena, "%s_count", named));
    NodeId id = add(n, op, nin, in, total, out, attr);
    if (id == NO_NODE) return false;
    ValueId count = n->g->node.at[id].out[total - 1];
    for (uint32_t i = 0; i < nout && i + 1 < total; i++) n->result[i] = n->g->node.at[id].out[i];
    fold(n->r, id);
    if (value_data(n->g, count)) return settle_size(n, value_data(n->g, count), fixed, axis, nout < total ? nout : total - 1);
    for (uint32_t i = 0; i < nout && i + 1 < total; i++) {
        if (axis[i] < 0 || n->result[i] == NO_VALUE) continue;
        Sized s = {n->g->value.at[n->result[i]].name, n->g->value.at[count].name, axis[i], fixed};
        vec_push(n->g->arena, &n->g->sized, s);
    }
    return true;
}

bool ox_emit1(OnnxNode *n, Op op, ValueId a, void *attr) { return ox_emit(n, op, 1, &a, attr); }

bool ox_emit2(OnnxNode *n, Op op, ValueId a, ValueId b) { return ox_emit(n, op, 2, (ValueId[]){a, b}, NULL); }

bool ox_emit_output(OnnxNode *n, unsigned output, Op op, uint32_t nin, const ValueId *in, void *attr) {
    if (n->bad) return false;
    if (!ox_wants(n, output)) return true;
    NodeId id = add(n, op, nin, in, 1, &n->out[output], attr);
    if (id == NO_NODE) return false;
    n->result[output] = n->g->node.at[id].out[0];
    fold(n->r, id);
    return true;
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
