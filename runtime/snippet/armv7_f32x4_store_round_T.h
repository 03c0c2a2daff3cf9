#include <arm_neon.h>
/* Bytes of numbers (no NaN): rounded to the nearest integer, halves to the even one, plus a number, from lowest to largest. What
 * 3 * 2^22 is added to has the integer in its low bits. */
static inline void f32x4_store_round_T(T_type *p, f32x4 a, int16_t plus, int16_t lowest, int16_t largest) {
    const float32x4_t least = vdupq_n_f32((float)(lowest - plus)), most = vdupq_n_f32((float)(largest - plus));
    const float32x4_t v = vaddq_f32(vminq_f32(vmaxq_f32((float32x4_t)a, least), most), vdupq_n_f32(12582912.0f));
    int16x4_t twos = vmovn_s32(vreinterpretq_s32_f32(v));
    if (plus != 0) twos = vadd_s16(twos, vdup_n_s16(plus));
    const uint32_t four = vget_lane_u32(vreinterpret_u32_s8(vmovn_s16(vcombine_s16(twos, twos))), 0);
    memcpy(p, &four, sizeof four);
}
