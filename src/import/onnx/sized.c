/* Sizes that depend on data: what operators give that count, and how far that is followed through those that leave the counted elements where they can be found: their
 * results have the same room and the same count. What lies behind those that count is computed as well, and cut off. */
#include "import/onnx/internal.h"

/* The size of v where it depends on data; NULL where the shape says it, or the model does. */
static const Sized *sized_operand(const Graph *g, ValueId v) {
    const Sized *s = v >= g->value.n || !g->sized.n ? NULL : graph_sized(g, g->value.at[v].name);
    return s && !s->fixed ? s : NULL;
}

void onnx_counted(Graph *g, ValueId v, ValueId count, int axis, bool fixed) {
    Sized s = {g->value.at[v].name, g->value.at[count].name, axis, fixed};
    vec_push(g->arena, &g->sized, s);
}

/* Elements behind those that count would be taken for some of them. */
bool ox_whole(OnnxNode *n, ValueId v) {
    const Sized *s = n->bad ? NULL : sized_operand(n->g, v);
    return !s || ox_error(n, NULL, "declare its shape in the model if it is always the same",
                          "operand '%s' has as many elements along axis %d as the data decide; what is computed from it is not supported",
                          s->value, s->axis);
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
        v->data = tensor_first(n->r->arena, v->data, axis[i], number);
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
    ValueId *made = arena_array_of(n->r->tmp, total, ValueId), count;
    if (!ox_make_outputs(n, op, nin, in, attr, total, out, made)) return false;
    count = made[total - 1];
    for (uint32_t i = 0; i < nout && i + 1 < total; i++) n->result[i] = made[i];
    if (value_data(n->g, count)) return settle_size(n, value_data(n->g, count), fixed, axis, nout < total ? nout : total - 1);
    for (uint32_t i = 0; i < nout && i + 1 < total; i++)
        if (axis[i] >= 0 && n->result[i] != NO_VALUE) onnx_counted(n->g, n->result[i], count, axis[i], fixed);
    return true;
}

bool ox_settle_sized(OnnxNode *n, unsigned output, ValueId count, int axis, bool fixed) {
    const Tensor *known = n->bad ? NULL : value_data(n->g, count);
    ValueId v = n->bad || output >= n->nout ? NO_VALUE : n->result[output];
    if (n->bad || v == NO_VALUE) return !n->bad;
    if (!known) {
        onnx_counted(n->g, v, count, axis, fixed);
        return true;
    }
    int64_t number = tensor_int(known, 0);
    Value *x = &n->g->value.at[v];
    if (number > x->shape.dim[axis] || (fixed && number != x->shape.dim[axis]))
        return ox_error(n, NULL, NULL, "output '%s' has %lld elements along axis %d, there is room for %lld", x->name,
                        (long long)number, axis, (long long)x->shape.dim[axis]);
    if (number == x->shape.dim[axis]) return true;
    if (!x->data) {
        onnx_counted(n->g, v, count, axis, fixed);
        return true;
    }
    x->data = tensor_first(n->r->arena, x->data, axis, number);
    x->shape = x->data->shape;
    return true;
}

static int64_t elements_before(const Shape *s, int axis) {
    int64_t n = 1;
    for (int i = 0; i < axis; i++) n *= s->dim[i];
    return n;
}

/* Every operand of an element-wise node goes with one that is counted along dimension `axis` of the result: it has one
 * element there, or the same count. */
static bool goes_along(const Graph *g, const Node *x, int axis, int rank, const Sized *counted) {
    for (unsigned i = 0; i < x->nin; i++) {
        if (x->in[i] == NO_VALUE) continue;
        const Shape *s = value_shape(g, x->in[i]);
        int at = axis - (rank - s->rank);
        const Sized *own = sized_operand(g, x->in[i]);
        if (own ? strcmp(own->count, counted->count) || own->axis != at : at >= 0 && s->dim[at] != 1) return false;
    }
    return true;
}

