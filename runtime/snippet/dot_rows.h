#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* The same for n from 16 * V - 15 to 16 * V: x stays in registers while the rows go by, two at a time. Lanes behind the last number are
 * 0. */
#define DOT_ROWS(V, UNROLLED) \
    static inline void dot_rows_##V(int32_t *sum, const int32_t *start, const int8_t *x, const int8_t *w, int n, int rows) { \
        const bool all = n == 16 * V; \
        const mve_pred16_t p = vctp8q((uint32_t)(n - 16 * V + 16)); \
        const int8x16_t last = all ? vldrbq_s8(x + 16 * V - 16) : vldrbq_z_s8(x + 16 * V - 16, p); \
        int8x16_t v[4]; \
        for (int i = 0; i + 1 < V; i++) v[i] = vldrbq_s8(x + 16 * i); \
        _Pragma(UNROLLED) \
        for (int c = rows / 2; c > 0; c--, w += 2 * n) { \
            int32_t a = *start++, b = *start++; \
            for (int i = 0; i + 1 < V; i++) a = vmladavaq_s8(a, v[i], vldrbq_s8(w + 16 * i)); \
            a = vmladavaq_s8(a, last, all ? vldrbq_s8(w + 16 * V - 16) : vldrbq_z_s8(w + 16 * V - 16, p)); \
            for (int i = 0; i + 1 < V; i++) b = vmladavaq_s8(b, v[i], vldrbq_s8(w + n + 16 * i)); \
            b = vmladavaq_s8(b, last, all ? vldrbq_s8(w + n + 16 * V - 16) : vldrbq_z_s8(w + n + 16 * V - 16, p)); \
            *sum++ = a; \
            *sum++ = b; \
        } \
        if (rows % 2) { \
            int32_t a = *start; \
            for (int i = 0; i + 1 < V; i++) a = vmladavaq_s8(a, v[i], vldrbq_s8(w + 16 * i)); \
            *sum = vmladavaq_s8(a, last, all ? vldrbq_s8(w + 16 * V - 16) : vldrbq_z_s8(w + 16 * V - 16, p)); \
        } \
    }
DOT_ROWS(1, "GCC unroll 8")
DOT_ROWS(2, "GCC unroll 4")
DOT_ROWS(3, "GCC unroll 1")
DOT_ROWS(4, "GCC unroll 1")
#undef DOT_ROWS

/* The same for any n: four rows share what is loaded of x. */
static inline void dot_rows_long(int32_t *sum, const int32_t *start, const int8_t *x, const int8_t *w, int n, int rows) {
    const mve_pred16_t p = vctp8q((uint32_t)n % 16);
#pragma GCC unroll 1
    for (int c = rows / 4; c > 0; c--, w += 4 * n, start += 4, sum += 4) {
        const int8_t *a = x, *w0 = w, *w1 = w + n, *w2 = w + 2 * n, *w3 = w + 3 * n;
        int32_t s0 = start[0], s1 = start[1], s2 = start[2], s3 = start[3];
        for (int i = n / 16; i > 0; i--, a += 16, w0 += 16, w1 += 16, w2 += 16, w3 += 16) {
            const int8x16_t v = vldrbq_s8(a);
            s0 = vmladavaq_s8(s0, v, vldrbq_s8(w0));
            s1 = vmladavaq_s8(s1, v, vldrbq_s8(w1));
            s2 = vmladavaq_s8(s2, v, vldrbq_s8(w2));
            s3 = vmladavaq_s8(s3, v, vldrbq_s8(w3));
        }
        if (n % 16) {
            const int8x16_t v = vldrbq_z_s8(a, p);
            s0 = vmladavaq_s8(s0, v, vldrbq_z_s8(w0, p));
            s1 = vmladavaq_s8(s1, v, vldrbq_z_s8(w1, p));
            s2 = vmladavaq_s8(s2, v, vldrbq_z_s8(w2, p));
            s3 = vmladavaq_s8(s3, v, vldrbq_z_s8(w3, p));
        }
        sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
    }
    for (int c = rows % 4; c > 0; c--, w += n) {
        int32_t s = *start++;
        int i = 0;
        for (; i + 16 <= n; i += 16) s = vmladavaq_s8(s, vldrbq_s8(x + i), vldrbq_s8(w + i));
        if (n % 16) s = vmladavaq_s8(s, vldrbq_z_s8(x + i, p), vldrbq_z_s8(w + i, p));
        *sum++ = s;
    }
}
#endif
/* sum[c] = start[c] + x times row c of w: n products each, the rows of w behind each other. */
static inline void dot_rows(int32_t *sum, const int32_t *start, const int8_t *x, const int8_t *w, int n, int rows) {
#if defined(__ARM_FEATURE_MVE)
    if (n > 64) dot_rows_long(sum, start, x, w, n, rows);
    else if (n > 48) dot_rows_4(sum, start, x, w, n, rows);
    else if (n > 32) dot_rows_3(sum, start, x, w, n, rows);
    else if (n > 16) dot_rows_2(sum, start, x, w, n, rows);
    else dot_rows_1(sum, start, x, w, n, rows);
#else
    for (int c = 0; c < rows; c++, w += n) {
        int32_t s = start[c];
        for (int i = 0; i < n; i++) s += x[i] * w[i];
        sum[c] = s;
    }
#endif
}
