/* Shapes of values whose channels lie in blocks. */
#include "op/border.h"
#include "op/shape.h"
#include "base/size.h"
#include <inttypes.h>

static bool block_within(Graph *g, NodeId n, int64_t block) {
    return shape_within(g, n, "block", block, 2, 64);
}

SHAPE_FN(block_channels) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !block_within(g, n, SHAPE_ATTR(Block)->block)) return false;
    int64_t block = SHAPE_ATTR(Block)->block;
    if (x.shape.rank < 2 || x.shape.rank >= MAX_RANK)
        return SHAPE_ERROR(NULL, "%s: want rank 2 to %d", operand_text(g, n, 0), MAX_RANK - 1);
    Shape y = x.shape;
    DimX c = dimx_add(g->sym, dimx(y.dim[1]), dimx_number(block - 1));
    if (!shape_dim(g, n, "block", dimx_floordiv(g->sym, c, dimx_number(block)), &y.dim[1])) return false;
    y.dim[y.rank++] = block;
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(unblock_channels) {
    Operand x;
    const Attr_Block *a = SHAPE_ATTR(Block);
    if (!shape_operand(g, n, 0, &x) || !block_within(g, n, a->block)) return false;
    if (x.shape.rank < 3) return SHAPE_ERROR(NULL, "%s: want rank 3 or more", operand_text(g, n, 0));
    Shape y = x.shape;
    if (y.dim[--y.rank] != a->block)
        return SHAPE_ERROR("block", "got %" PRId64 ", want the last dimension of %s", a->block, operand_text(g, n, 0));
    if (!dim_known(y.dim[1]) || a->channels < 1 || (a->channels + a->block - 1) / a->block != y.dim[1])
        return SHAPE_ERROR("channels", "got %" PRId64 ", which does not go with %s", a->channels, operand_text(g, n, 0));
    y.dim[1] = a->channels;
    return shape_set(g, n, 0, x.type, &y);
}

#define MOST_PAD ((int64_t)1 << 46)

typedef struct {
    Ints strides, dilations, pads;
} Windows;

/* floor((size + p0 + p1 - d*(k-1) - 1) / s) + 1 of a known size */
static bool windows(Graph *g, NodeId n, int d, Dim size, Dim k, const Windows *a, Dim *out) {
    uint32_t spatial = a->strides.n;
    if (!dim_known(size) || !dim_known(k)) return SHAPE_ERROR(NULL, "dimension %d has to be a number", d + 2);
    int64_t reach, room;
    if (__builtin_mul_overflow(a->dilations.at[d], k - 1, &reach) ||
        __builtin_add_overflow(size, a->pads.at[d], &room) ||
        __builtin_add_overflow(room, a->pads.at[d + (int)spatial], &room) || (room -= reach + 1) < 0)
        return SHAPE_ERROR("w", "dimension %d: the window is larger than the padded input", d + 2);
    *out = room / a->strides.at[d] + 1;
    return true;
}

/* Floats by floats, or bytes by i8, summed in i32 as the bias is. */
static bool factor_types(Graph *g, NodeId n, DType x, DType w, DType *sum) {
    Operand b;
    *sum = (x == DT_u8 || x == DT_i8) && w == DT_i8 ? DT_i32 : x;
    if (x != w && *sum != DT_i32)
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    if (node_in(&g->node.at[n], 2) == NO_VALUE) return true;
    if (!shape_operand(g, n, 2, &b)) return false;
    return b.type == *sum || SHAPE_ERROR("b", "%s: want %s", operand_text(g, n, 2), dtype_info[*sum].name);
}

