/* op_infer, and what the shape functions share. */
#include "op/shape.h"
#include "base/size.h"
#include <inttypes.h>

#define MOST_ELEMENTS ((int64_t)1 << 46)

const char *dim_text(const Graph *g, Dim d) {
    Str s = str_new(g->arena);
    dim_print(g->sym, d, &s);
    return s.at;
}

const char *shape_text(const Graph *g, const Shape *shape) {
    Str s = str_new(g->arena);
    shape_print(g->sym, shape, &s);
    return s.at;
}

const char *operand_text(const Graph *g, NodeId n, unsigned i) {
    ValueId v = node_in(&g->node.at[n], i);
    if (v == NO_VALUE) return arena_printf(g->arena, "operand %u (absent)", i);
    const Value *value = &g->value.at[v];
    const char *type = value->dtype == DT_none ? "?" : dtype_info[value->dtype].name;
    return arena_printf(g->arena, "operand %u '%s' %s%s", i, value->name, type, shape_text(g, &value->shape));
}

bool dims_clash(const Graph *g, Dim a, Dim b) {
    if (a == b) return false;
    DimX difference = dimx_sub(g->sym, dimx(a), dimx(b));
    return !dimx_bad(difference) && difference.is_number && difference.number != 0;
}

bool shape_dim(Graph *g, NodeId n, const char *field, DimX x, Dim *out) {
    if (dimx_bad(x)) return SHAPE_ERROR(field, "a dimension of the output overflows");
    if (x.is_number && x.number < 0)
        return SHAPE_ERROR(field, "a dimension of the output would be %" PRId64 ", want at least 0", x.number);
    *out = dim_of(x);
    return *out != DIM_BAD || SHAPE_ERROR(field, "a dimension of the output overflows");
}

bool shape_set(Graph *g, NodeId n, unsigned out, DType t, const Shape *s) {
    ValueId id = node_out(&g->node.at[n], out);
    if (id == NO_VALUE) return true;
    Value *v = &g->value.at[id];
    for (int i = 0; i < s->rank; i++)
        if (s->dim[i] == DIM_BAD) return SHAPE_ERROR(NULL, "output %u '%s': a dimension overflows", out, v->name);
    if (v->dtype == DT_none) v->dtype = t;
    if (v->dtype != t)
        return SHAPE_ERROR(NULL, "output %u '%s' is declared %s, but is %s", out, v->name, dtype_info[v->dtype].name,
                           dtype_info[t].name);
    if (v->shape.rank < 0) {
        v->shape = *s;
        return true;
    }
    bool clash = v->shape.rank != s->rank;
    for (int i = 0; !clash && i < s->rank; i++) clash = dims_clash(g, v->shape.dim[i], s->dim[i]);
    if (clash)
        return SHAPE_ERROR(NULL, "output %u '%s' is declared %s, but is %s", out, v->name, shape_text(g, &v->shape),
                           shape_text(g, s));
    for (int i = 0; i < s->rank; i++) v->shape.dim[i] = dim_merge(v->shape.dim[i], s->dim[i]);
    return true;
}

bool shape_broadcast(Graph *g, NodeId n, const Shape *a, const Shape *b, Shape *out) {
    Shape r = {.rank = a->rank > b->rank ? a->rank : b->rank};
    for (int i = 0; i < r.rank; i++) {
        int ia = i - (r.rank - a->rank), ib = i - (r.rank - b->rank);
        Dim da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];
        if (da == db || db == 1) {
            r.dim[i] = da;
        } else if (da == 1) {
            r.dim[i] = db;
        } else if (dim_known(da) != dim_known(db)) {
            r.dim[i] = dim_merge(da, db); /* the symbol is that number or 1 */
        } else if (dim_known(da)) {
            return SHAPE_ERROR(NULL, "%s and %s do not broadcast: %" PRId64 " against %" PRId64 " at dimension %d",
                               shape_text(g, a), shape_text(g, b), da, db, i);
        } else {
            return diag_error(g->diag, node_loc(g, n, NULL), "give the model's input shapes as numbers",
                              "%s and %s: whether %s and %s broadcast is not known", shape_text(g, a), shape_text(g, b),
                              dim_text(g, da), dim_text(g, db));
        }
    }
    *out = r;
    return true;
}

