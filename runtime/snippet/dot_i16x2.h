#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* x[0] * w[lane] + x[1] * w[2 + lane] added to sum: words of w hold two points of two lanes. */
static inline int32_t dot_i16x2(int32_t sum, const int16_t *x, const int8_t *w, int lane) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    int16x2_t two;
    int8x4_t four;
    memcpy(&two, x, sizeof two);
    memcpy(&four, w, sizeof four);
    if (lane) /* bytes 1 and 3; gcc does not fold the rotation into sxtb16 itself */
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(four) : "r"(four));
    else
        four = __sxtb16(four);
    return __smlad(two, four, sum);
#else
    return sum + x[0] * w[lane] + x[1] * w[2 + lane];
#endif
}
