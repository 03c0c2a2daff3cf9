/* Transforms of a few points: formulas that share what sums of pairs have in common (Singleton 1969;
 * Temperton 1983). The order of the operations is FFTPACK's, that of the common libraries: they agree bit for bit. */
#include "op/fft.h"
#include <math.h>

#define MOST_ODD 13

bool fft_has_radix(int64_t radix) {
    return radix == 2 || radix == 4 || radix == 8 || (radix % 2 && radix > 1 && radix <= MOST_ODD);
}

static Complex add(const Fft *f, Complex x, Complex y) {
    return (Complex){fft_add(f, x.re, y.re), fft_add(f, x.im, y.im)};
}
static Complex sub(const Fft *f, Complex x, Complex y) {
    return (Complex){fft_sub(f, x.re, y.re), fft_sub(f, x.im, y.im)};
}
static ExprId number(const Fft *f, double v) {
    return x_real(f->n, f->t, v);
}
static ExprId neg(const Fft *f, ExprId x) {
    return fft_sub(f, NO_EXPR, x);
}

/* x and y become x + y and x - y. */
static void pair(const Fft *f, Complex *x, Complex *y) {
    Complex sum = add(f, *x, *y);
    *y = sub(f, *x, *y);
    *x = sum;
}

Complex fft_turn(const Fft *f, Complex x, ExprId re, ExprId im, bool conjugate) {
    ExprId a = fft_mul(f, x.re, re), b = fft_mul(f, x.im, im), c = fft_mul(f, x.im, re), d = fft_mul(f, x.re, im);
    if (conjugate) return (Complex){fft_add(f, a, b), fft_sub(f, c, d)};
    return (Complex){fft_sub(f, a, b), fft_add(f, d, c)};
}

/* A quarter of the circle: times i, or -i forwards. */
static Complex quarter(const Fft *f, Complex x) {
    Complex plus = {x.im == NO_EXPR ? NO_EXPR : neg(f, x.im), x.re}, minus = {x.im, x.re == NO_EXPR ? NO_EXPR : neg(f, x.re)};
    return f->inverse ? plus : minus;
}

/* An eighth. */
static Complex eighth(const Fft *f, Complex x) {
    ExprId root = number(f, 0.70710678118654752440);
    if (f->inverse)
        return (Complex){fft_mul(f, root, fft_sub(f, x.re, x.im)), fft_mul(f, root, fft_add(f, x.im, x.re))};
    return (Complex){fft_mul(f, root, fft_add(f, x.re, x.im)), fft_mul(f, root, fft_sub(f, x.im, x.re))};
}

/* Three eighths. */
static Complex three_eighths(const Fft *f, Complex x) {
    ExprId root = number(f, 0.70710678118654752440);
    if (f->inverse)
        return (Complex){fft_mul(f, root, neg(f, fft_add(f, x.re, x.im))), fft_mul(f, root, fft_sub(f, x.re, x.im))};
    return (Complex){fft_mul(f, root, fft_sub(f, x.im, x.re)), fft_mul(f, root, neg(f, fft_add(f, x.re, x.im)))};
}

static void radix4(const Fft *f, Complex *x) {
    Complex y[4] = {x[0], x[1], x[2], x[3]};
    pair(f, &y[0], &y[2]);
    pair(f, &y[1], &y[3]);
    y[3] = quarter(f, y[3]);
    x[0] = add(f, y[0], y[1]);
    x[2] = sub(f, y[0], y[1]);
    x[1] = add(f, y[2], y[3]);
    x[3] = sub(f, y[2], y[3]);
}

static void radix8(const Fft *f, Complex *x) {
    Complex y[8];
    for (int i = 0; i < 8; i++) y[i] = x[i];
    for (int i = 0; i < 4; i++) pair(f, &y[i], &y[i + 4]);
    pair(f, &y[1], &y[3]);
    y[3] = quarter(f, y[3]);
    y[7] = quarter(f, y[7]);
    pair(f, &y[5], &y[7]);
    y[5] = eighth(f, y[5]);
    y[7] = three_eighths(f, y[7]);
    pair(f, &y[0], &y[2]);
    y[6] = quarter(f, y[6]);
    pair(f, &y[4], &y[6]);
    static const int even[4] = {0, 4, 2, 6}, odd[4] = {1, 5, 3, 7};
    for (int i = 0; i < 4; i++) {
        x[i] = add(f, y[even[i]], y[odd[i]]);
        x[i + 4] = sub(f, y[even[i]], y[odd[i]]);
    }
}

/* Points j and radix - j are turned by conjugate amounts: their sums meet the cosines, their differences the sines. */
static void radix_odd(const Fft *f, int radix, Complex *x) {
    int half = radix / 2;
    Complex y[MOST_ODD];
    for (int i = 0; i < radix; i++) y[i] = x[i];
    for (int j = 1; j <= half; j++) {
        pair(f, &y[j], &y[radix - j]);
        x[0] = add(f, x[0], y[j]);
    }
    for (int k = 1; k <= half; k++) {
        Complex even = y[0], odd = {NO_EXPR, NO_EXPR};
        for (int j = 1; j <= half; j++) {
            int m = j * k % radix;
            bool below = m > half; /* the lower half of the circle */
            double angle = 2 * 3.14159265358979323846 * (below ? radix - m : m) / radix;
            ExprId c = number(f, cos(angle)), s = number(f, below == f->inverse ? -sin(angle) : sin(angle));
            even = add(f, even, (Complex){fft_mul(f, y[j].re, c), fft_mul(f, y[j].im, c)});
            odd = add(f, odd, (Complex){fft_mul(f, y[radix - j].re, s), fft_mul(f, y[radix - j].im, s)});
        }
        odd = (Complex){odd.im == NO_EXPR ? NO_EXPR : neg(f, odd.im), odd.re};
        x[k] = add(f, even, odd);
        x[radix - k] = sub(f, even, odd);
    }
}

void fft_radix(const Fft *f, int64_t radix, Complex *x) {
    if (radix == 2) pair(f, &x[0], &x[1]);
    else if (radix == 4) radix4(f, x);
    else if (radix == 8) radix8(f, x);
    else radix_odd(f, (int)radix, x);
}