bool shape_broadcast_into(Graph *g, NodeId n, unsigned what, const Shape *a, const Shape *b) {
    bool ok = b->rank <= a->rank;
    for (int i = 0; ok && i < b->rank; i++)
        ok = b->dim[i] == 1 || !dims_clash(g, a->dim[a->rank - b->rank + i], b->dim[i]);
    return ok || SHAPE_ERROR(NULL, "%s does not broadcast to %s", operand_text(g, n, what), shape_text(g, a));
}

bool shape_axis(Graph *g, NodeId n, const char *field, int64_t *axis, int rank) {
    if (*axis < -(int64_t)rank || *axis >= rank)
        return SHAPE_ERROR(field, "got %" PRId64 ", want a value in [%d, %d] for rank %d", *axis, -rank, rank - 1,
                           rank);
    if (*axis < 0) *axis += rank;
    return true;
}

void *shape_own_attr(Graph *g, NodeId n) {
    Node *node = &g->node.at[n];
    node->attr = attr_copy(g->arena, op_info[node->op].attrs, node->attr);
    return node->attr;
}

static void *attr_at(Graph *g, NodeId n, const char *field) {
    const Node *node = &g->node.at[n];
    return (char *)node->attr + attr_field(op_info[node->op].attrs, field)->offset;
}

bool shape_axis_attr(Graph *g, NodeId n, const char *field, int rank) {
    int64_t axis = *(const int64_t *)attr_at(g, n, field);
    bool negative = axis < 0;
    if (!shape_axis(g, n, field, &axis, rank)) return false;
    if (negative) {
        shape_own_attr(g, n);
        *(int64_t *)attr_at(g, n, field) = axis;
    }
    return true;
}

bool shape_axes_attr(Graph *g, NodeId n, const char *field, int rank) {
    const Ints *now = attr_at(g, n, field);
    bool seen[MAX_RANK] = {false};
    int64_t sorted[MAX_RANK];
    uint32_t count = 0;
    for (uint32_t i = 0; i < now->n; i++) {
        int64_t axis = now->at[i];
        if (!shape_axis(g, n, field, &axis, rank)) return false;
        if (seen[axis]) return SHAPE_ERROR(field, "axis %" PRId64 " is named twice", axis);
        seen[axis] = true;
    }
    for (int i = 0; i < rank; i++)
        if (seen[i]) sorted[count++] = i;
    if (count && memcmp(sorted, now->at, count * sizeof *sorted) != 0) {
        shape_own_attr(g, n);
        attr_set_ints(g->arena, attr_at(g, n, field), count, sorted);
    }
    return true;
}

bool shape_list_attr(Graph *g, NodeId n, const char *field, uint32_t count, int64_t fill, int64_t least) {
    const Ints *now = attr_at(g, n, field);
    if (now->n == 0 && count > 0) {
        int64_t full[2 * MAX_RANK];
        for (uint32_t i = 0; i < count; i++) full[i] = fill;
        shape_own_attr(g, n);
        attr_set_ints(g->arena, attr_at(g, n, field), count, full);
        return true;
    }
    if (now->n != count) return SHAPE_ERROR(field, "got %u entries, want %u", now->n, count);
    for (uint32_t i = 0; i < count; i++)
        if (now->at[i] < least)
            return SHAPE_ERROR(field, "got %" PRId64 " at position %u, want at least %" PRId64, now->at[i], i, least);
    return true;
}

