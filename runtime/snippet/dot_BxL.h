#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#define DOT_ODD(four) __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four)) /* gcc does not fold the rotation itself */
/* Four points of up to four lanes: bytes are widened by twos in registers. */
static inline __attribute__((always_inline)) void dot_BxL_word(int32_t *sum, const int8_t *x, const int8_t *w, const int8_t *v) {
    int16x2_t even_x, odd_x, odd;
    int8x4_t four[2], points;
    memcpy(&points, x, sizeof points);
    memcpy(four, __builtin_assume_aligned(w, 4), sizeof four);
    __asm__("sxtb16 %0, %1" : "=r"(even_x) : "r"(points));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd_x) : "r"(points));
    sum[0] = __smlad(even_x, __sxtb16(four[0]), sum[0]);
    DOT_ODD(four[0]);
    sum[0] = __smlad(odd_x, odd, sum[0]);
    if (L > 1) {
        sum[1] = __smlad(even_x, __sxtb16(four[1]), sum[1]);
        DOT_ODD(four[1]);
        sum[1] = __smlad(odd_x, odd, sum[1]);
    }
    if (L > 2) memcpy(four, __builtin_assume_aligned(v, 4), sizeof four);
    if (L > 2) {
        sum[2] = __smlad(even_x, __sxtb16(four[0]), sum[2]);
        DOT_ODD(four[0]);
        sum[2] = __smlad(odd_x, odd, sum[2]);
    }
    if (L > 3) {
        sum[3] = __smlad(even_x, __sxtb16(four[1]), sum[3]);
        DOT_ODD(four[1]);
        sum[3] = __smlad(odd_x, odd, sum[3]);
    }
}
#undef DOT_ODD
#endif
/* sum[c] = start[c], 0 without it, + x times w of lane c over n points, eights of them, for up to four lanes. w holds words of
 * four points, those of two lanes in turns; the second two lanes lie 2 * n bytes behind the first. */
static __attribute__((noinline)) void dot_BxL(int32_t *sum, const int32_t *start, const int8_t *x, const int8_t *w, int n) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    int32_t s[4];
    const int8_t *v = w + 2 * n;
    for (int c = 0; c < 4; c++) s[c] = start && c < L ? start[c] : 0;
    for (; n % 16 != 0; n -= 4, x += 4, w += 8, v += 8) dot_BxL_word(s, x, w, v);
    for (; n > 0; n -= 16, x += 16, w += 32, v += 32) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) dot_BxL_word(s, x + 4 * i, w + 8 * i, v + 8 * i);
    }
    for (int c = 0; c < L; c++) sum[c] = s[c];
#else
    for (int c = 0; c < L; c++) {
        const int8_t *const at = w + c / 2 * 2 * n + c % 2 * 4;
        sum[c] = start ? start[c] : 0;
        for (int i = 0; i < n; i++) sum[c] += x[i] * at[i / 4 * 8 + i % 4];
    }
#endif
}
