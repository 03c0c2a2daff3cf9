#include <arm_neon.h>
/* Bytes of numbers (no NaN): rounded to the nearest integer, halves to the even one, plus a number, from lowest to largest. */
static inline void f32x4_store_round_T(T_type *p, f32x4 a, int16_t plus, int16_t lowest, int16_t largest) {
    int16x4_t v = vqmovn_s32(vcvtnq_s32_f32((float32x4_t)a));
    if (plus != 0) v = vqadd_s16(v, vdup_n_s16(plus));
    if (lowest > T_lowest || largest < T_largest) v = vmin_s16(vmax_s16(v, vdup_n_s16(lowest)), vdup_n_s16(largest));
    const uint32_t four = vget_lane_u32((uint32x2_t)T_narrowed(vcombine_s16(v, v)), 0);
    memcpy(p, &four, sizeof four);
}