/* Dimension of the result that the counted one of operand i becomes; -1 where it is not found there as a whole. */
static int follow(const Graph *g, const Node *x, unsigned i, const Sized *counted) {
    const Shape *from = value_shape(g, x->in[i]), *y = value_shape(g, x->out[0]);
    int axis = counted->axis;
    bool whole_numbers = dtype_is_int(g->value.at[x->out[0]].dtype);
    switch (x->op) {
    case OP_Transpose:
        for (uint32_t d = 0; d < ((const Attr_Perm *)x->attr)->perm.n; d++)
            if (((const Attr_Perm *)x->attr)->perm.at[d] == axis) return (int)d;
        return -1;
    case OP_Gather: return i == 1 ? (int)((const Attr_Axis *)x->attr)->axis + axis : -1;
    case OP_GatherND: return i == 1 && axis < from->rank - 1 ? axis : -1;
    case OP_Reshape:
        for (int d = 0; d < y->rank; d++)
            if (y->dim[d] == from->dim[axis] && elements_before(y, d) == elements_before(from, axis)) return d;
        return -1;
    case OP_StringOf: return axis < y->rank ? axis : -1;
    case OP_LabelEncoder: return i == 0 ? axis : -1;
    case OP_StringConcat: { /* the bytes are one dimension more */
        int d = axis + y->rank - 1 - from->rank;
        return y->dim[d] == from->dim[axis] && goes_along(g, x, d, y->rank - 1, counted) ? d : -1;
    }
    case OP_Div:
    case OP_Mod: /* behind those that count are zeros */
        if (whole_numbers) return -1;
        break;
    default: break;
    }
    int d = axis + y->rank - from->rank;
    if (op_info[x->op].cls != CLASS_elementwise || x->nout != 1 || y->dim[d] != from->dim[axis]) return -1;
    return goes_along(g, x, d, y->rank, counted) ? d : -1;
}

bool onnx_takes_sizes(const OnnxRow *row) {
    switch (row->op) {
    case OP_none: return false;
    case OP_Transpose:
    case OP_Gather:
    case OP_GatherND:
    case OP_LabelEncoder:
    case OP_StringConcat:
    case OP_Reshape: return true;
    default: return op_info[row->op].cls == CLASS_elementwise;
    }
}

bool onnx_follow_sizes(OnnxNode *n, NodeId id) {
    Graph *g = n->g;
    if (!g->sized.n) return true;
    for (unsigned i = 0; i < g->node.at[id].nin; i++) {
        const Node *x = &g->node.at[id];
        const Sized *s = sized_operand(g, x->in[i]);
        if (!s) continue;
        if ((x->nout != 1 && x->op != OP_StringConcat) || x->out[0] == NO_VALUE) return ox_whole(n, x->in[i]);
        const Sized *have = sized_operand(g, x->out[0]);
        int axis = shape_known(value_shape(g, x->in[i])) && shape_known(value_shape(g, x->out[0])) ? follow(g, x, i, s) : -1;
        if (axis < 0 || (have && (have->axis != axis || strcmp(have->count, s->count)))) return ox_whole(n, x->in[i]);
        if (have) continue;
        onnx_counted(g, x->out[0], graph_find(g, s->count), axis, false);
    }
    return true;
}

/* v holds the bytes of strings. */
static bool bytes_of_strings(const Graph *g, ValueId v) {
    if (v == NO_VALUE || g->value.at[v].dtype != DT_u8) return false;
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op == OP_StringOf && g->node.at[n].in[0] == v) return true;
    return false;
}

void onnx_keep_sizes(Graph *g) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < g->sized.n; i++) {
        ValueId v = graph_find(g, g->sized.at[i].value);
        if (g->sized.at[i].fixed || (v != NO_VALUE && graph_is_output(g, v)) || bytes_of_strings(g, v)) g->sized.at[kept++] = g->sized.at[i];
    }
    g->sized.n = kept;
}
