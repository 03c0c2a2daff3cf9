/* Shapes of convolutions, pooling and matrix products. */
#include "base/size.h"
#include "op/shape.h"
#include <inttypes.h>

/* One dimension of windows: `size` elements, kernel k, stride s, dilation d, padding p0 + p1. */
typedef struct {
    Dim size;
    int64_t k, s, d, p0, p1;
    bool ceil;
} Window;

/* floor or ceil((size + p0 + p1 - d*(k-1) - 1) / s) + 1. With ceil the last window has to start inside the input or
 * the padding before it (ONNX AveragePool/MaxPool, ceil_mode). */
static bool window_count(Graph *g, NodeId n, const char *field, int axis, const Window *w, Dim *out) {
    SymTable *t = g->sym;
    int64_t reach;
    if (!size_mul(w->d, w->k - 1, &reach) || reach > INT64_MAX - 1)
        return SHAPE_ERROR(field, "kernel %" PRId64 " times dilation %" PRId64 " overflows", w->k, w->d);
    DimX padded = dimx_add(t, dimx_add(t, dimx(w->size), dimx_number(w->p0)), dimx_number(w->p1));
    DimX room = dimx_sub(t, padded, dimx_number(reach + 1));
    if (!dimx_bad(room) && room.is_number && (w->ceil ? room.number <= -w->s : room.number < 0))
        return SHAPE_ERROR(field,
                           "dimension %d: the window spans %" PRId64 " elements, the padded input has only %" PRId64,
                           axis, reach + 1, padded.number);
    DimX step = dimx_number(w->s), one = dimx_number(1);
    if (w->ceil) room = dimx_add(t, room, dimx_number(w->s - 1));
    DimX count = dimx_add(t, dimx_floordiv(t, room, step), one);
    if (w->ceil) {
        DimX before = dimx_sub(t, dimx_add(t, dimx(w->size), dimx_number(w->p0)), one);
        count = dimx_min(t, count, dimx_add(t, dimx_floordiv(t, before, step), one));
    }
    return shape_dim(g, n, field, count, out);
}

static bool window_lists(Graph *g, NodeId n, uint32_t spatial, int64_t least_pad) {
    return shape_list_attr(g, n, "strides", spatial, 1, 1) && shape_list_attr(g, n, "dilations", spatial, 1, 1) &&
           shape_list_attr(g, n, "pads", 2 * spatial, 0, least_pad);
}

/* x [n, c, spatial...], w of the same rank with numbers as spatial dims, group > 0. */
static bool conv_operands(Graph *g, NodeId n, int64_t group, Operand *x, Operand *w) {
    if (!shape_operand(g, n, 0, x) || !shape_operand(g, n, 1, w)) return false;
    if (g->node.at[n].op != OP_ConvInteger && !shape_same_types(g, n, 0, 2)) return false;
    if (x->shape.rank < 3) return SHAPE_ERROR(NULL, "%s: want rank 3 or more", operand_text(g, n, 0));
    if (w->shape.rank != x->shape.rank)
        return SHAPE_ERROR("w", "%s: want rank %d, as x", operand_text(g, n, 1), x->shape.rank);
    for (int i = 0; i < w->shape.rank; i++) {
        if (!dim_known(w->shape.dim[i]))
            return SHAPE_ERROR("w", "%s: dimension %d has to be a number", operand_text(g, n, 1), i);
        if (w->shape.dim[i] == 0)
            return SHAPE_ERROR("w", "%s: dimension %d is 0, want at least 1", operand_text(g, n, 1), i);
    }
    return shape_within(g, n, "group", group, 1, INT64_MAX);
}

/* The result's shape; attributes are completed. */
static bool conv_shape(Graph *g, NodeId n, DType *type, Shape *y) {
    Operand x, w;
    int64_t group = SHAPE_ATTR(Conv)->group;
    if (!conv_operands(g, n, group, &x, &w)) return false;
    int spatial = x.shape.rank - 2;
    Dim in = x.shape.dim[1], out = w.shape.dim[0];
    if (out % group != 0)
        return SHAPE_ERROR("group", "got %" PRId64 ", want a divisor of the %" PRId64 " output channels", group, out);
    if (dim_known(in) && in % group != 0)
        return SHAPE_ERROR("group", "got %" PRId64 ", want a divisor of the %" PRId64 " input channels", group, in);
    if (dim_known(in) && in / group != w.shape.dim[1])
        return SHAPE_ERROR(
            "w", "%s: dimension 1 is %" PRId64 ", want %" PRId64 " (%" PRId64 " input channels in %" PRId64 " groups)",
            operand_text(g, n, 1), w.shape.dim[1], in / group, in, group);
    if (!window_lists(g, n, (uint32_t)spatial, 0)) return false;
    const Attr_Conv *at = SHAPE_ATTR(Conv);
    *type = x.type;
    *y = (Shape){.rank = x.shape.rank, .dim = {x.shape.dim[0], out}};
    for (int i = 0; i < spatial; i++) {
        Window win = {x.shape.dim[i + 2],
                      w.shape.dim[i + 2],
                      at->strides.at[i],
                      at->dilations.at[i],
                      at->pads.at[i],
                      at->pads.at[i + spatial],
                      false};
        if (!window_count(g, n, "w", i + 2, &win, &y->dim[i + 2])) return false;
    }
    return true;
}

