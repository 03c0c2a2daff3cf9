/* Shapes of elementwise operators and of those whose output is like their first operand. */
#include "op/shape.h"
#include <inttypes.h>

SHAPE_FN(broadcast) {
    Operand a, b;
    Shape y;
    if (!shape_operand(g, n, 0, &a) || !shape_operand(g, n, 1, &b) || !shape_same_types(g, n, 0, 1)) return false;
    Op op = g->node.at[n].op;
    if (op == OP_BitShift && !shape_choice(g, n, "direction", SHAPE_ATTR(Mode)->mode, "LEFT|RIGHT")) return false;
    if (op == OP_Mod && !shape_within(g, n, "fmod", SHAPE_ATTR(Mod)->fmod, 0, 1)) return false;
    if (op == OP_PRelu)
        return shape_broadcast_into(g, n, 1, &a.shape, &b.shape) && shape_set(g, n, 0, a.type, &a.shape);
    return shape_broadcast(g, n, &a.shape, &b.shape, &y) && shape_set(g, n, 0, a.type, &y);
}

SHAPE_FN(compare) {
    Operand a, b;
    Shape y;
    return shape_operand(g, n, 0, &a) && shape_operand(g, n, 1, &b) && shape_same_types(g, n, 0, 1) &&
           shape_broadcast(g, n, &a.shape, &b.shape, &y) && shape_set(g, n, 0, DT_bool, &y);
}

SHAPE_FN(where) {
    Operand c, a, b;
    Shape ab, y;
    if (!shape_operand(g, n, 0, &c) || !shape_operand(g, n, 1, &a) || !shape_operand(g, n, 2, &b)) return false;
    if (c.type != DT_bool) return SHAPE_ERROR(NULL, "%s: the condition has to be bool", operand_text(g, n, 0));
    return shape_same_types(g, n, 1, 2) && shape_broadcast(g, n, &a.shape, &b.shape, &ab) &&
           shape_broadcast(g, n, &c.shape, &ab, &y) && shape_set(g, n, 0, a.type, &y);
}

SHAPE_FN(predicate) {
    Operand a;
    if (!shape_operand(g, n, 0, &a)) return false;
    if (!dtype_is_float(a.type)) return SHAPE_ERROR(NULL, "%s: want a float type", operand_text(g, n, 0));
    if (g->node.at[n].op == OP_IsInf &&
        (!shape_within(g, n, "detect_negative", SHAPE_ATTR(IsInf)->detect_negative, 0, 1) ||
         !shape_within(g, n, "detect_positive", SHAPE_ATTR(IsInf)->detect_positive, 0, 1)))
        return false;
    return shape_set(g, n, 0, DT_bool, &a.shape);
}

/* ---- output like operand 0: what else has to hold ----------------------------------------------------------- */
static bool check_clip(Graph *g, NodeId n) {
    if (!shape_same_types(g, n, 0, 2)) return false;
    for (unsigned i = 1; i < 3; i++) {
        ValueId v = node_in(&g->node.at[n], i);
        if (v == NO_VALUE) continue;
        int64_t count = shape_count(&g->value.at[v].shape);
        if (count != 1) return SHAPE_ERROR(i == 1 ? "min" : "max", "%s: want one element", operand_text(g, n, i));
    }
    return true;
}

/* Operands first..last are one number a channel; x has the channels at dimension 1. */
static bool check_channels(Graph *g, NodeId n, unsigned first, unsigned last) {
    const Shape *x = value_shape(g, g->node.at[n].in[0]);
    if (x->rank < 2) return SHAPE_ERROR(NULL, "%s: want rank 2 or more", operand_text(g, n, 0));
    Shape want = {.rank = 1, .dim = {x->dim[1]}};
    for (unsigned i = first; i <= last; i++)
        if (!shape_want(g, n, i, &want)) return false;
    return shape_same_types(g, n, first, last);
}

static bool check_epsilon(Graph *g, NodeId n, double epsilon) {
    return epsilon >= 0 || SHAPE_ERROR("epsilon", "got %g, want 0 or more", epsilon);
}

static bool check_group_norm(Graph *g, NodeId n) {
    const Attr_GroupNorm *at = SHAPE_ATTR(GroupNorm);
    if (!check_channels(g, n, 1, 2) || !shape_same_types(g, n, 0, 2) ||
        !shape_within(g, n, "num_groups", at->num_groups, 1, INT64_MAX))
        return false;
    Dim c = value_shape(g, g->node.at[n].in[0])->dim[1];
    if (dim_known(c) && c % at->num_groups != 0)
        return SHAPE_ERROR("num_groups", "got %" PRId64 ", want a divisor of the %" PRId64 " channels", at->num_groups,
                           c);
    return check_epsilon(g, n, at->epsilon);
}

static bool check_rms(Graph *g, NodeId n, const Shape *x) {
    Operand scale;
    return shape_axis_attr(g, n, "axis", x->rank) && shape_operand(g, n, 1, &scale) && shape_same_types(g, n, 0, 1) &&
           shape_broadcast_into(g, n, 1, x, &scale.shape) && check_epsilon(g, n, SHAPE_ATTR(Norm)->epsilon);
}

static bool check_lrn(Graph *g, NodeId n, const Shape *x) {
    if (x->rank < 2) return SHAPE_ERROR(NULL, "%s: want rank 2 or more", operand_text(g, n, 0));
    return shape_within(g, n, "size", SHAPE_ATTR(LRN)->size, 1, (int64_t)1 << 31);
}