SHAPE_FN(conv_blocked) {
    Operand x, w;
    DType sum;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &w)) return false;
    if (!factor_types(g, n, x.type, w.type, &sum)) return false;
    const Attr_ConvBlocked *a = SHAPE_ATTR(ConvBlocked);
    int spatial = w.shape.rank - 2;
    bool plain = x.shape.rank == w.shape.rank;
    if (spatial < 1 || w.shape.rank >= MAX_RANK || (!plain && x.shape.rank != w.shape.rank + 1))
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    if (!block_within(g, n, a->block) || !shape_list_attr(g, n, "strides", (uint32_t)spatial, 1, 1) ||
        !shape_list_attr(g, n, "dilations", (uint32_t)spatial, 1, 1) ||
        !shape_list_attr(g, n, "pads", 2 * (uint32_t)spatial, 0, 0))
        return false;
    a = SHAPE_ATTR(ConvBlocked);
    Dim oc = w.shape.dim[0], ic = w.shape.dim[1];
    if (!dim_known(oc) || !dim_known(ic) || oc < 1 || ic < 1 || oc % a->block)
        return SHAPE_ERROR("w", "%s: want a multiple of %" PRId64 " output channels", operand_text(g, n, 1), a->block);
    if (!shape_within(g, n, "group", a->group, 1, oc) || oc % a->group)
        return SHAPE_ERROR("group", "got %" PRId64 ", want a divisor of %" PRId64, a->group, oc);
    if (a->group > 1 && plain) return SHAPE_ERROR("group", "got %" PRId64 ", want 1 for an operand without blocks", a->group);
    Dim have = plain ? x.shape.dim[1] : x.shape.dim[1] * a->block, want = ic * a->group;
    if (!dim_known(x.shape.dim[1]) || (plain ? have != want : have < want || have >= want + a->block) ||
        (!plain && x.shape.dim[x.shape.rank - 1] != a->block))
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    Shape bias = {.rank = 1, .dim = {oc}}, y = {.rank = (int8_t)(w.shape.rank + 1)};
    y.dim[0] = x.shape.dim[0];
    y.dim[1] = oc / a->block;
    y.dim[w.shape.rank] = a->block;
    for (int d = 0; d < spatial; d++)
        if (!windows(g, n, d, x.shape.dim[d + 2], w.shape.dim[d + 2], &(Windows){a->strides, a->dilations, a->pads}, &y.dim[d + 2]))
            return false;
    Operand b;
    if (node_in(&g->node.at[n], 2) != NO_VALUE && shape_operand(g, n, 2, &b) && b.shape.rank > 1) { /* one a class */
        for (int d = 0; d < spatial; d++) bias.dim[d] = border_of(a, w.shape.dim[d + 2], d, x.shape.dim[d + 2], y.dim[d + 2]).classes;
        bias.dim[spatial] = oc;
        bias.rank = (int8_t)(spatial + 1);
    }
    return shape_want(g, n, 2, &bias) && shape_set(g, n, 0, sum, &y);
}