SHAPE_FN(conv) {
    DType type;
    Shape y;
    if (!conv_shape(g, n, &type, &y)) return false;
    Shape bias = {.rank = 1, .dim = {y.dim[1]}};
    return shape_want(g, n, 2, &bias) && shape_set(g, n, 0, type, &y);
}

/* Zero points are integers: one of x, one or one a channel of w. */
SHAPE_FN(conv_integer) {
    DType type;
    Shape y;
    if (!conv_shape(g, n, &type, &y)) return false;
    for (unsigned i = 1; i < 4; i++)
        if (!shape_want_ints(g, n, i)) return false;
    for (unsigned i = 2; i < 4; i++) {
        Operand zero;
        if (node_in(&g->node.at[n], i) == NO_VALUE) continue;
        if (!shape_operand(g, n, i, &zero)) return false;
        bool each = i == 3 && zero.shape.rank == 1 && !dims_clash(g, zero.shape.dim[0], y.dim[1]);
        if (!each && shape_count(&zero.shape) != 1)
            return SHAPE_ERROR(NULL, "%s: want one element%s", operand_text(g, n, i),
                               i == 3 ? ", or one a channel" : "");
    }
    return shape_set(g, n, 0, DT_i32, &y);
}

SHAPE_FN(conv_transpose) {
    Operand x, w;
    int64_t group = SHAPE_ATTR(ConvTranspose)->group, out;
    if (!conv_operands(g, n, group, &x, &w)) return false;
    int spatial = x.shape.rank - 2;
    Dim in = w.shape.dim[0];
    if (in % group != 0)
        return SHAPE_ERROR("group", "got %" PRId64 ", want a divisor of the %" PRId64 " input channels", group, in);
    if (dims_clash(g, x.shape.dim[1], in))
        return SHAPE_ERROR("w", "%s: dimension 0 is %" PRId64 ", want the %s input channels", operand_text(g, n, 1), in,
                           dim_text(g, x.shape.dim[1]));
    if (!size_mul(w.shape.dim[1], group, &out)) return SHAPE_ERROR("group", "the output channels overflow");
    Shape bias = {.rank = 1, .dim = {out}};
    if (!shape_want(g, n, 2, &bias) || !window_lists(g, n, (uint32_t)spatial, -((int64_t)1 << 46)) ||
        !shape_list_attr(g, n, "output_padding", (uint32_t)spatial, 0, 0))
        return false;
    const Attr_ConvTranspose *at = SHAPE_ATTR(ConvTranspose);
    SymTable *t = g->sym;
    Shape y = {.rank = x.shape.rank, .dim = {x.shape.dim[0], out}};
    for (int i = 0; i < spatial; i++) {
        int64_t reach;
        if (!size_mul(at->dilations.at[i], w.shape.dim[i + 2] - 1, &reach) || reach == INT64_MAX)
            return SHAPE_ERROR("dilations", "kernel times dilation overflows");
        DimX span = dimx_mul(t, dimx_sub(t, dimx(x.shape.dim[i + 2]), dimx_number(1)), dimx_number(at->strides.at[i]));
        DimX pads = dimx_add(t, dimx_number(at->pads.at[i]), dimx_number(at->pads.at[i + spatial]));
        DimX size = dimx_add(t, dimx_sub(t, span, pads), dimx_number(reach + 1));
        if (!shape_dim(g, n, "pads", dimx_add(t, size, dimx_number(at->output_padding.at[i])), &y.dim[i + 2]))
            return false;
    }
    return shape_set(g, n, 0, x.type, &y);
}