static bool check_reduction(Graph *g, NodeId n, DType t) {
    const char *reduction = SHAPE_ATTR(Scatter)->reduction;
    if (!shape_choice(g, n, "reduction", reduction, "none|add|mul|max|min")) return false;
    if (t == DT_string && strcmp(reduction, "none") != 0)
        return SHAPE_ERROR("reduction", "got \"%s\", strings are only stored", reduction);
    ValueId updates = g->node.at[n].in[2];
    if (g->value.at[updates].dtype != t)
        return diag_error(g->diag, node_loc(g, n, NULL), "insert a Cast", "data is %s, updates is %s",
                          dtype_info[t].name, dtype_info[g->value.at[updates].dtype].name);
    return shape_want_ints(g, n, 1);
}

static bool check_scatter_elements(Graph *g, NodeId n, const Operand *x) {
    Operand indices;
    if (!shape_axis_attr(g, n, "axis", x->shape.rank) || !check_reduction(g, n, x->type) ||
        !shape_operand(g, n, 1, &indices) || !shape_want(g, n, 2, &indices.shape))
        return false;
    if (indices.shape.rank != x->shape.rank)
        return SHAPE_ERROR(NULL, "%s: want rank %d, as the data", operand_text(g, n, 1), x->shape.rank);
    for (int i = 0; i < x->shape.rank; i++) {
        Dim have = x->shape.dim[i], got = indices.shape.dim[i];
        bool bad = i == SHAPE_ATTR(Scatter)->axis ? have == 0 && got > 0 : got > have;
        if (dim_known(have) && dim_known(got) && bad)
            return SHAPE_ERROR(NULL, "%s: dimension %d is larger than the data's %" PRId64, operand_text(g, n, 1), i,
                               have);
    }
    return shape_indices(g, n, 1, 1, &x->shape.dim[SHAPE_ATTR(Scatter)->axis]);
}

static bool check_scatter_nd(Graph *g, NodeId n, const Operand *x) {
    Operand indices;
    if (!check_reduction(g, n, x->type) || !shape_operand(g, n, 1, &indices)) return false;
    int q = indices.shape.rank;
    if (x->shape.rank < 1 || q < 1) return SHAPE_ERROR(NULL, "data and indices want rank 1 or more");
    Dim depth = indices.shape.dim[q - 1];
    if (!dim_known(depth) || depth > x->shape.rank)
        return SHAPE_ERROR(NULL, "%s: the last dimension wants to be 0 to %d", operand_text(g, n, 1), x->shape.rank);
    if (q - 1 + x->shape.rank - depth > MAX_RANK)
        return SHAPE_ERROR(NULL, "%s: the updates would have a rank above %d", operand_text(g, n, 1), MAX_RANK);
    Shape want = {.rank = (int8_t)(q - 1)};
    for (int i = 0; i < q - 1; i++) want.dim[i] = indices.shape.dim[i];
    for (int i = (int)depth; i < x->shape.rank; i++) want.dim[want.rank++] = x->shape.dim[i];
    return shape_want(g, n, 2, &want) && shape_indices(g, n, 1, (int)depth, x->shape.dim);
}

static bool check_same(Graph *g, NodeId n, const Operand *x) {
    int rank = x->shape.rank;
    switch (g->node.at[n].op) {
    case OP_Gelu: return shape_choice(g, n, "approximate", SHAPE_ATTR(Mode)->mode, "none|tanh");
    case OP_Celu: return SHAPE_ATTR(Alpha)->alpha != 0 || SHAPE_ERROR("alpha", "got 0, want another value");
    case OP_Clip: return check_clip(g, n);
    case OP_BatchNormalization: return check_channels(g, n, 1, 4) && check_epsilon(g, n, SHAPE_ATTR(Epsilon)->epsilon);
    case OP_InstanceNormalization:
        return check_channels(g, n, 1, 2) && shape_same_types(g, n, 0, 2) &&
               check_epsilon(g, n, SHAPE_ATTR(Epsilon)->epsilon);
    case OP_GroupNormalization: return check_group_norm(g, n);
    case OP_Softmax:
    case OP_LogSoftmax:
    case OP_Hardmax: return shape_axis_attr(g, n, "axis", rank);
    case OP_LpNormalization:
        return shape_axis_attr(g, n, "axis", rank) && shape_within(g, n, "p", SHAPE_ATTR(LpNorm)->p, 1, 2);
    case OP_RMSNormalization: return check_rms(g, n, &x->shape);
    case OP_MeanVarianceNormalization: return shape_axes_attr(g, n, "axes", rank);
    case OP_LRN: return check_lrn(g, n, &x->shape);
    case OP_CumSum:
    case OP_CumProd:
        return shape_axis_attr(g, n, "axis", rank) &&
               shape_within(g, n, "exclusive", SHAPE_ATTR(CumSum)->exclusive, 0, 1) &&
               shape_within(g, n, "reverse", SHAPE_ATTR(CumSum)->reverse, 0, 1);
    case OP_Trilu:
        return rank >= 2 ? shape_within(g, n, "upper", SHAPE_ATTR(Trilu)->upper, 0, 1)
                         : SHAPE_ERROR(NULL, "%s: want rank 2 or more", operand_text(g, n, 0));
    case OP_ScatterElements: return check_scatter_elements(g, n, x);
    case OP_ScatterND: return check_scatter_nd(g, n, x);
    default: return true;
    }
}

SHAPE_FN(same) {
    Operand x;
    return shape_operand(g, n, 0, &x) && check_same(g, n, &x) && shape_set(g, n, 0, x.type, &x.shape);
}
