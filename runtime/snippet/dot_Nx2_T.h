#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* For all lanes, two at a time: bytes y of N pixels, `apart` from each other: sums of products, scaled, rounded and clipped.
 * start, scale and w go on from lanes to lanes; x is 2 N numbers further on from two points to the next. */
static __attribute__((noinline)) void dot_Nx2_T(T_type *y, int apart, int lanes, const int32_t *start, const float *scale, const int16_t *x, const int8_t *w, int n, int32_t plus) {
    for (T_type *const end = y + lanes; y != end; y += 2, start += 2, scale += 2) {
        const float s = scale[0], t = scale[1]; /* a byte that is stored could change what is loaded */
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
        const int16_t *from = x, *const behind = x + N * n;
        int32_t a0 = start[0], b0 = start[1], a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
        do {
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++) {
                int16x2_t first[2], even, odd; /* two pixels at a time: a load for both */
                int8x4_t four;
                memcpy(&four, __builtin_assume_aligned(w, 4), sizeof four);
                memcpy(first, __builtin_assume_aligned(from, 4), sizeof first);
                w += 4;
                even = __sxtb16(four);
                __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four)); /* gcc does not fold the rotation itself */
                a0 = __smlad(first[0], even, a0);
                b0 = __smlad(first[0], odd, b0);
                a1 = __smlad(first[1], even, a1);
                b1 = __smlad(first[1], odd, b1);
                if (N > 2) {
                    int16x2_t second[2];
                    memcpy(second, __builtin_assume_aligned(from + 4, 4), N > 3 ? 8 : 4);
                    a2 = __smlad(second[0], even, a2);
                    b2 = __smlad(second[0], odd, b2);
                    if (N > 3) a3 = __smlad(second[1], even, a3);
                    if (N > 3) b3 = __smlad(second[1], odd, b3);
                }
                from += 2 * N;
            }
        } while (from != behind);
        round_two_T(y, 1, a0, b0, s, t, plus, T_lowest, T_largest);
        round_two_T(y + apart, 1, a1, b1, s, t, plus, T_lowest, T_largest);
        if (N > 2) round_two_T(y + 2 * apart, 1, a2, b2, s, t, plus, T_lowest, T_largest);
        if (N > 3) round_two_T(y + 3 * apart, 1, a3, b3, s, t, plus, T_lowest, T_largest);
#else
        for (int p = 0; p < N; p++) {
            int32_t a = start[0], b = start[1];
            for (int k = 0; k < n; k++) {
                const int32_t v = x[k / 2 * 2 * N + 2 * p + k % 2];
                a += v * w[k / 2 * 4 + k % 2 * 2];
                b += v * w[k / 2 * 4 + k % 2 * 2 + 1];
            }
            round_two_T(y + p * apart, 1, a, b, s, t, plus, T_lowest, T_largest);
        }
        w += 2 * n;
#endif
    }
}