/* The result's shape; completes and checks the attributes. */
static bool pool_shape(Graph *g, NodeId n, Operand *operand, Shape *result) {
    Operand x;
    if (!shape_operand(g, n, 0, &x)) return false;
    if (x.shape.rank < 3) return SHAPE_ERROR(NULL, "%s: want rank 3 or more", operand_text(g, n, 0));
    int spatial = x.shape.rank - 2;
    if (SHAPE_ATTR(Pool)->kernel_shape.n == 0) return SHAPE_ERROR("kernel_shape", "missing, want %d entries", spatial);
    if (!shape_list_attr(g, n, "kernel_shape", (uint32_t)spatial, 1, 1) || !window_lists(g, n, (uint32_t)spatial, 0))
        return false;
    const Attr_Pool *at = SHAPE_ATTR(Pool);
    if (!shape_within(g, n, "ceil_mode", at->ceil_mode, 0, 1) ||
        !shape_within(g, n, "count_include_pad", at->count_include_pad, 0, 1) ||
        !shape_within(g, n, "storage_order", at->storage_order, 0, 1) || !shape_within(g, n, "p", at->p, 1, INT64_MAX))
        return false;
    Shape y = {.rank = x.shape.rank, .dim = {x.shape.dim[0], x.shape.dim[1]}};
    for (int i = 0; i < spatial; i++) {
        Window win = {x.shape.dim[i + 2], at->kernel_shape.at[i],   at->strides.at[i], at->dilations.at[i],
                      at->pads.at[i],     at->pads.at[i + spatial], at->ceil_mode != 0};
        if (!window_count(g, n, "kernel_shape", i + 2, &win, &y.dim[i + 2])) return false;
        /* a window of padding alone has no largest or mean element */
        int64_t most = win.d * (win.k - 1);
        if (win.p0 > most || win.p1 > most)
            return SHAPE_ERROR("pads",
                               "got %" PRId64 " and %" PRId64 " at dimension %d, want less than the window's %" PRId64
                               " elements",
                               win.p0, win.p1, i + 2, most + 1);
    }
    *operand = x, *result = y;
    return true;
}

SHAPE_FN(pool) {
    Operand x;
    Shape y;
    return pool_shape(g, n, &x, &y) && shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(max_roi_pool) {
    Operand x, rois;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &rois) || !shape_same_types(g, n, 0, 1)) return false;
    const Attr_RoiPool *at = SHAPE_ATTR(RoiPool);
    if (x.shape.rank != 4) return SHAPE_ERROR(NULL, "%s: want rank 4", operand_text(g, n, 0));
    if (rois.shape.rank != 2 || (dim_known(rois.shape.dim[1]) && rois.shape.dim[1] != 5))
        return SHAPE_ERROR(NULL, "%s: want 5 numbers for each region", operand_text(g, n, 1));
    if (at->pooled_shape.n != 2 || at->pooled_shape.at[0] < 1 || at->pooled_shape.at[1] < 1)
        return SHAPE_ERROR("pooled_shape", "want 2 entries, 1 or more");
    if (!(at->spatial_scale > 0)) return SHAPE_ERROR("spatial_scale", "got %g, want more than 0", at->spatial_scale);
    if (x.shape.dim[0] == 0 || x.shape.dim[2] == 0 || x.shape.dim[3] == 0)
        return SHAPE_ERROR(NULL, "%s: there is no element to pool", operand_text(g, n, 0));
    Shape y = {4, {rois.shape.dim[0], x.shape.dim[1], at->pooled_shape.at[0], at->pooled_shape.at[1]}};
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(pool_indices) {
    Operand x;
    Shape y;
    return pool_shape(g, n, &x, &y) && shape_same_types(g, n, 0, 1) && shape_want(g, n, 1, &y) &&
           shape_set(g, n, 0, DT_i64, &y);
}

static bool matmul_shape(Graph *g, NodeId n, DType type) {
    Operand a, b;
    if (!shape_operand(g, n, 0, &a) || !shape_operand(g, n, 1, &b)) return false;
    if (a.shape.rank < 1 || b.shape.rank < 1)
        return SHAPE_ERROR(NULL, "%s: want rank 1 or more", operand_text(g, n, a.shape.rank < 1 ? 0 : 1));
    Dim ka = a.shape.dim[a.shape.rank - 1], kb = b.shape.dim[b.shape.rank < 2 ? 0 : b.shape.rank - 2];
    if (dims_clash(g, ka, kb))
        return SHAPE_ERROR(NULL, "inner dimensions differ: %s of a %s, %s of b %s", dim_text(g, ka),
                           shape_text(g, &a.shape), dim_text(g, kb), shape_text(g, &b.shape));
    Shape batch_a = a.shape, batch_b = b.shape, y;
    batch_a.rank = (int8_t)(a.shape.rank > 2 ? a.shape.rank - 2 : 0);
    batch_b.rank = (int8_t)(b.shape.rank > 2 ? b.shape.rank - 2 : 0);
    if (!shape_broadcast(g, n, &batch_a, &batch_b, &y)) return false;
    if (a.shape.rank > 1) y.dim[y.rank++] = a.shape.dim[a.shape.rank - 2];
    if (b.shape.rank > 1) y.dim[y.rank++] = b.shape.dim[b.shape.rank - 1];
    return shape_set(g, n, 0, type == DT_none ? a.type : type, &y);
}

