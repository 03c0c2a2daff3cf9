#if defined(__ARM_FEATURE_MATMUL_INT8)
#include <arm_neon.h>
/* Four bytes of a pixel. */
static inline uint32_t f32x4_mmla_word(const uint8_t *x) {
    uint32_t word;
    memcpy(&word, x, sizeof word);
    return word;
}
/* Eight bytes, and as many zeros. */
static inline uint32x4_t f32x4_mmla_half(const uint8_t *x) {
    return vreinterpretq_u32_u8(vcombine_u8(vld1_u8(x), vcreate_u8(0)));
}
/* Eight bytes each of the pixels that count, zeros for the other. */
static inline uint8x16_t f32x4_mmla_pixels(const uint8_t *x, int pixel, int four, int rows) {
    if (rows == 3 && four == 4) return vcombine_u8(vld1_u8(x), vld1_u8(x + pixel));
    if (rows == 3 && pixel == 4) return vreinterpretq_u8_u32(vzip1q_u32(f32x4_mmla_half(x), f32x4_mmla_half(x + four)));
    uint32x4_t two = vdupq_n_u32(0);
    if (rows & 1) two = vsetq_lane_u32(f32x4_mmla_word(x + four), vsetq_lane_u32(f32x4_mmla_word(x), two, 0), 1);
    if (rows & 2) two = vsetq_lane_u32(f32x4_mmla_word(x + pixel + four), vsetq_lane_u32(f32x4_mmla_word(x + pixel), two, 2), 3);
    return vreinterpretq_u8_u32(two);
}
#endif
/* In integers as wide as f32x4: sums of two lanes of a pixel, then of the one `pixel` bytes behind it, each plus eight products: of four neighbours of x and
 * four more, `four` behind these, by eight weights a lane. rows: which pixels count, 1 the first and 2 the second. */
static inline i32x4 f32x4_mmla(i32x4 sum, const uint8_t *x, int pixel, int four, int rows, const int8_t *w) {
#if defined(__ARM_FEATURE_MATMUL_INT8)
    return (i32x4)vusmmlaq_s32((int32x4_t)sum, f32x4_mmla_pixels(x, pixel, four, rows), vld1q_s8(w));
#else
    for (int lane = 0; lane < 4; lane++)
        for (int i = 0; i < 8 && (rows >> lane / 2 & 1); i++) sum[lane] += x[lane / 2 * pixel + i / 4 * four + i % 4] * w[lane % 2 * 8 + i];
    return sum;
#endif
}
