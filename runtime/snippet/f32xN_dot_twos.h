/* In each lane, of as many as f32xN has: four neighbours of x, the same for all, times four of w, added to the sum. The even
 * ones and the odd ones are widened to 16 bits where they lie: they are the same four of both. */
static inline i32xN f32xN_dot_twos(i32xN sum, const uint8_t *x, const int8_t *w) {
#if defined(f32xN_madd)
    typedef int16_t twos __attribute__((vector_size(sizeof sum)));
    typedef uint16_t points __attribute__((vector_size(sizeof sum)));
    uint32_t four;
    twos weights;
    memcpy(&four, x, sizeof four);
    memcpy(&weights, w, sizeof weights);
    const points all = (points)((u32xN){0} + four);
    sum += f32xN_madd(all & 255, (twos)((points)weights << 8) >> 8);
    return sum + f32xN_madd(all >> 8, weights >> 8);
#else
    for (int lane = 0; lane < (int)(sizeof sum / 4); lane++)
        for (int i = 0; i < 4; i++) sum[lane] += x[i] * w[4 * lane + i];
    return sum;
#endif
}