bool shape_choice(Graph *g, NodeId n, const char *field, const char *value, const char *choices) {
    size_t length = value ? strlen(value) : 0;
    for (const char *at = choices; value && at;) {
        const char *bar = strchr(at, '|');
        size_t word = bar ? (size_t)(bar - at) : strlen(at);
        if (word == length && memcmp(at, value, word) == 0) return true;
        at = bar ? bar + 1 : NULL;
    }
    return SHAPE_ERROR(field, "got \"%s\", want one of %s", value ? value : "", choices);
}

bool shape_within(Graph *g, NodeId n, const char *field, int64_t value, int64_t least, int64_t most) {
    if (value >= least && value <= most) return true;
    if (most == INT64_MAX) return SHAPE_ERROR(field, "got %" PRId64 ", want at least %" PRId64, value, least);
    return SHAPE_ERROR(field, "got %" PRId64 ", want %" PRId64 " to %" PRId64, value, least, most);
}

bool shape_count_checked(Graph *g, NodeId n, const Shape *s, int64_t *count) {
    int64_t product = 1;
    bool zero = false; /* strides are products too, so the other dimensions count even then */
    for (int i = 0; i < s->rank; i++) {
        if (!dim_known(s->dim[i])) continue;
        zero |= s->dim[i] == 0;
        if (s->dim[i] && (!size_mul(product, s->dim[i], &product) || product > MOST_ELEMENTS))
            return SHAPE_ERROR(NULL, "a tensor %s is too large: its dimensions make more than 2^46 elements",
                               shape_text(g, s));
    }
    *count = zero ? 0 : product;
    return true;
}

bool shape_operand(Graph *g, NodeId n, unsigned i, Operand *o) {
    ValueId v = node_in(&g->node.at[n], i);
    if (v == NO_VALUE) return SHAPE_ERROR(NULL, "operand %u is absent", i);
    *o = (Operand){v, g->value.at[v].dtype, g->value.at[v].shape};
    if (o->shape.rank < 0)
        return diag_error(g->diag, node_loc(g, n, NULL), "give the model's input shapes",
                          "the rank of operand %u '%s' is not known", i, g->value.at[v].name);
    return true;
}

bool shape_same_types(Graph *g, NodeId n, unsigned first, unsigned last) {
    const Node *node = &g->node.at[n];
    DType want = g->value.at[node->in[first]].dtype;
    for (unsigned i = first + 1; i <= last; i++) {
        ValueId v = node_in(node, i);
        if (v == NO_VALUE || g->value.at[v].dtype == want) continue;
        return diag_error(g->diag, node_loc(g, n, NULL), "insert a Cast", "operands differ in type: %c is %s, %c is %s",
                          'a' + (int)(first % 26), dtype_info[want].name, 'a' + (int)(i % 26),
                          dtype_info[g->value.at[v].dtype].name);
    }
    return true;
}

bool shape_want_ints(Graph *g, NodeId n, unsigned i) {
    ValueId v = node_in(&g->node.at[n], i);
    return v == NO_VALUE || dtype_is_int(g->value.at[v].dtype) ||
           SHAPE_ERROR(NULL, "%s has to hold integers", operand_text(g, n, i));
}

bool shape_indices(Graph *g, NodeId n, unsigned i, int axes, const Dim *size) {
    const Tensor *t = value_data(g, node_in(&g->node.at[n], i));
    int64_t count = t ? shape_count(&t->shape) : 0;
    for (int64_t k = 0; axes > 0 && k < count; k++) {
        Dim have = size[k % axes];
        int64_t at = tensor_int(t, k);
        if (dim_known(have) && (at < -have || at >= have))
            return SHAPE_ERROR("indices", "%s: got %" PRId64 ", want a value in [%" PRId64 ", %" PRId64 "]",
                               operand_text(g, n, i), at, -have, have - 1);
    }
    return true;
}

bool shape_want(Graph *g, NodeId n, unsigned i, const Shape *want) {
    if (node_in(&g->node.at[n], i) == NO_VALUE) return true;
    Operand o;
    if (!shape_operand(g, n, i, &o)) return false;
    bool ok = o.shape.rank == want->rank;
    for (int k = 0; ok && k < want->rank; k++) ok = !dims_clash(g, o.shape.dim[k], want->dim[k]);
    return ok || SHAPE_ERROR(NULL, "%s: want shape %s", operand_text(g, n, i), shape_text(g, want));
}

