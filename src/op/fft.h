/* Fourier transforms as passes: shared by build_signal.c, which reads and writes, and fft.c, which makes the passes. */
#ifndef TENON_OP_FFT_H
#define TENON_OP_FFT_H
#include "op/build.h"

#define FFT_FACTORS 32

/* NO_EXPR: 0. */
typedef struct {
    ExprId re, im;
} Complex;

typedef struct Fft Fft;
struct Fft {
    const NestBuild *b;
    Nest *n;
    DType t; /* that is computed in */
    int64_t length;
    bool inverse;
    bool real;      /* the result has no imaginary part */
    int axis, rank; /* of the result, its last dimension (parts) not counted */
    double scale;   /* of the result */
    Complex (*element)(const Fft *f, const ExprId *at, ExprId n); /* of the sequence that is transformed */
    int nfactor;
    int64_t factor[FFT_FACTORS];
    BufId re[2], im[2]; /* what the passes hand over: [.., length, ..] */
};

/* Multiply-adds an element of the result, about: the sum of the length's factors. */
int64_t fft_terms(int64_t length);
/* The result's buffer is the node's first, [.., k, .., part]; k may end early. */
bool fft_build(Fft *f);

static inline ExprId fft_add(const Fft *f, ExprId x, ExprId y) {
    return x == NO_EXPR ? y : y == NO_EXPR ? x : x_fn2(f->n, FN_add, x, y);
}
static inline ExprId fft_sub(const Fft *f, ExprId x, ExprId y) {
    return y == NO_EXPR ? x : x == NO_EXPR ? x_fn1(f->n, FN_neg, y) : x_fn2(f->n, FN_sub, x, y);
}
static inline ExprId fft_mul(const Fft *f, ExprId x, ExprId y) {
    return x == NO_EXPR || y == NO_EXPR ? NO_EXPR : x_fn2(f->n, FN_mul, x, y);
}

/* x[0..radix) becomes its transform; false: there is no formula for the radix (fft_radix.c). */
bool fft_has_radix(int64_t radix);
void fft_radix(const Fft *f, int64_t radix, Complex *x);
/* x * (re + i im), or times its conjugate. */
Complex fft_turn(const Fft *f, Complex x, ExprId re, ExprId im, bool conjugate);
#endif
