/* In each lane, of as many as f32x8 has: four neighbours of x, the same for all, times four of w, added to the sum. */
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
#include <immintrin.h>
#endif
static inline i32x8 f32x8_dot(i32x8 sum, const uint8_t *x, const int8_t *w) {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
    int32_t four;
    i32x8 weights;
    memcpy(&four, x, sizeof four);
    memcpy(&weights, w, sizeof weights);
    return (i32x8)_mm256_dpbusd_epi32((__m256i)sum, _mm256_set1_epi32(four), (__m256i)weights);
#else
    for (int lane = 0; lane < 8; lane++)
        for (int i = 0; i < 4; i++) sum[lane] += x[i] * w[4 * lane + i];
    return sum;
#endif
}