/* What the first operand may be, as letters of DTypeInfo.cls, s for the small types. Only where x is
 * among them may an operand hold strings. NULL: fiu, any number. */
static const char *const type_classes[OP_count] = {
    [OP_And] = "b",
    [OP_Or] = "b",
    [OP_Xor] = "b",
    [OP_Not] = "b",
    [OP_BitwiseAnd] = "iu",
    [OP_BitwiseOr] = "iu",
    [OP_BitwiseXor] = "iu",
    [OP_BitwiseNot] = "iu",
    [OP_BitShift] = "iu",
    [OP_Reciprocal] = "f",
    [OP_Sqrt] = "f",
    [OP_Exp] = "f",
    [OP_Log] = "f",
    [OP_Floor] = "f",
    [OP_Ceil] = "f",
    [OP_Round] = "f",
    [OP_Sin] = "f",
    [OP_Cos] = "f",
    [OP_Tan] = "f",
    [OP_Asin] = "f",
    [OP_Acos] = "f",
    [OP_Atan] = "f",
    [OP_Sinh] = "f",
    [OP_Cosh] = "f",
    [OP_Tanh] = "f",
    [OP_Asinh] = "f",
    [OP_Acosh] = "f",
    [OP_Atanh] = "f",
    [OP_Erf] = "f",
    [OP_Sigmoid] = "f",
    [OP_HardSwish] = "f",
    [OP_Softplus] = "f",
    [OP_Softsign] = "f",
    [OP_Mish] = "f",
    [OP_LeakyRelu] = "f",
    [OP_Elu] = "f",
    [OP_Celu] = "f",
    [OP_ThresholdedRelu] = "f",
    [OP_Swish] = "f",
    [OP_HardSigmoid] = "f",
    [OP_Selu] = "f",
    [OP_Gelu] = "f",
    [OP_IsNaN] = "fs",
    [OP_IsInf] = "fs",
    [OP_Conv] = "f",
    [OP_ConvInteger] = "iu",
    [OP_MatMulInteger] = "iu",
    [OP_ConvTranspose] = "f",
    [OP_AveragePool] = "f",
    [OP_LpPool] = "f",
    [OP_MaxRoiPool] = "f",
    [OP_BatchNormalization] = "f",
    [OP_Softmax] = "f",
    [OP_LogSoftmax] = "f",
    [OP_Hardmax] = "f",
    [OP_LayerNormalization] = "f",
    [OP_RMSNormalization] = "f",
    [OP_InstanceNormalization] = "f",
    [OP_GroupNormalization] = "f",
    [OP_MeanVarianceNormalization] = "f",
    [OP_LpNormalization] = "f",
    [OP_LRN] = "f",
    [OP_RNN] = "f",
    [OP_GRU] = "f",
    [OP_LSTM] = "f",
    [OP_Equal] = "fiubx",
    [OP_If] = "b",
    [OP_Where] = "fiubsx",
    [OP_Cast] = "fiubs",
    [OP_BitCast] = "fiubs",
    [OP_DequantizeLinear] = "ius",
    [OP_QuantizeLinear] = "fi",
    [OP_Identity] = "fiubsx",
    [OP_Reshape] = "fiubsx",
    [OP_Transpose] = "fiubsx",
    [OP_Expand] = "fiubsx",
    [OP_Slice] = "fiubsx",
    [OP_Split] = "fiubsx",
    [OP_Concat] = "fiubsx",
    [OP_Pad] = "fiubsx",
    [OP_Tile] = "fiubsx",
    [OP_Gather] = "fiubsx",
    [OP_GatherElements] = "fiubsx",
    [OP_GatherND] = "fiubsx",
    [OP_ScatterElements] = "fiubx",
    [OP_ScatterND] = "fiubx",
    [OP_DepthToSpace] = "fiubsx",
    [OP_SpaceToDepth] = "fiubsx",
    [OP_ConstantOfShape] = "fiubs",
    [OP_EyeLike] = "fiub",
    [OP_Trilu] = "fiub",
    [OP_Shape] = "fiubsx",
    [OP_ReduceMax] = "fiub",
    [OP_ReduceMin] = "fiub",
    [OP_Resize] = "fiub",
    [OP_GridSample] = "fiub",
    [OP_ReverseSequence] = "fiubx",
    [OP_TensorScatter] = "fiubs",
    [OP_Col2Im] = "fiub",
    [OP_MaxUnpool] = "fiub",
    [OP_NonZero] = "fiub",
    [OP_Compress] = "fiubx",
    [OP_Unique] = "fiubx",
    [OP_LabelEncoder] = "fiubx",
    [OP_OneHot] = "fiux",
    [OP_StringOf] = "u",
    [OP_StringConcat] = "x",
    [OP_StringCase] = "x",
    [OP_StringSplit] = "x",
    [OP_RegexFullMatch] = "x",
};

