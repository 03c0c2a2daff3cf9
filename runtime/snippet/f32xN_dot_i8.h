/* In each lane, of as many as f32xN has: four neighbours of x, the same for all, times four of w, added to the sum. */
static inline i32xN f32xN_dot_i8(i32xN sum, const int8_t *x, const int8_t *w) {
#if defined(f32xN_sdot)
    int32_t four;
    i32xN weights;
    memcpy(&four, x, sizeof four);
    memcpy(&weights, w, sizeof weights);
    return f32xN_sdot(sum, four, weights);
#elif defined(f32xN_smull)
    return f32xN_smull(sum, x, w);
#else
    for (int lane = 0; lane < (int)(sizeof sum / 4); lane++)
        for (int i = 0; i < 4; i++) sum[lane] += x[i] * w[4 * lane + i];
    return sum;
#endif
}
