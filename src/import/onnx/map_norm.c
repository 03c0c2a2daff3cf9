/* Normalisation, softmax and reductions. Batch normalisation is in map_batch_norm.c. */
#include "import/onnx/maps.h"

bool map_instance_norm(OnnxNode *n) {
    Attr_Epsilon *a = ox_new(n, OP_InstanceNormalization);
    a->epsilon = ox_float(n, "epsilon", (double)1e-5f);
    return ox_emit(n, OP_InstanceNormalization, n->nin, n->in, a);
}

/* Scale or shift of operand `in`, one a channel: before version 21 it is one a group. */
static ValueId per_channel(OnnxNode *n, unsigned in, int64_t groups) {
    ValueId v = ox_in(n, in);
    Shape x = ox_shape(n, ox_in(n, 0)), s = ox_shape(n, v);
    if (n->version >= 21 || n->bad || s.rank != 1 || x.rank < 2) return v;
    if (!dim_known(x.dim[1]) || groups < 1 || x.dim[1] % groups) {
        ox_error(n, "num_groups", NULL, "%lld does not divide the channels", (long long)groups);
        return NO_VALUE;
    }
    int64_t each = x.dim[1] / groups;
    if (each == 1) return v;
    Shape column = {.rank = 2, .dim = {groups, 1}}, line = {.rank = 1, .dim = {x.dim[1]}};
    Attr_ShapeTo *to = ox_new(n, OP_Expand);
    Dim *dims = arena_array_of(n->r->arena, 2, Dim);
    dims[0] = groups, dims[1] = each;
    to->shape = (Dims){2, dims};
    return ox_reshape(n, ox_make1(n, OP_Expand, ox_reshape(n, v, &column), to), &line);
}

bool map_group_norm(OnnxNode *n) {
    Attr_GroupNorm *a = ox_new(n, OP_GroupNormalization);
    a->epsilon = ox_float(n, "epsilon", (double)1e-5f);
    a->num_groups = ox_int(n, "num_groups", 0);
    if (n->nin < 3) return ox_error(n, NULL, NULL, "operand %u is missing", n->nin);
    ValueId in[3] = {n->in[0], per_channel(n, 1, a->num_groups), per_channel(n, 2, a->num_groups)};
    return ox_emit(n, OP_GroupNormalization, 3, in, a);
}

/* LayerNormalization; RMSNormalization, also under the name of its first appearance. */
bool map_layer_norm(OnnxNode *n) {
    Attr_Norm *a = ox_new(n, n->row->op);
    a->axis = ox_int(n, "axis", -1);
    a->epsilon = ox_float(n, "epsilon", (double)1e-5f);
    return ox_emit(n, n->row->op, n->nin, n->in, a);
}

bool map_lp_norm(OnnxNode *n) {
    Attr_LpNorm *a = ox_new(n, OP_LpNormalization);
    a->axis = ox_int(n, "axis", -1);
    a->p = ox_int(n, "p", 2);
    return ox_emit(n, OP_LpNormalization, n->nin, n->in, a);
}

bool map_lrn(OnnxNode *n) {
    Attr_LRN *a = ox_new(n, OP_LRN);
    a->alpha = ox_float(n, "alpha", (double)1e-4f);
    a->beta = ox_float(n, "beta", 0.75);
    a->bias = ox_float(n, "bias", 1);
    a->size = ox_int(n, "size", 0);
    return ox_emit(n, OP_LRN, n->nin, n->in, a);
}

bool map_mean_variance(OnnxNode *n) {
    Attr_Reduce *a = ox_new(n, OP_MeanVarianceNormalization);
    if (!ox_ints(n, "axes", &a->axes)) a->axes = ox_list_of(n, 3, (const int64_t[]){0, 2, 3});
    return ox_axes(n, &a->axes, ox_rank(n, 0)) && ox_emit(n, OP_MeanVarianceNormalization, n->nin, n->in, a);
}

/* Before operator set 13 the operand is a matrix: dims before axis times dims from axis on. */
bool map_softmax(OnnxNode *n) {
    Attr_Axis *a = ox_new(n, n->row->op);
    int rank = ox_rank(n, 0);
    bool matrix = n->version < 13;
    a->axis = ox_int(n, "axis", matrix ? 1 : -1);
    if (n->bad) return false;
    if (matrix && a->axis == rank && rank > 0) a->axis = rank - 1;
    if (rank == 0 || !ox_axis(n, "axis", &a->axis, rank)) return n->bad ? false : ox_refuse(n, "a scalar operand");
    Shape x = ox_shape(n, n->in[0]);
    bool last = true;
    for (int64_t i = a->axis + 1; i < rank; i++) last = last && x.dim[i] == 1;
    if (!matrix || last) return ox_emit1(n, n->row->op, n->in[0], a);
    DimX rows = dimx_number(1), columns = dimx_number(1);
    for (int i = 0; i < rank; i++) {
        DimX *to = i < a->axis ? &rows : &columns;
        *to = dimx_mul(n->g->sym, *to, dimx(x.dim[i]));
    }
    Shape flat = {.rank = 2, .dim = {ox_dim(n, "axis", rows), ox_dim(n, "axis", columns)}};
    a->axis = 1;
    return ox_emit_reshape(n, ox_make1(n, n->row->op, ox_reshape(n, n->in[0], &flat), a), &x);
}

/* With no axes and noop_with_empty_axes nothing is reduced, but the rest of the operator is done. */
static bool reduce_nothing(OnnxNode *n) {
    ValueId x = n->in[0];
    switch (n->row->op) {
    case OP_ReduceL1:
    case OP_ReduceL2: return ox_emit1(n, OP_Abs, x, NULL);
    case OP_ReduceSumSquare: return ox_emit2(n, OP_Mul, x, x);
    case OP_ReduceLogSum: return ox_emit1(n, OP_Log, x, NULL);
    default: return ox_emit_value(n, 0, x);
    }
}

/* Axes became an operand in version 13 for ReduceSum, in 18 for the others. */
bool map_reduce(OnnxNode *n) {
    Attr_Reduce *a = ox_new(n, n->row->op);
    int rank = ox_rank(n, 0);
    bool found;
    a->keepdims = ox_int(n, "keepdims", 1) != 0;
    if (n->bad || !ox_list(n, "axes", n->row->op == OP_ReduceSum ? 13 : 18, 1, &a->axes, &found)) return false;
    if (!a->axes.n) {
        if (ox_int(n, "noop_with_empty_axes", 0)) return reduce_nothing(n);
        int64_t all[MAX_RANK];
        for (int i = 0; i < rank; i++) all[i] = i;
        a->axes = ox_list_of(n, (uint32_t)rank, all);
    }
    return ox_axes(n, &a->axes, rank) && ox_emit1(n, n->row->op, n->in[0], a);
}

bool map_arg_reduce(OnnxNode *n) {
    Attr_ArgReduce *a = ox_new(n, n->row->op);
    a->axis = ox_int(n, "axis", 0);
    a->keepdims = ox_int(n, "keepdims", 1) != 0;
    a->select_last_index = ox_int(n, "select_last_index", 0) != 0;
    return ox_emit(n, n->row->op, n->nin, n->in, a);
}
