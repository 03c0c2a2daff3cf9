/* Shapes of gathers. Scatters keep their data's shape: shape_elementwise.c. */
#include "op/shape.h"
#include <inttypes.h>

/* Elements cannot be taken from an empty axis. */
static bool not_empty(Graph *g, NodeId n, Dim size, const Shape *indices) {
    if (size != 0 || shape_count(indices) == 0) return true;
    return SHAPE_ERROR(NULL, "%s: there is no element to gather", operand_text(g, n, 0));
}

SHAPE_FN(gather) {
    Operand x, indices;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &indices) || !shape_want_ints(g, n, 1) ||
        !shape_axis_attr(g, n, "axis", x.shape.rank))
        return false;
    int axis = (int)SHAPE_ATTR(Axis)->axis, rank = x.shape.rank - 1 + indices.shape.rank;
    if (rank > MAX_RANK) return SHAPE_ERROR(NULL, "the output's rank would be %d, the most is %d", rank, MAX_RANK);
    Shape y = {.rank = 0};
    for (int i = 0; i < axis; i++) y.dim[y.rank++] = x.shape.dim[i];
    for (int i = 0; i < indices.shape.rank; i++) y.dim[y.rank++] = indices.shape.dim[i];
    for (int i = axis + 1; i < x.shape.rank; i++) y.dim[y.rank++] = x.shape.dim[i];
    return not_empty(g, n, x.shape.dim[axis], &indices.shape) && shape_indices(g, n, 1, 1, &x.shape.dim[axis]) &&
           shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(gather_elements) {
    Operand x, indices;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &indices) || !shape_want_ints(g, n, 1) ||
        !shape_axis_attr(g, n, "axis", x.shape.rank))
        return false;
    int64_t axis = SHAPE_ATTR(Axis)->axis;
    if (indices.shape.rank != x.shape.rank)
        return SHAPE_ERROR(NULL, "%s: want rank %d, as the data", operand_text(g, n, 1), x.shape.rank);
    for (int i = 0; i < x.shape.rank; i++) {
        Dim have = x.shape.dim[i], got = indices.shape.dim[i];
        if (i != axis && dim_known(have) && dim_known(got) && got > have)
            return SHAPE_ERROR(NULL, "%s: dimension %d is larger than the data's %" PRId64, operand_text(g, n, 1), i,
                               have);
    }
    return not_empty(g, n, x.shape.dim[axis], &indices.shape) && shape_indices(g, n, 1, 1, &x.shape.dim[axis]) &&
           shape_set(g, n, 0, x.type, &indices.shape);
}

SHAPE_FN(gather_nd) {
    Operand x, indices;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &indices) || !shape_want_ints(g, n, 1)) return false;
    int r = x.shape.rank, q = indices.shape.rank;
    int64_t batch = SHAPE_ATTR(GatherND)->batch_dims;
    if (r < 1 || q < 1) return SHAPE_ERROR(NULL, "data and indices want rank 1 or more");
    if (!shape_within(g, n, "batch_dims", batch, 0, (r < q ? r : q) - 1)) return false;
    for (int i = 0; i < batch; i++)
        if (dims_clash(g, x.shape.dim[i], indices.shape.dim[i]))
            return SHAPE_ERROR("batch_dims", "%s and %s differ at dimension %d", operand_text(g, n, 0),
                               operand_text(g, n, 1), i);
    Dim depth = indices.shape.dim[q - 1];
    if (!dim_known(depth) || depth < 1 || depth > r - batch)
        return SHAPE_ERROR(NULL, "%s: the last dimension wants to be 1 to %d", operand_text(g, n, 1), (int)(r - batch));
    int rank = q - 1 + r - (int)batch - (int)depth;
    if (rank > MAX_RANK) return SHAPE_ERROR(NULL, "the output's rank would be %d, the most is %d", rank, MAX_RANK);
    Shape y = {.rank = 0};
    for (int i = 0; i < q - 1; i++) y.dim[y.rank++] = indices.shape.dim[i];
    for (int i = (int)(batch + depth); i < r; i++) y.dim[y.rank++] = x.shape.dim[i];
    for (int i = 0; i < depth; i++)
        if (!not_empty(g, n, x.shape.dim[batch + i], &indices.shape)) return false;
    return shape_indices(g, n, 1, (int)depth, &x.shape.dim[batch]) && shape_set(g, n, 0, x.type, &y);
}
