/* In each lane, of as many as f32xN has: four neighbours of x, the same for all, times four of w, added to the sum. The weights
 * are such that no sum of the first two or of the last two products leaves 16 bits. */
static inline i32xN f32xN_dot_narrow(i32xN sum, const uint8_t *x, const int8_t *w) {
#if defined(f32xN_maddubs)
    uint32_t four;
    i32xN weights;
    memcpy(&four, x, sizeof four);
    memcpy(&weights, w, sizeof weights);
    return sum + f32xN_madd(f32xN_maddubs((u32xN){0} + four, weights), (u32xN){0} + 0x10001);
#else
    for (int lane = 0; lane < (int)(sizeof sum / 4); lane++)
        for (int i = 0; i < 4; i++) sum[lane] += x[i] * w[4 * lane + i];
    return sum;
#endif
}
