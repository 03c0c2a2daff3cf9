/* DFT and STFT: which sequences are transformed; fft.c transforms them. Forwards in f64, for the sums grow with the
 * length and what cancels out should be 0; backwards, where they are scaled down again, in f32 unless the data are f64. */
#include "op/fft.h"

static ExprId real(const Fft *f, double v) {
    return x_real(f->n, f->t, v);
}

/* Part `part` of the operand's element [at.., n], 0 beyond its axis; `limit` elements count. */
static ExprId operand(const Fft *f, const ExprId *at, int axis, ExprId n, int part, int64_t limit) {
    ExprId from[MAX_RANK];
    BufId x = bd_in(f->b, 0);
    int rank = bd_buf(f->b, x)->rank;
    if (part >= bd_buf(f->b, x)->dim[rank - 1]) return NO_EXPR;
    for (int i = 0; i < rank - 1; i++) from[i] = i == axis ? n : at[i];
    from[rank - 1] = x_index(f->n, part);
    ExprId v = x_cast(f->n, f->t, bd_load_or(f->b, x, from, 0));
    if (bd_buf(f->b, x)->dim[axis] <= limit) return v;
    return x_select(f->n, x_fn2(f->n, FN_lt, n, x_index(f->n, limit)), v, real(f, 0));
}

static Complex whole(const Fft *f, const ExprId *at, ExprId n) {
    return (Complex){operand(f, at, f->axis, n, 0, f->length), operand(f, at, f->axis, n, 1, f->length)};
}

/* The operand is half a spectrum; behind it come the conjugates, backwards. */
static Complex half(const Fft *f, const ExprId *at, ExprId n) {
    int64_t middle = f->length / 2;
    ExprId lower = x_fn2(f->n, FN_le, n, x_index(f->n, middle));
    ExprId from = x_select(f->n, lower, n, x_fn2(f->n, FN_sub, x_index(f->n, f->length), n));
    Complex v = {operand(f, at, f->axis, from, 0, middle + 1), operand(f, at, f->axis, from, 1, middle + 1)};
    if (v.im != NO_EXPR) v.im = fft_mul(f, v.im, x_select(f->n, lower, real(f, 1), real(f, -1)));
    return v;
}

bool build_DFT(NestBuild *b) {
    const Attr_DFT *a = bd_attr(b);
    Fft f = {.b = b, .n = b->nest, .length = a->dft_length, .inverse = a->inverse != 0, .axis = (int)a->axis};
    f.rank = bd_buf(b, bd_out(b, 0))->rank - 1;
    f.real = a->inverse && a->onesided;
    f.element = f.real ? half : whole;
    f.scale = a->inverse ? 1 / (double)f.length : 1;
    f.t = !a->inverse || bd_buf(b, bd_in(b, 0))->dtype == DT_f64 ? DT_f64 : DT_f32;
    return bd_rank(b, bd_in(b, 0), f.rank + 1) && fft_build(&f);
}

/* Element n of frame at[1]. */
static Complex frame(const Fft *f, const ExprId *at, ExprId n) {
    const Attr_STFT *a = bd_attr(f->b);
    BufId window = bd_in(f->b, 1);
    ExprId from = x_fn2(f->n, FN_add, bd_times(f->b, at[1], a->frame_step), n);
    Complex v = {operand(f, at, 1, from, 0, INT64_MAX), operand(f, at, 1, from, 1, INT64_MAX)};
    if (window == NO_BUF) return v;
    ExprId w = x_cast(f->n, f->t, bd_load_or(f->b, window, &n, 0));
    return (Complex){fft_mul(f, v.re, w), fft_mul(f, v.im, w)};
}

bool build_STFT(NestBuild *b) {
    const Attr_STFT *a = bd_attr(b);
    Fft f = {.b = b, .n = b->nest, .length = a->frame_length, .axis = 2, .rank = 3, .element = frame, .scale = 1};
    f.t = DT_f64;
    return bd_rank(b, bd_in(b, 0), 3) && bd_rank(b, bd_out(b, 0), 4) && fft_build(&f);
}
