/* Shapes of results whose sizes depend on data: the most there can be, or `limit`, which the importer knows better. The
 * last output counts. */
#include "base/size.h"
#include "op/shape.h"
#include <inttypes.h>

/* The number of elements of s, which have to be known. */
static bool all_of(Graph *g, NodeId n, const Shape *s, int64_t *count) {
    if (!shape_known(s))
        return SHAPE_ERROR(NULL, "%s: the result has room for all, so its shape has to be known",
                           operand_text(g, n, 0));
    return shape_count_checked(g, n, s, count);
}

static bool room(Graph *g, NodeId n, int64_t limit, int64_t most, Dim *out) {
    if (limit < -1) return SHAPE_ERROR("limit", "got %" PRId64 ", want a size, or -1", limit);
    *out = limit >= 0 ? limit : most;
    return true;
}

static bool count_output(Graph *g, NodeId n, unsigned output) {
    Shape scalar = {.rank = 0};
    return shape_set(g, n, output, DT_i64, &scalar);
}

SHAPE_FN(non_zero) {
    Operand x;
    int64_t most;
    if (!shape_operand(g, n, 0, &x) || !all_of(g, n, &x.shape, &most)) return false;
    Shape y = {.rank = 2, .dim = {x.shape.rank, 0}};
    return room(g, n, SHAPE_ATTR(Limit)->limit, most, &y.dim[1]) && shape_set(g, n, 0, DT_i64, &y) &&
           count_output(g, n, 1);
}

SHAPE_FN(compress) {
    Operand x, condition;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &condition) ||
        !shape_axis_attr(g, n, "axis", x.shape.rank))
        return false;
    if (condition.type != DT_bool || condition.shape.rank != 1)
        return SHAPE_ERROR(NULL, "%s: want bool of rank 1", operand_text(g, n, 1));
    const Attr_LimitAxis *a = SHAPE_ATTR(LimitAxis);
    Dim size = x.shape.dim[a->axis], have = condition.shape.dim[0];
    if (!dim_known(size) || !dim_known(have))
        return SHAPE_ERROR("axis", "the sizes of the axis and of the condition have to be known");
    Shape y = x.shape;
    return room(g, n, a->limit, have < size ? have : size, &y.dim[a->axis]) && shape_set(g, n, 0, x.type, &y) &&
           count_output(g, n, 1);
}

SHAPE_FN(unique) {
    Operand x;
    int64_t all;
    if (!shape_operand(g, n, 0, &x) || !shape_axis_attr(g, n, "axis", x.shape.rank) || !all_of(g, n, &x.shape, &all))
        return false;
    const Attr_Unique *a = SHAPE_ATTR(Unique);
    if (!shape_within(g, n, "sorted", a->sorted, 0, 1)) return false;
    Shape y = x.shape, line = {.rank = 1}, inverse = {.rank = 1, .dim = {x.shape.dim[a->axis]}};
    if (!room(g, n, a->limit, x.shape.dim[a->axis], &y.dim[a->axis])) return false;
    line.dim[0] = y.dim[a->axis];
    return shape_set(g, n, 0, x.type, &y) && shape_set(g, n, 1, DT_i64, &line) &&
           shape_set(g, n, 2, DT_i64, &inverse) && shape_set(g, n, 3, DT_i64, &line) && count_output(g, n, 4);
}

/* Operand i, if it is there, is one number of this type. */
static bool parameter(Graph *g, NodeId n, unsigned i, DType t) {
    Operand o;
    if (node_in(&g->node.at[n], i) == NO_VALUE) return true;
    if (!shape_operand(g, n, i, &o)) return false;
    return (o.type == t && shape_count(&o.shape) == 1) ||
           SHAPE_ERROR(NULL, "%s: want one %s", operand_text(g, n, i), dtype_info[t].name);
}

SHAPE_FN(nms) {
    Operand boxes, scores;
    if (!shape_operand(g, n, 0, &boxes) || !shape_operand(g, n, 1, &scores)) return false;
    if (boxes.type != DT_f32 || boxes.shape.rank != 3 || dims_clash(g, boxes.shape.dim[2], 4))
        return SHAPE_ERROR(NULL, "%s: want f32[batch,boxes,4]", operand_text(g, n, 0));
    if (scores.type != DT_f32 || scores.shape.rank != 3)
        return SHAPE_ERROR(NULL, "%s: want f32[batch,classes,boxes]", operand_text(g, n, 1));
    if (dims_clash(g, boxes.shape.dim[0], scores.shape.dim[0]) ||
        dims_clash(g, boxes.shape.dim[1], scores.shape.dim[2]))
        return SHAPE_ERROR(NULL, "%s and %s do not go together", operand_text(g, n, 0), operand_text(g, n, 1));
    if (!parameter(g, n, 2, DT_i64) || !parameter(g, n, 3, DT_f32) || !parameter(g, n, 4, DT_f32)) return false;
    const Attr_NonMaxSuppression *a = SHAPE_ATTR(NonMaxSuppression);
    if (!shape_within(g, n, "center_point_box", a->center_point_box, 0, 1) ||
        !shape_within(g, n, "most", a->most, -1, INT64_MAX))
        return false;
    int64_t all;
    if (!all_of(g, n, &scores.shape, &all) || !all_of(g, n, &boxes.shape, &all)) return false;
    int64_t each = scores.shape.dim[2], rows;
    if (each > INT32_MAX) return SHAPE_ERROR(NULL, "%s: too many boxes", operand_text(g, n, 1));
    if (a->most >= 0 && a->most < each) each = a->most;
    if (node_in(&g->node.at[n], 2) == NO_VALUE) each = 0;
    if (!size_mul(scores.shape.dim[0] * scores.shape.dim[1], each, &rows)) return SHAPE_ERROR(NULL, "too many boxes");
    if (rows > INT32_MAX) return SHAPE_ERROR(NULL, "%s: too many boxes", operand_text(g, n, 1));
    Shape y = {.rank = 2, .dim = {0, 3}};
    return room(g, n, a->limit, rows, &y.dim[0]) && shape_set(g, n, 0, DT_i64, &y) && count_output(g, n, 1);
}