SHAPE_FN(conv_transpose_blocked) {
    Operand x, u;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &u) || !shape_same_types(g, n, 0, 2)) return false;
    const Attr_ConvTransposeBlocked *a = SHAPE_ATTR(ConvTransposeBlocked);
    int spatial = u.shape.rank - 3;
    if (spatial < 1 || x.shape.rank != u.shape.rank)
        return SHAPE_ERROR("u", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    if (!block_within(g, n, a->block) || !shape_list_attr(g, n, "strides", (uint32_t)spatial, 1, 1) ||
        !shape_list_attr(g, n, "kernel_shape", (uint32_t)spatial, 0, 1) ||
        !shape_list_attr(g, n, "pads", (uint32_t)spatial, 0, -MOST_PAD) ||
        !shape_list_attr(g, n, "output_shape", (uint32_t)spatial, 1, 1))
        return false;
    a = SHAPE_ATTR(ConvTransposeBlocked);
    Dim phases = u.shape.dim[0], oc = u.shape.dim[1], ic = u.shape.dim[2];
    if (!dim_known(oc) || !dim_known(ic) || oc < 1 || ic < 1 || oc % a->block)
        return SHAPE_ERROR("u", "%s: want a multiple of %" PRId64 " output channels", operand_text(g, n, 1), a->block);
    if (!dim_known(x.shape.dim[1]) || x.shape.dim[1] != (ic + a->block - 1) / a->block ||
        x.shape.dim[x.shape.rank - 1] != a->block || !size_product(a->strides.at, spatial, &oc) || phases != oc)
        return SHAPE_ERROR("u", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    Shape bias = {.rank = 1, .dim = {u.shape.dim[1]}}, y = x.shape;
    y.dim[1] = u.shape.dim[1] / a->block;
    for (int d = 0; d < spatial; d++) {
        y.dim[d + 2] = a->output_shape.at[d];
        if ((a->kernel_shape.at[d] - 1) / a->strides.at[d] + 1 != u.shape.dim[d + 3])
            return SHAPE_ERROR("kernel_shape", "got %" PRId64 ", which does not go with the taps of %s", a->kernel_shape.at[d],
                               operand_text(g, n, 1));
        if (y.dim[d + 2] % a->strides.at[d] || a->pads.at[d] > MOST_PAD)
            return SHAPE_ERROR("output_shape", "dimension %d: want a multiple of its stride", d + 2);
    }
    return shape_want(g, n, 2, &bias) && shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(conv_winograd) {
    Operand x, u;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &u) || !shape_same_types(g, n, 0, 2)) return false;
    const Attr_ConvWinograd *a = SHAPE_ATTR(ConvWinograd);
    if (!block_within(g, n, a->block) || !shape_list_attr(g, n, "pads", 4, 0, 0)) return false;
    a = SHAPE_ATTR(ConvWinograd);
    if (a->tile != 2 && a->tile != 4) return SHAPE_ERROR("tile", "got %" PRId64 ", want 2 or 4", a->tile);
    Dim ic = u.shape.rank == 4 ? u.shape.dim[2] : DIM_BAD, oc = u.shape.rank == 4 ? u.shape.dim[3] : DIM_BAD;
    if (!dim_known(ic) || !dim_known(oc) || ic < 1 || oc < 1 || oc % a->block || u.shape.dim[0] != a->tile + 2 ||
        u.shape.dim[1] != a->tile + 2)
        return SHAPE_ERROR("u", "%s: want [%" PRId64 ",%" PRId64 ",ic,oc], oc in whole blocks", operand_text(g, n, 1),
                           a->tile + 2, a->tile + 2);
    if (x.shape.rank != 5 || !shape_known(&x.shape) || x.shape.dim[4] != a->block ||
        x.shape.dim[1] != (ic + a->block - 1) / a->block)
        return SHAPE_ERROR("u", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    Shape bias = {.rank = 1, .dim = {oc}}, y = x.shape;
    y.dim[1] = oc / a->block;
    for (int d = 0; d < 2; d++) {
        int64_t size = 0;
        if (__builtin_add_overflow(x.shape.dim[d + 2], a->pads.at[d], &size) ||
            __builtin_add_overflow(size, a->pads.at[d + 2], &size) || size < 3)
            return SHAPE_ERROR("pads", "dimension %d: the window is larger than the padded input", d + 2);
        y.dim[d + 2] = size - 2;
    }
    return shape_want(g, n, 2, &bias) && shape_set(g, n, 0, x.type, &y);
}

/* Operands of a convolution of bytes with its channels last, and its result's sizes in y from dimension 1 on. channels: the
 * dimension of w that tells those of the result, -1: the last one. */
static bool bytes_windows(Graph *g, NodeId n, int channels, Operand *x, Operand *w, Operand *b, Shape *y) {
    const Attr_ConvBytes *a;
    if (!shape_operand(g, n, 0, x) || !shape_operand(g, n, 1, w)) return false;
    if ((x->type != DT_u8 && x->type != DT_i8) || w->type != DT_i8)
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    int spatial = x->shape.rank - 2;
    if (spatial < 1 || w->shape.rank < 1 || !shape_known(&x->shape) || !shape_known(&w->shape))
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    if (node_in(&g->node.at[n], 2) != NO_VALUE && (!shape_operand(g, n, 2, b) || b->type != DT_i32))
        return SHAPE_ERROR("b", "%s: want i32", operand_text(g, n, 2));
    if (!shape_list_attr(g, n, "strides", (uint32_t)spatial, 1, 1) || !shape_list_attr(g, n, "dilations", (uint32_t)spatial, 1, 1) ||
        !shape_list_attr(g, n, "pads", 2 * (uint32_t)spatial, 0, 0) || !shape_list_attr(g, n, "kernel_shape", (uint32_t)spatial, 0, 1))
        return false;
    a = SHAPE_ATTR(ConvBytes);
    if (!shape_within(g, n, "x_zero", a->x_zero, -128, 255)) return false;
    if (!shape_within(g, n, "narrow", a->narrow, 0, 1)) return false;
    Shape bias = {.rank = 1, .dim = {w->shape.dim[channels < 0 ? w->shape.rank - 1 : channels]}};
    for (int d = 0; d < spatial; d++)
        if (!windows(g, n, d, x->shape.dim[d + 1], a->kernel_shape.at[d], &(Windows){a->strides, a->dilations, a->pads}, &y->dim[d + 1]))
            return false;
    y->dim[0] = x->shape.dim[0];
    y->rank = (int8_t)(spatial + 2);
    y->dim[spatial + 1] = bias.dim[0];
    return shape_want(g, n, 2, &bias);
}

SHAPE_FN(conv_patches) {
    Operand x, w, b;
    Shape y = {0};
    int64_t pixels, taps, depth;
    if (!bytes_windows(g, n, 0, &x, &w, &b, &y)) return false;
    const Attr_ConvBytes *a = SHAPE_ATTR(ConvBytes);
    int64_t row = a->kernel_shape.at[a->kernel_shape.n - 1], needs;
    if (!size_product(a->kernel_shape.at, (int)a->kernel_shape.n, &taps) || !size_mul(row, x.shape.dim[x.shape.rank - 1], &needs))
        return SHAPE_ERROR(NULL, "the kernel is too large");
    if (a->row && !shape_within(g, n, "row", a->row, needs, needs + 1)) return false;
    if (!size_mul(taps / row, a->row ? a->row : needs, &depth) || w.shape.rank != 2 || w.shape.dim[1] < depth || w.shape.dim[1] >= depth + 8)
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    if (!size_product(y.dim + 1, y.rank - 2, &pixels)) return SHAPE_ERROR(NULL, "the result is too large");
    if (!shape_within(g, n, "together", a->together, 1, pixels)) return false;
    if (a->narrow && (x.type != DT_i8 || w.shape.dim[1] != depth || !shape_within(g, n, "x_zero", a->x_zero, -128, 127)))
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    Shape grouped = {.rank = 4, .dim = {y.dim[0], (pixels + a->together - 1) / a->together, a->together, w.shape.dim[0]}};
    return shape_set(g, n, 0, DT_i32, &grouped);
}

SHAPE_FN(conv_planes) {
    Operand x, w, b;
    Shape y = {0};
    if (!bytes_windows(g, n, 0, &x, &w, &b, &y)) return false;
    const Attr_ConvBytes *a = SHAPE_ATTR(ConvBytes);
    bool fits = x.shape.dim[x.shape.rank - 1] == w.shape.dim[0] && w.shape.rank == x.shape.rank - 1;
    for (int d = 1; fits && d < w.shape.rank; d++) fits = w.shape.dim[d] == a->kernel_shape.at[d - 1];
    if (!fits)
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    return shape_set(g, n, 0, DT_i32, &y);
}

SHAPE_FN(conv_windows) {
    Operand x, w, b;
    Shape y = {0};
    if (!bytes_windows(g, n, -1, &x, &w, &b, &y)) return false;
    const Attr_ConvBytes *a = SHAPE_ATTR(ConvBytes);
    int last = w.shape.rank - 1;
    bool fits = last == x.shape.rank - 2 && x.shape.dim[last + 1] == w.shape.dim[last];
    for (int d = 0; fits && d < last; d++) fits = w.shape.dim[d] == a->kernel_shape.at[d];
    if (!fits)
        return SHAPE_ERROR("w", "%s does not go with %s", operand_text(g, n, 1), operand_text(g, n, 0));
    return shape_set(g, n, 0, DT_i32, &y);
}
