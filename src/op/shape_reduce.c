/* Shapes of reductions, layer normalisation and the operators that look at one axis. */
#include "op/shape.h"
#include <inttypes.h>

/* x with the marked axes gone, or 1. */
static Shape reduced(const Shape *x, const bool *gone, bool keep) {
    Shape y = {.rank = 0};
    for (int i = 0; i < x->rank; i++) {
        if (!gone[i])
            y.dim[y.rank++] = x->dim[i];
        else if (keep)
            y.dim[y.rank++] = 1;
    }
    return y;
}

SHAPE_FN(reduce) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !shape_axes_attr(g, n, "axes", x.shape.rank)) return false;
    const Attr_Reduce *at = SHAPE_ATTR(Reduce);
    if (!shape_within(g, n, "keepdims", at->keepdims, 0, 1)) return false;
    bool gone[MAX_RANK] = {false};
    for (uint32_t i = 0; i < at->axes.n; i++) gone[at->axes.at[i]] = true;
    Shape y = reduced(&x.shape, gone, at->keepdims != 0);
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(arg_reduce) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !shape_axis_attr(g, n, "axis", x.shape.rank)) return false;
    const Attr_ArgReduce *at = SHAPE_ATTR(ArgReduce);
    if (!shape_within(g, n, "keepdims", at->keepdims, 0, 1) ||
        !shape_within(g, n, "select_last_index", at->select_last_index, 0, 1))
        return false;
    bool gone[MAX_RANK] = {false};
    gone[at->axis] = true;
    Shape y = reduced(&x.shape, gone, at->keepdims != 0);
    if (x.shape.dim[at->axis] == 0 && shape_count(&y) != 0)
        return SHAPE_ERROR("axis", "dimension %" PRId64 " has no elements", at->axis);
    return shape_set(g, n, 0, DT_i64, &y);
}

SHAPE_FN(layer_norm) {
    Operand x, o;
    if (!shape_operand(g, n, 0, &x) || !shape_axis_attr(g, n, "axis", x.shape.rank) || !shape_same_types(g, n, 0, 2))
        return false;
    const Attr_Norm *at = SHAPE_ATTR(Norm);
    if (!(at->epsilon >= 0)) return SHAPE_ERROR("epsilon", "got %g, want 0 or more", at->epsilon);
    for (unsigned i = 1; i < 3; i++)
        if (node_in(&g->node.at[n], i) != NO_VALUE &&
            (!shape_operand(g, n, i, &o) || !shape_broadcast_into(g, n, i, &x.shape, &o.shape)))
            return false;
    Shape m = x.shape;
    for (int i = (int)at->axis; i < m.rank; i++) m.dim[i] = 1;
    return shape_set(g, n, 0, x.type, &x.shape) && shape_set(g, n, 1, DT_f32, &m) && shape_set(g, n, 2, DT_f32, &m);
}

SHAPE_FN(top_k) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !shape_axis_attr(g, n, "axis", x.shape.rank)) return false;
    const Attr_TopK *at = SHAPE_ATTR(TopK);
    if (!shape_within(g, n, "largest", at->largest, 0, 1) || !shape_within(g, n, "sorted", at->sorted, 0, 1))
        return false;
    Dim have = x.shape.dim[at->axis];
    if (!shape_within(g, n, "k", at->k, 0, dim_known(have) ? have : INT64_MAX)) return false;
    Shape y = x.shape;
    y.dim[at->axis] = at->k;
    return shape_set(g, n, 0, x.type, &y) && shape_set(g, n, 1, DT_i64, &y);
}

SHAPE_FN(one_hot) {
    Operand indices, values;
    if (!shape_operand(g, n, 0, &indices) || !shape_operand(g, n, 1, &values)) return false;
    if (!dtype_is_int(indices.type) && !dtype_is_float(indices.type))
        return SHAPE_ERROR(NULL, "%s: want numbers", operand_text(g, n, 0));
    Shape pair = {.rank = 1, .dim = {2}}, y = {.rank = (int8_t)(indices.shape.rank + 1)};
    if (y.rank > MAX_RANK) return SHAPE_ERROR(NULL, "the output's rank would be %d, the most is %d", y.rank, MAX_RANK);
    if (!shape_want(g, n, 1, &pair) || !shape_axis_attr(g, n, "axis", y.rank)) return false;
    const Attr_OneHot *at = SHAPE_ATTR(OneHot);
    if (!shape_within(g, n, "depth", at->depth, 1, INT64_MAX)) return false;
    for (int i = 0, j = 0; i < y.rank; i++) y.dim[i] = i == at->axis ? at->depth : indices.shape.dim[j++];
    return shape_set(g, n, 0, values.type, &y);
}
