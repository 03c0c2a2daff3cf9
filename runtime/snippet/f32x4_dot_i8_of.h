/* f32x4_dot_i8 of the neighbours that begin at x + 4 * k, one of the four fours that one load brings: k is 0 to 3. */
static inline i32x4 f32x4_dot_i8_of(i32x4 sum, const int8_t *x, int k, const int8_t *w) {
#if defined(__ARM_FEATURE_DOTPROD)
    const int8x16_t fours = vld1q_s8(x), weights = vld1q_s8(w);
    switch (k) {
    case 0: return (i32x4)vdotq_laneq_s32((int32x4_t)sum, weights, fours, 0);
    case 1: return (i32x4)vdotq_laneq_s32((int32x4_t)sum, weights, fours, 1);
    case 2: return (i32x4)vdotq_laneq_s32((int32x4_t)sum, weights, fours, 2);
    default: return (i32x4)vdotq_laneq_s32((int32x4_t)sum, weights, fours, 3);
    }
#else
    return f32x4_dot_i8(sum, x + 4 * k, w);
#endif
}
