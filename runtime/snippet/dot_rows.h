#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* The same for up to 16 * V numbers, the last vector as p says, rows of w lying `by` apart. */
#define DOT_ROWS(V) \
    static inline void dot_rows_##V(int32_t *sum, const int32_t *start, const int8_t *x, const int8_t *w, int by, mve_pred16_t p, bool all, int rows) { \
        const int8x16_t last = all ? vldrbq_s8(x + 16 * V - 16) : vldrbq_z_s8(x + 16 * V - 16, p); \
        int8x16_t v[4]; \
        for (int i = 0; i + 1 < V; i++) v[i] = vldrbq_s8(x + 16 * i); \
        for (int c = rows / 2; c > 0; c--, w += 2 * by) { \
            int32_t a = *start++, b = *start++; \
            for (int i = 0; i + 1 < V; i++) a = vmladavaq_s8(a, v[i], vldrbq_s8(w + 16 * i)); \
            a = vmladavaq_s8(a, last, all ? vldrbq_s8(w + 16 * V - 16) : vldrbq_z_s8(w + 16 * V - 16, p)); \
            for (int i = 0; i + 1 < V; i++) b = vmladavaq_s8(b, v[i], vldrbq_s8(w + by + 16 * i)); \
            b = vmladavaq_s8(b, last, all ? vldrbq_s8(w + by + 16 * V - 16) : vldrbq_z_s8(w + by + 16 * V - 16, p)); \
            *sum++ = a; \
            *sum++ = b; \
        } \
        if (rows % 2) { \
            int32_t a = *start; \
            for (int i = 0; i + 1 < V; i++) a = vmladavaq_s8(a, v[i], vldrbq_s8(w + 16 * i)); \
            *sum = vmladavaq_s8(a, last, all ? vldrbq_s8(w + 16 * V - 16) : vldrbq_z_s8(w + 16 * V - 16, p)); \
        } \
    }
DOT_ROWS(1)
DOT_ROWS(2)
DOT_ROWS(3)
DOT_ROWS(4)
#undef DOT_ROWS
#endif
/* sum[c] = start[c] + x times row c of w: n products each, the rows of w behind each other. Up to 64 numbers of x at a time stay in
 * registers while the rows go by. */
static inline void dot_rows(int32_t *sum, const int32_t *start, const int8_t *x, const int8_t *w, int n, int rows) {
#if defined(__ARM_FEATURE_MVE)
    for (int k = 0; k < n; k += 64, start = sum) {
        const int left = n - k < 64 ? n - k : 64;
        const mve_pred16_t p = vctp8q((uint32_t)((left - 1) % 16 + 1));
        const bool all = left % 16 == 0;
        if (left > 48) dot_rows_4(sum, start, x + k, w + k, n, p, all, rows);
        else if (left > 32) dot_rows_3(sum, start, x + k, w + k, n, p, all, rows);
        else if (left > 16) dot_rows_2(sum, start, x + k, w + k, n, p, all, rows);
        else dot_rows_1(sum, start, x + k, w + k, n, p, all, rows);
    }
#else
    for (int c = 0; c < rows; c++, w += n) {
        int32_t s = start[c];
        for (int i = 0; i < n; i++) s += x[i] * w[i];
        sum[c] = s;
    }
#endif
}