SHAPE_FN(matmul) {
    return shape_same_types(g, n, 0, 1) && matmul_shape(g, n, DT_none);
}

/* Zero points are broadcast to the operands. */
SHAPE_FN(matmul_integer) {
    for (unsigned i = 1; i < 4; i++)
        if (!shape_want_ints(g, n, i)) return false;
    if (!matmul_shape(g, n, DT_i32)) return false;
    for (unsigned i = 2; i < 4; i++) {
        Operand x, zero;
        if (node_in(&g->node.at[n], i) == NO_VALUE) continue;
        if (!shape_operand(g, n, i - 2, &x) || !shape_operand(g, n, i, &zero) ||
            !shape_broadcast_into(g, n, i, &x.shape, &zero.shape))
            return false;
    }
    return true;
}

/* q [.., m, k], k [.., k, n], v [.., n, d], mask broadcast to [.., m, n]: numbers all, what fuse_attention makes. */
SHAPE_FN(attention) {
    Operand x[3];
    Shape y, mask, all;
    for (unsigned i = 0; i < 3; i++) {
        if (!shape_operand(g, n, i, &x[i])) return false;
        if (x[i].shape.rank < 2 || x[i].shape.rank > MAX_RANK - 1 || x[i].shape.rank != x[0].shape.rank || !shape_known(&x[i].shape))
            return SHAPE_ERROR(NULL, "%s: want numbers, and rank 2 to %d as the other operands", operand_text(g, n, i), MAX_RANK - 1);
    }
    int r = x[0].shape.rank - 2;
    if (!shape_same_types(g, n, 0, 3) || !shape_within(g, n, "block", SHAPE_ATTR(Attention)->block, 1, 4096)) return false;
    if (x[0].shape.dim[r + 1] != x[1].shape.dim[r] || x[1].shape.dim[r + 1] != x[2].shape.dim[r])
        return SHAPE_ERROR(NULL, "%s, %s and %s do not go together", operand_text(g, n, 0), operand_text(g, n, 1), operand_text(g, n, 2));
    for (int i = 0; i < 3; i++) x[i].shape.rank = (int8_t)r;
    if (!shape_broadcast(g, n, &x[0].shape, &x[1].shape, &all) || !shape_broadcast(g, n, &all, &x[2].shape, &y)) return false;
    mask = y;
    mask.dim[r] = y.dim[r] = x[0].shape.dim[r];
    mask.dim[r + 1] = x[1].shape.dim[r + 1];
    y.dim[r + 1] = x[2].shape.dim[r + 1];
    mask.rank = y.rank = (int8_t)(r + 2);
    if (g->node.at[n].nin > 3 && g->node.at[n].in[3] != NO_VALUE) {
        Operand m;
        if (!shape_operand(g, n, 3, &m) || !shape_broadcast(g, n, &m.shape, &mask, &all)) return false;
        if (!shape_equal(&all, &mask)) return SHAPE_ERROR(NULL, "%s is no mask of the scores", operand_text(g, n, 3));
    }
    return shape_set(g, n, 0, x[0].type, &y);
}

SHAPE_FN(gemm) {
    Operand a, b, c;
    const Attr_Gemm *at = SHAPE_ATTR(Gemm);
    if (!shape_operand(g, n, 0, &a) || !shape_operand(g, n, 1, &b) || !shape_same_types(g, n, 0, 2) ||
        !shape_within(g, n, "transA", at->transA, 0, 1) || !shape_within(g, n, "transB", at->transB, 0, 1))
        return false;
    if (a.shape.rank != 2 || b.shape.rank != 2)
        return SHAPE_ERROR(NULL, "%s: want rank 2", operand_text(g, n, a.shape.rank != 2 ? 0 : 1));
    Dim ka = a.shape.dim[at->transA ? 0 : 1], kb = b.shape.dim[at->transB ? 1 : 0];
    if (dims_clash(g, ka, kb))
        return SHAPE_ERROR(NULL, "inner dimensions differ: %s of a %s (transA=%d), %s of b %s (transB=%d)",
                           dim_text(g, ka), shape_text(g, &a.shape), (int)at->transA, dim_text(g, kb),
                           shape_text(g, &b.shape), (int)at->transB);
    Shape y = {.rank = 2, .dim = {a.shape.dim[at->transA ? 1 : 0], b.shape.dim[at->transB ? 0 : 1]}};
    if (node_in(&g->node.at[n], 2) != NO_VALUE &&
        (!shape_operand(g, n, 2, &c) || !shape_broadcast_into(g, n, 2, &y, &c.shape)))
        return false;
    return shape_set(g, n, 0, a.type, &y);
}
