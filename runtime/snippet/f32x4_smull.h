#if defined(__ARM_NEON) && !defined(__ARM_FEATURE_DOTPROD) /* four products of bytes added to each lane of 32 bits, by twos: the
                                                              load sorts the weights into the first two and the last two */
#include <arm_neon.h>
static inline i32x4 f32x4_smull_of(i32x4 sum, const int8_t *x, const int8_t *w) {
    const int16x4x2_t weights = vld2_s16((const int16_t *)(const void *)w);
    const int8x8_t first = vreinterpret_s8_s16(vld1_dup_s16((const int16_t *)(const void *)x));
    const int8x8_t second = vreinterpret_s8_s16(vld1_dup_s16((const int16_t *)(const void *)(x + 2)));
    const int32x4_t half = vpadalq_s16((int32x4_t)sum, vmull_s8(first, vreinterpret_s8_s16(weights.val[0])));
    return (i32x4)vpadalq_s16(half, vmull_s8(second, vreinterpret_s8_s16(weights.val[1])));
}
#define f32x4_smull(sum, x, w) f32x4_smull_of(sum, x, w)
#endif
