/* Shapes of Fourier transforms. */
#include "op/shape.h"
#include <inttypes.h>

#define MOST_LENGTH ((int64_t)1 << 30)

/* Real or complex: the last dimension is 1 or 2. */
static bool signal(Graph *g, NodeId n, const Operand *x, int least) {
    if (x->shape.rank < least) return SHAPE_ERROR(NULL, "%s: want rank %d or more", operand_text(g, n, 0), least);
    Dim parts = x->shape.dim[x->shape.rank - 1];
    if (!dtype_is_float(x->type)) return SHAPE_ERROR(NULL, "%s: want a floating-point type", operand_text(g, n, 0));
    return parts == 1 || parts == 2 ||
           SHAPE_ERROR(NULL, "%s: want 1 (real) or 2 (complex) as the last dimension", operand_text(g, n, 0));
}

SHAPE_FN(dft) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !signal(g, n, &x, 2) || !shape_axis_attr(g, n, "axis", x.shape.rank))
        return false;
    const Attr_DFT *a = SHAPE_ATTR(DFT);
    if (a->axis == x.shape.rank - 1)
        return SHAPE_ERROR("axis", "got the last dimension, which holds real and imaginary part");
    if (!shape_within(g, n, "inverse", a->inverse, 0, 1) || !shape_within(g, n, "onesided", a->onesided, 0, 1) ||
        !shape_within(g, n, "dft_length", a->dft_length, 0, MOST_LENGTH))
        return false;
    if (a->dft_length == 0) {
        Dim size = x.shape.dim[a->axis];
        bool half = a->inverse && a->onesided;
        if (!dim_known(size))
            return SHAPE_ERROR("dft_length", "dimension %" PRId64 " of the operand is not known", a->axis);
        Attr_DFT *own = shape_own_attr(g, n);
        own->dft_length = half ? 2 * (size - 1) : size;
        a = own;
    }
    if (!shape_within(g, n, "dft_length", a->dft_length, 1, MOST_LENGTH)) return false;
    Shape y = x.shape;
    y.dim[a->axis] = a->onesided && !a->inverse ? a->dft_length / 2 + 1 : a->dft_length;
    y.dim[y.rank - 1] = a->onesided && a->inverse ? 1 : 2;
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(stft) {
    Operand x, window;
    if (!shape_operand(g, n, 0, &x) || !signal(g, n, &x, 3)) return false;
    if (x.shape.rank != 3) return SHAPE_ERROR(NULL, "%s: want rank 3", operand_text(g, n, 0));
    const Attr_STFT *a = SHAPE_ATTR(STFT);
    bool windowed = node_in(&g->node.at[n], 1) != NO_VALUE;
    if (windowed && (!shape_operand(g, n, 1, &window) || !shape_same_types(g, n, 0, 1))) return false;
    if (windowed && (window.shape.rank != 1 || !dim_known(window.shape.dim[0])))
        return SHAPE_ERROR(NULL, "%s: want rank 1 and a known size", operand_text(g, n, 1));
    if (!shape_within(g, n, "frame_step", a->frame_step, 1, MOST_LENGTH) ||
        !shape_within(g, n, "onesided", a->onesided, 0, 1) ||
        !shape_within(g, n, "frame_length", a->frame_length, 0, MOST_LENGTH))
        return false;
    if (a->frame_length == 0) {
        Dim length = windowed ? window.shape.dim[0] : x.shape.dim[1];
        if (!dim_known(length)) return SHAPE_ERROR("frame_length", "neither it nor the signal's length is known");
        Attr_STFT *own = shape_own_attr(g, n);
        own->frame_length = length;
        a = own;
    }
    if (!shape_within(g, n, "frame_length", a->frame_length, 1, MOST_LENGTH)) return false;
    if (dim_known(x.shape.dim[1]) && x.shape.dim[1] < a->frame_length)
        return SHAPE_ERROR("frame_length", "got %" PRId64 ", the signal has only %" PRId64 " samples", a->frame_length,
                           x.shape.dim[1]);
    if (windowed && window.shape.dim[0] > a->frame_length)
        return SHAPE_ERROR("frame_length", "got %" PRId64 ", less than the window's %" PRId64, a->frame_length,
                           window.shape.dim[0]);
    Shape y = {.rank = 4, .dim = {x.shape.dim[0], 0, a->onesided ? a->frame_length / 2 + 1 : a->frame_length, 2}};
    DimX rest = dimx_sub(g->sym, dimx(x.shape.dim[1]), dimx_number(a->frame_length));
    DimX frames = dimx_add(g->sym, dimx_floordiv(g->sym, rest, dimx_number(a->frame_step)), dimx_number(1));
    return shape_dim(g, n, "frame_length", frames, &y.dim[1]) && shape_set(g, n, 0, x.type, &y);
}
