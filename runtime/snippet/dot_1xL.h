#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* The same for one pixel and up to four lanes: those of the second pair lie 2 * n bytes behind those of the first. */
static __attribute__((noinline)) void dot_1xL(int32_t (*sum)[L], const int32_t *start, const int16_t *x, int by, const int8_t *w, int n) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    int32_t a = start ? start[0] : 0, b = L > 1 && start ? start[1 % L] : 0;
    int32_t c = L > 2 && start ? start[2 % L] : 0, d = L > 3 && start ? start[3 % L] : 0;
    const int8_t *const end = w + 2 * n, *v = end;
#define DOT_ODD(four) __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four)) /* gcc does not fold the rotation itself */
    do {
#pragma GCC unroll 2
        for (int i = 0; i < 2; i++) {
            int16x2_t first, second, odd;
            int8x4_t four[2]; /* two words at a time: a load for both */
            memcpy(&first, __builtin_assume_aligned(x, 4), sizeof first);
            memcpy(&second, __builtin_assume_aligned(x + by, 4), sizeof second);
            memcpy(four, __builtin_assume_aligned(w, 4), sizeof four);
            a = __smlad(first, __sxtb16(four[0]), a);
            DOT_ODD(four[0]);
            if (L > 1) b = __smlad(first, odd, b);
            a = __smlad(second, __sxtb16(four[1]), a);
            DOT_ODD(four[1]);
            if (L > 1) b = __smlad(second, odd, b);
            if (L > 2) {
                memcpy(four, __builtin_assume_aligned(v, 4), sizeof four);
                c = __smlad(first, __sxtb16(four[0]), c);
                DOT_ODD(four[0]);
                if (L > 3) d = __smlad(first, odd, d);
                c = __smlad(second, __sxtb16(four[1]), c);
                DOT_ODD(four[1]);
                if (L > 3) d = __smlad(second, odd, d);
            }
            w += 8;
            v += 8;
            x += 2 * by;
        }
    } while (w != end);
#undef DOT_ODD
    sum[0][0] = a;
    if (L > 1) sum[0][1 % L] = b;
    if (L > 2) sum[0][2 % L] = c;
    if (L > 3) sum[0][3 % L] = d;
#else
    for (int c = 0; c < L; c++) {
        const int8_t *const at = w + c / 2 * 2 * n + c % 2;
        sum[0][c] = start ? start[c] : 0;
        for (int i = 0; i < n / 2; i++) sum[0][c] += x[i * by] * at[4 * i] + x[i * by + 1] * at[4 * i + 2];
    }
#endif
}
