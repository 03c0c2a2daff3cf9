#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* x[0] * w[0] + x[1] * w[1] added to sum. */
static inline int32_t dot_i16(int32_t sum, const int16_t *x, const int16_t *w) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    int16x2_t a, b;
    memcpy(&a, x, sizeof a);
    memcpy(&b, w, sizeof b);
    return __smlad(a, b, sum);
#else
    return sum + x[0] * w[0] + x[1] * w[1];
#endif
}
