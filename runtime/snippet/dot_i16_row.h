#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* Of the row x[0], x[1], x[by], x[by + 1] number `odd` times w[0] added to sum, and the next one times w[1] where `both` says
 * that this is not 0. Neighbours, odd and not, load the same words. */
static inline int32_t dot_i16_row(int32_t sum, const int16_t *x, int by, const int16_t *w, int odd, int both) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    int16x2_t a, b, next;
    memcpy(&a, x, sizeof a);
    memcpy(&b, w, sizeof b);
    if (!odd) return both ? __smlad(a, b, sum) : __smlabb(a, b, sum);
    sum = __smlatb(a, b, sum);
    if (!both) return sum;
    memcpy(&next, x + by, sizeof next);
    return __smlabt(next, b, sum);
#else
    sum += x[odd] * w[0];
    return both ? sum + x[odd ? by : 1] * w[1] : sum;
#endif
}