static bool takes_strings(Op op) {
    return op_info[op].cls == CLASS_control || (type_classes[op] && strchr(type_classes[op], 'x'));
}

static bool check_arity(Graph *g, NodeId n) {
    const Node *node = &g->node.at[n];
    const OpInfo *info = &op_info[node->op];
    if (node->nin < info->in_min || node->nin > info->in_max)
        return SHAPE_ERROR(NULL, "got %u operands, want %u to %u", node->nin, info->in_min, info->in_max);
    if (node->nout < info->out_min || node->nout > info->out_max)
        return SHAPE_ERROR(NULL, "got %u outputs, want %u to %u", node->nout, info->out_min, info->out_max);
    bool list = info->in_max == UINT16_MAX && info->cls != CLASS_control;
    unsigned needed = list ? node->nin : info->in_min;
    for (unsigned i = 0; i < node->nin; i++) {
        ValueId v = node->in[i];
        if (v == NO_VALUE) {
            if (i < needed) return SHAPE_ERROR(NULL, "operand %u is required, but absent", i);
            continue;
        }
        if (v >= g->value.n) return SHAPE_ERROR(NULL, "operand %u is no value of the graph", i);
        if (g->value.at[v].dtype == DT_none)
            return SHAPE_ERROR(NULL, "the element type of operand %u '%s' is not known", i, g->value.at[v].name);
        if (g->value.at[v].dtype == DT_string && !takes_strings(node->op))
            return SHAPE_ERROR(NULL, "operand %u '%s' holds strings, which %s does not take", i, g->value.at[v].name,
                               info->name);
        int64_t count;
        if (!shape_count_checked(g, n, &g->value.at[v].shape, &count)) return false;
    }
    return true;
}

bool op_infer(Graph *g, NodeId n) {
    const Node *node = &g->node.at[n];
    if (node->op == OP_none || node->op >= OP_count) return SHAPE_ERROR(NULL, "node %u has no operator", n);
    if (!check_arity(g, n)) return false;
    if (node->nin && node->in[0] != NO_VALUE) {
        const DTypeInfo *t = &dtype_info[g->value.at[node->in[0]].dtype];
        const char *classes = type_classes[node->op] ? type_classes[node->op] : "fiu";
        if (!strchr(classes, dtype_is_small(g->value.at[node->in[0]].dtype) ? 's' : t->cls))
            return SHAPE_ERROR(NULL, "%s: %s is not defined for %s", operand_text(g, n, 0), op_info[node->op].name,
                               t->name);
    }
    if (!op_shape_fn[node->op](g, n)) return false;
    node = &g->node.at[n];
    for (unsigned i = 0; i < node->nout; i++) {
        int64_t count;
        if (node->out[i] != NO_VALUE && !shape_count_checked(g, n, &g->value.at[node->out[i]].shape, &count))
            return false;
    }
    return true;
}
