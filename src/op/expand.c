/* Operators that are rewritten into smaller ones. Einsum has a file of its own. */
#include "op/expand.h"

bool op_expand(Graph *g, NodeId n) {
    Op op = g->node.at[n].op;
    if (op == OP_none || op >= OP_count || !op_expand_fn[op]) return false;
    return op_expand_fn[op](g, n);
}

ValueId expand_node(Graph *g, NodeId n, Op op, unsigned nin, const ValueId *in, void *attr) {
    for (unsigned i = 0; i < nin; i++)
        if (in[i] == NO_VALUE) return NO_VALUE;
    const char *fresh[1] = {NULL};
    NodeId made = graph_node(g, op, g->node.at[n].name, (int)nin, in, 1, fresh, attr);
    g->node.at[made].source = g->node.at[n].source;
    return op_infer(g, made) ? g->node.at[made].out[0] : NO_VALUE;
}

ValueId expand_reshape(Graph *g, NodeId n, ValueId x, const Shape *to) {
    if (x == NO_VALUE || shape_equal(value_shape(g, x), to)) return x;
    Attr_ShapeTo *at = attr_new(g->arena, op_info[OP_Reshape].attrs);
    at->shape = (Dims){(uint32_t)to->rank, arena_copy(g->arena, to->dim, (size_t)to->rank * sizeof *to->dim)};
    return expand_node1(g, n, OP_Reshape, x, at);
}

ValueId expand_transpose(Graph *g, NodeId n, ValueId x, const int *perm) {
    if (x == NO_VALUE) return x;
    int rank = value_shape(g, x)->rank;
    int64_t wide[MAX_RANK];
    bool same = true;
    for (int i = 0; i < rank; i++) {
        wide[i] = perm[i];
        same &= perm[i] == i;
    }
    if (same) return x;
    Attr_Perm *at = attr_new(g->arena, op_info[OP_Transpose].attrs);
    attr_set_ints(g->arena, &at->perm, (uint32_t)rank, wide);
    return expand_node1(g, n, OP_Transpose, x, at);
}

ValueId expand_reduce(Graph *g, NodeId n, Op op, ValueId x, uint32_t count, const int64_t *axes, bool keep) {
    if (x == NO_VALUE || count == 0) return x;
    Attr_Reduce *at = attr_new(g->arena, op_info[op].attrs);
    attr_set_ints(g->arena, &at->axes, count, axes);
    at->keepdims = keep;
    return expand_node1(g, n, op, x, at);
}

ValueId expand_number(Graph *g, ValueId x, const char *hint, double number) {
    return x == NO_VALUE ? x : graph_const_float(g, hint, g->value.at[x].dtype, number);
}

bool expand_finish(Graph *g, NodeId n, ValueId result) {
    if (result == NO_VALUE) return false;
    for (unsigned i = 0; i < g->node.at[n].nin; i++)
        if (g->node.at[n].in[i] == result) { /* an operand as it is */
            result = expand_node1(g, n, OP_Identity, result, NULL);
            if (result == NO_VALUE) return false;
            break;
        }
    NodeId producer = g->value.at[result].producer;
    ValueId out = g->node.at[n].out[0];
    g->node.at[n].out[0] = NO_VALUE;
    graph_remove_node(g, n);
    g->node.at[producer].out[0] = out;
    g->value.at[out].producer = producer;
    g->value.at[out].out_index = 0;
    g->value.at[result].producer = NO_NODE; /* nobody uses it */
    return op_infer(g, producer);
}

bool expand_Shape(Graph *g, NodeId n) {
    return op_fold(g, n, ELEMENTS_MAX * (int64_t)sizeof(int64_t));
}

/* Channels in groups, [n, groups, everything of a group], are instances to InstanceNormalization. */
bool expand_GroupNormalization(Graph *g, NodeId n) {
    const Attr_GroupNorm *at = g->node.at[n].attr;
    ValueId x = g->node.at[n].in[0], scale = g->node.at[n].in[1], bias = g->node.at[n].in[2];
    int64_t groups = at->num_groups;
    double epsilon = at->epsilon;
    Shape full = *value_shape(g, x), grouped = {.rank = 3, .dim = {full.dim[0], groups}};
    if (!dim_known(full.dim[1])) return SHAPE_ERROR("num_groups", "the number of channels is not known");
    DimX rest = dimx_floordiv(g->sym, dimx(full.dim[1]), dimx_number(groups));
    for (int i = 2; i < full.rank; i++) rest = dimx_mul(g->sym, rest, dimx(full.dim[i]));
    if (!shape_dim(g, n, NULL, rest, &grouped.dim[2])) return false;
    DType t = g->value.at[x].dtype;
    Shape per_group = {.rank = 1, .dim = {groups}},
          per_channel = {.rank = (int8_t)(full.rank - 1), .dim = {full.dim[1]}};
    for (int i = 1; i < per_channel.rank; i++) per_channel.dim[i] = 1;
    Tensor *one = tensor_new(g->arena, t, per_group), *zero = tensor_new(g->arena, t, per_group);
    if (!one->data || !zero->data) return SHAPE_ERROR("num_groups", "too large");
    for (int64_t i = 0; i < groups; i++) tensor_set_float(one, i, 1);
    ValueId in[3] = {expand_reshape(g, n, x, &grouped), graph_constant(g, "group_scale", one),
                     graph_constant(g, "group_bias", zero)};
    Attr_Epsilon *eps = attr_new(g->arena, op_info[OP_InstanceNormalization].attrs);
    eps->epsilon = epsilon;
    ValueId y = expand_reshape(g, n, expand_node(g, n, OP_InstanceNormalization, 3, in, eps), &full);
    y = expand_node2(g, n, OP_Mul, y, expand_reshape(g, n, scale, &per_channel), NULL);
    y = expand_node2(g, n, OP_Add, y, expand_reshape(g, n, bias, &per_channel), NULL);
    return expand_finish(g, n, y);
}

bool expand_MeanVarianceNormalization(Graph *g, NodeId n) {
    const Attr_Reduce *at = g->node.at[n].attr;
    ValueId x = g->node.at[n].in[0];
    uint32_t count = at->axes.n;
    const int64_t *axes = at->axes.at;
    ValueId d = expand_node2(g, n, OP_Sub, x, expand_reduce(g, n, OP_ReduceMean, x, count, axes, true), NULL);
    ValueId v = expand_reduce(g, n, OP_ReduceMean, expand_node2(g, n, OP_Mul, d, d, NULL), count, axes, true);
    ValueId s =
        expand_node2(g, n, OP_Add, expand_node1(g, n, OP_Sqrt, v, NULL), expand_number(g, x, "tiny", 1e-9), NULL);
    return expand_finish(g, n, expand_node2(g, n, OP_Div, d, s, NULL));
}
