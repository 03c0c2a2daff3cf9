#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* sum[p][c] = start[c], 0 without it, + x of pixel p times w of lane c over n points, eights of them. Points lie by twos: those of pixel p of
 * points 2 i and 2 i + 1 at x + i * by + 2 * p, those of two lanes at w + 4 * i in turns. A call of its own: inside a
 * larger function its sums would not stay in registers. */
static __attribute__((noinline)) void dot_NxL(int32_t (*sum)[L], const int32_t *start, const int16_t *x, int by, const int8_t *w, int n) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    int32_t a0 = start ? start[0] : 0, b0 = L > 1 && start ? start[L - 1] : 0;
    int32_t a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
    const int8_t *const end = w + 2 * n;
    do {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            int16x2_t first[2], even, odd; /* two pixels at a time: a load for both */
            int8x4_t four;
            memcpy(&four, __builtin_assume_aligned(w, 4), sizeof four);
            memcpy(first, __builtin_assume_aligned(x, 4), N > 1 ? 8 : 4);
            w += 4;
            even = __sxtb16(four);
            __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four)); /* gcc does not fold the rotation itself */
            a0 = __smlad(first[0], even, a0);
            if (L > 1) b0 = __smlad(first[0], odd, b0);
            if (N > 1) a1 = __smlad(first[1 % N], even, a1);
            if (N > 1 && L > 1) b1 = __smlad(first[1 % N], odd, b1);
            if (N > 2) {
                int16x2_t second[2];
                memcpy(second, __builtin_assume_aligned(x + 4, 4), N > 3 ? 8 : 4);
                a2 = __smlad(second[0], even, a2);
                if (L > 1) b2 = __smlad(second[0], odd, b2);
                if (N > 3) a3 = __smlad(second[1], even, a3);
                if (N > 3 && L > 1) b3 = __smlad(second[1], odd, b3);
            }
            x += by;
        }
    } while (w != end);
    sum[0][0] = a0;
    if (L > 1) sum[0][L - 1] = b0;
    if (N > 1) sum[1 % N][0] = a1;
    if (N > 1 && L > 1) sum[1 % N][L - 1] = b1;
    if (N > 2) sum[2 % N][0] = a2;
    if (N > 2 && L > 1) sum[2 % N][L - 1] = b2;
    if (N > 3) sum[3 % N][0] = a3;
    if (N > 3 && L > 1) sum[3 % N][L - 1] = b3;
#else
    for (int p = 0; p < N; p++)
        for (int c = 0; c < L; c++) sum[p][c] = start ? start[c] : 0;
    for (int i = 0; i < n / 2; i++)
        for (int p = 0; p < N; p++)
            for (int c = 0; c < L; c++)
                sum[p][c] += x[i * by + 2 * p] * w[4 * i + c] + x[i * by + 2 * p + 1] * w[4 * i + 2 + c];
#endif
}
