#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#include <arm_mve.h>
#endif
/* n bytes: sum times scale, a number, to the nearest whole one, of two the even one, plus a small number, from lowest to largest. What
 * is added to a number makes its last bits count ones; it is even, so that ties stay what they are. */
static inline void scale_row(void *to, const int32_t *sum, const float *scale, int n, int plus, int lowest, int largest) {
    const int odd = plus & 1;
    const float low = (float)(lowest - plus), high = (float)(largest - plus), ones = 12582912.0f + (float)(plus - odd);
    uint8_t *y = to;
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
    const float32x4_t least = vdupq_n_f32(low), most = vdupq_n_f32(high);
#pragma GCC unroll 2
    for (int fours = n / 4; fours > 0; fours--, y += 4, sum += 4, scale += 4) {
        float32x4_t v = vmulq_f32(vcvtq_f32_s32(vld1q_s32(sum)), vld1q_f32(scale));
        v = vaddq_n_f32(vminnmq_f32(vmaxnmq_f32(v, least), most), ones);
        const uint32x4_t bits = vreinterpretq_u32_f32(v);
        vstrbq_u32(y, odd ? vaddq_n_u32(bits, 1) : bits);
    }
    n %= 4;
#endif
    for (int i = 0; i < n; i++) {
        float v = (float)sum[i] * scale[i];
        v = (v < low ? low : v > high ? high : v) + ones;
        uint32_t bits;
        memcpy(&bits, &v, sizeof bits);
        y[i] = (uint8_t)(bits + (uint32_t)odd);
    }
}
