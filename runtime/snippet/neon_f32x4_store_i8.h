/* Whole numbers that fit: their lowest bytes. */
#include <arm_neon.h>
static inline void f32x4_store_i8(int8_t *p, f32x4 a) {
    const int16x4_t half = vmovn_s32((int32x4_t)__builtin_convertvector(a, i32x4));
    const uint32_t v = vget_lane_u32(vreinterpret_u32_s8(vmovn_s16(vcombine_s16(half, half))), 0);
    memcpy(p, &v, sizeof v);
}
