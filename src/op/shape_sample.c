/* Shapes of sampling, of windows the other way round, and of pooling over regions. */
#include "base/size.h"
#include "op/shape.h"
#include <inttypes.h>

/* Operand i of rank least..most, of floats if `real`. */
static bool ranked(Graph *g, NodeId n, unsigned i, int least, int most, bool real, Operand *o) {
    if (!shape_operand(g, n, i, o)) return false;
    if (o->shape.rank < least || o->shape.rank > most)
        return SHAPE_ERROR(NULL, least == most ? "%s: want rank %d" : "%s: want rank %d to %d", operand_text(g, n, i),
                           least, most);
    if (real && !dtype_is_float(o->type))
        return SHAPE_ERROR(NULL, "%s: want a floating-point type", operand_text(g, n, i));
    return true;
}

/* There is something to read in every spatial dimension. */
static bool filled(Graph *g, NodeId n, const Operand *x) {
    for (int d = 2; d < x->shape.rank; d++)
        if (x->shape.dim[d] == 0) return SHAPE_ERROR(NULL, "%s: dimension %d is empty", operand_text(g, n, 0), d);
    return true;
}

SHAPE_FN(grid_sample) {
    Operand x, grid;
    const Attr_GridSample *a = SHAPE_ATTR(GridSample);
    if (!ranked(g, n, 0, 3, 6, false, &x) || !ranked(g, n, 1, 3, 6, true, &grid) || !filled(g, n, &x)) return false;
    int nd = x.shape.rank - 2;
    if (grid.shape.rank != x.shape.rank || dims_clash(g, grid.shape.dim[nd + 1], nd) ||
        dims_clash(g, grid.shape.dim[0], x.shape.dim[0]))
        return SHAPE_ERROR(NULL, "%s: want the batch of %s and %d coordinates last", operand_text(g, n, 1),
                           operand_text(g, n, 0), nd);
    if (!shape_choice(g, n, "mode", a->mode, "nearest|linear|cubic") ||
        !shape_choice(g, n, "padding_mode", a->padding_mode, "zeros|border|reflection") ||
        !shape_within(g, n, "align_corners", a->align_corners, 0, 1))
        return false;
    Shape y = x.shape;
    for (int d = 0; d < nd; d++) y.dim[d + 2] = grid.shape.dim[d + 1];
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(affine_grid) {
    Operand theta;
    const Attr_AffineGrid *a = SHAPE_ATTR(AffineGrid);
    int nd = (int)a->size.n;
    if (!ranked(g, n, 0, 3, 3, true, &theta) || !shape_within(g, n, "align_corners", a->align_corners, 0, 1))
        return false;
    if (nd < 1 || nd > MAX_RANK - 2) return SHAPE_ERROR("size", "got %d dimensions, want 1 to %d", nd, MAX_RANK - 2);
    if (dims_clash(g, theta.shape.dim[1], nd) || dims_clash(g, theta.shape.dim[2], nd + 1))
        return SHAPE_ERROR(NULL, "%s: want matrices of %d by %d", operand_text(g, n, 0), nd, nd + 1);
    Shape y = {.rank = (int8_t)(nd + 2), .dim = {theta.shape.dim[0]}};
    for (int d = 0; d < nd; d++) y.dim[d + 1] = a->size.at[d];
    y.dim[nd + 1] = nd;
    return shape_set(g, n, 0, theta.type, &y);
}

SHAPE_FN(col2im) {
    Operand x;
    uint32_t nd = SHAPE_ATTR(Col2Im)->image_shape.n;
    if (!ranked(g, n, 0, 3, 3, false, &x)) return false;
    if (nd < 1 || nd > MAX_RANK - 2)
        return SHAPE_ERROR("image_shape", "got %u dimensions, want 1 to %d", nd, MAX_RANK - 2);
    if (!shape_list_attr(g, n, "image_shape", nd, 1, 1) || !shape_list_attr(g, n, "block_shape", nd, 1, 1) ||
        !shape_list_attr(g, n, "strides", nd, 1, 1) || !shape_list_attr(g, n, "dilations", nd, 1, 1) ||
        !shape_list_attr(g, n, "pads", 2 * nd, 0, 0))
        return false;
    const Attr_Col2Im *a = SHAPE_ATTR(Col2Im);
    int64_t taps = 1, blocks = 1, c = x.shape.dim[1];
    Shape y = {.rank = (int8_t)(nd + 2), .dim = {x.shape.dim[0]}};
    for (uint32_t d = 0; d < nd; d++) {
        int64_t reach, size;
        if (!size_mul(a->dilations.at[d], a->block_shape.at[d] - 1, &reach) ||
            !size_add(a->image_shape.at[d], a->pads.at[d], &size) || !size_add(size, a->pads.at[d + nd], &size) ||
            !size_mul(taps, a->block_shape.at[d], &taps) || size - 1 < reach ||
            !size_mul(blocks, (size - 1 - reach) / a->strides.at[d] + 1, &blocks))
            return SHAPE_ERROR("block_shape", "the block of dimension %u does not fit into the padded image", d);
        y.dim[d + 2] = a->image_shape.at[d];
    }
    if (dim_known(c) && c % taps)
        return SHAPE_ERROR("block_shape", "%" PRId64 " elements do not divide the %" PRId64 " rows", taps, c);
    if (dims_clash(g, x.shape.dim[2], blocks))
        return SHAPE_ERROR("image_shape", "%s: want %" PRId64 " blocks", operand_text(g, n, 0), blocks);
    return shape_dim(g, n, "block_shape", dimx_floordiv(g->sym, dimx(c), dimx_number(taps)), &y.dim[1]) &&
           shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(max_unpool) {
    Operand x, indices;
    if (!ranked(g, n, 0, 3, MAX_RANK, false, &x) || !shape_operand(g, n, 1, &indices)) return false;
    uint32_t rank = (uint32_t)x.shape.rank;
    if (indices.type != DT_i64 || !shape_want(g, n, 1, &x.shape))
        return SHAPE_ERROR(NULL, "%s: want i64 in the shape of x", operand_text(g, n, 1));
    if (!shape_list_attr(g, n, "shape", rank, 1, 0) || !shape_list_attr(g, n, "output_shape", rank, 1, 0)) return false;
    const Attr_MaxUnpool *a = SHAPE_ATTR(MaxUnpool);
    Shape inner = shape_of((int)rank, a->shape.at), y = shape_of((int)rank, a->output_shape.at);
    int64_t count;
    for (uint32_t d = 0; d < rank; d++)
        if (a->output_shape.at[d] < a->shape.at[d])
            return SHAPE_ERROR("output_shape", "got %" PRId64 " at dimension %u, want at least %" PRId64,
                               a->output_shape.at[d], d, a->shape.at[d]);
    return shape_count_checked(g, n, &inner, &count) && shape_count_checked(g, n, &y, &count) &&
           shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(roi_align) {
    Operand x, rois, batch;
    const Attr_RoiAlign *a = SHAPE_ATTR(RoiAlign);
    if (!ranked(g, n, 0, 4, 4, true, &x) || !filled(g, n, &x) || !ranked(g, n, 1, 2, 2, true, &rois) ||
        !shape_same_types(g, n, 0, 1) || !ranked(g, n, 2, 1, 1, false, &batch) || !shape_want_ints(g, n, 2))
        return false;
    if (dims_clash(g, rois.shape.dim[1], 4) || dims_clash(g, rois.shape.dim[0], batch.shape.dim[0]))
        return SHAPE_ERROR(NULL, "%s and %s: want four numbers and one index a region", operand_text(g, n, 1),
                           operand_text(g, n, 2));
    if (!shape_choice(g, n, "coordinate_transformation_mode", a->coordinate_transformation_mode,
                      "half_pixel|output_half_pixel") ||
        !shape_choice(g, n, "mode", a->mode, "avg|max") ||
        !shape_within(g, n, "output_height", a->output_height, 1, INT32_MAX) ||
        !shape_within(g, n, "output_width", a->output_width, 1, INT32_MAX) ||
        !shape_within(g, n, "sampling_ratio", a->sampling_ratio, 0, 1 << 16))
        return false;
    for (int d = 2; d < 4; d++)
        if (dim_known(x.shape.dim[d]) && x.shape.dim[d] > 1 << 24)
            return SHAPE_ERROR(NULL, "%s: too large", operand_text(g, n, 0));
    Shape y = {4, {rois.shape.dim[0], x.shape.dim[1], a->output_height, a->output_width}};
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(deform_sample) {
    Operand x, offset, mask;
    if (!ranked(g, n, 0, 3, 5, true, &x) || !filled(g, n, &x) || !ranked(g, n, 1, 3, 5, true, &offset) ||
        !shape_same_types(g, n, 0, 2))
        return false;
    uint32_t nd = (uint32_t)x.shape.rank - 2;
    if (SHAPE_ATTR(DeformSample)->kernel_shape.n != nd) return SHAPE_ERROR("kernel_shape", "want %u entries", nd);
    if (!shape_list_attr(g, n, "kernel_shape", nd, 1, 1) || !shape_list_attr(g, n, "strides", nd, 1, 1) ||
        !shape_list_attr(g, n, "dilations", nd, 1, 1) || !shape_list_attr(g, n, "pads", 2 * nd, 0, 0))
        return false;
    const Attr_DeformSample *a = SHAPE_ATTR(DeformSample);
    Dim c = x.shape.dim[1];
    int64_t taps, pairs, groups = a->offset_group;
    if (!dim_known(c) || !shape_within(g, n, "offset_group", groups, 1, c > 1 ? c : 1) || c % groups)
        return SHAPE_ERROR("offset_group", "got %" PRId64 ", want a divisor of the channels, which have to be known",
                           groups);
    if (!size_product(a->kernel_shape.at, (int)nd, &taps) || !size_mul(groups, taps, &pairs) || pairs > INT32_MAX)
        return SHAPE_ERROR("kernel_shape", "too large");
    Shape y = {.rank = (int8_t)(nd + 3), .dim = {x.shape.dim[0], c, taps}},
          want = {.rank = (int8_t)(nd + 2), .dim = {x.shape.dim[0], pairs * nd}};
    for (uint32_t d = 0; d < nd; d++) {
        int64_t reach, room;
        if (!size_mul(a->dilations.at[d], a->kernel_shape.at[d] - 1, &reach) ||
            !size_add(a->pads.at[d], a->pads.at[d + nd], &room))
            return SHAPE_ERROR("pads", "they overflow");
        DimX rest =
            dimx_sub(g->sym, dimx_add(g->sym, dimx(x.shape.dim[d + 2]), dimx_number(room)), dimx_number(reach + 1));
        if (!dimx_bad(rest) && rest.is_number && rest.number < 0)
            return SHAPE_ERROR("kernel_shape", "the window is larger than the padded dimension %u", d);
        DimX size = dimx_add(g->sym, dimx_floordiv(g->sym, rest, dimx_number(a->strides.at[d])), dimx_number(1));
        if (!shape_dim(g, n, "kernel_shape", size, &y.dim[d + 3])) return false;
        want.dim[d + 2] = y.dim[d + 3];
    }
    if (!shape_want(g, n, 1, &want)) return false;
    want.dim[1] = pairs;
    if (node_in(&g->node.at[n], 2) != NO_VALUE && (!shape_operand(g, n, 2, &mask) || !shape_want(g, n, 2, &want)))
        return false;
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(reverse_sequence) {
    Operand x, lens;
    const Attr_ReverseSequence *a = SHAPE_ATTR(ReverseSequence);
    if (!ranked(g, n, 0, 2, MAX_RANK, false, &x) || !ranked(g, n, 1, 1, 1, false, &lens) || !shape_want_ints(g, n, 1) ||
        !shape_within(g, n, "batch_axis", a->batch_axis, 0, 1) || !shape_within(g, n, "time_axis", a->time_axis, 0, 1))
        return false;
    if (a->batch_axis == a->time_axis)
        return SHAPE_ERROR("time_axis", "got %" PRId64 ", which is batch_axis", a->time_axis);
    if (dims_clash(g, lens.shape.dim[0], x.shape.dim[a->batch_axis]))
        return SHAPE_ERROR(NULL, "%s: want one length a sequence of %s", operand_text(g, n, 1), operand_text(g, n, 0));
    return shape_set(g, n, 0, x.type, &x.shape);
}

SHAPE_FN(tensor_scatter) {
    Operand x, update, start;
    if (!ranked(g, n, 0, 2, MAX_RANK, false, &x) || !shape_operand(g, n, 1, &update) || !shape_same_types(g, n, 0, 1) ||
        !shape_axis_attr(g, n, "axis", x.shape.rank) ||
        !shape_choice(g, n, "mode", SHAPE_ATTR(TensorScatter)->mode, "linear|circular"))
        return false;
    int64_t axis = SHAPE_ATTR(TensorScatter)->axis;
    if (axis == 0) return SHAPE_ERROR("axis", "got the batch, want another dimension");
    if (update.shape.rank != x.shape.rank)
        return SHAPE_ERROR(NULL, "%s: want rank %d", operand_text(g, n, 1), x.shape.rank);
    for (int d = 0; d < x.shape.rank; d++) {
        Dim have = x.shape.dim[d], got = update.shape.dim[d];
        if (d != axis ? dims_clash(g, have, got) : dim_known(have) && dim_known(got) && got > have)
            return SHAPE_ERROR(NULL, "%s does not fit into %s", operand_text(g, n, 1), operand_text(g, n, 0));
    }
    if (node_in(&g->node.at[n], 2) != NO_VALUE) {
        Shape want = {.rank = 1, .dim = {x.shape.dim[0]}};
        if (!shape_operand(g, n, 2, &start) || !shape_want_ints(g, n, 2) || !shape_want(g, n, 2, &want)) return false;
    }
    return shape_set(g, n, 0, x.type, &x.shape);
}

SHAPE_FN(det) {
    Operand x;
    if (!ranked(g, n, 0, 2, MAX_RANK - 1, true, &x)) return false;
    Shape y = x.shape;
    y.rank = (int8_t)(y.rank - 2);
    Dim rows = x.shape.dim[y.rank], columns = x.shape.dim[y.rank + 1];
    if (dims_clash(g, rows, columns)) return SHAPE_ERROR(NULL, "%s: want square matrices", operand_text(g, n, 0));
    return shape_set(g, n, 0, x.type, &y);
}
