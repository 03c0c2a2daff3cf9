/* In each lane, of as many as f32x4 has: four neighbours of x, the same for all, times four of w, added to the sum. */
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
#include <immintrin.h>
#endif
static inline i32x4 f32x4_dot(i32x4 sum, const uint8_t *x, const int8_t *w) {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
    int32_t four;
    i32x4 weights;
    memcpy(&four, x, sizeof four);
    memcpy(&weights, w, sizeof weights);
    return (i32x4)_mm_dpbusd_epi32((__m128i)sum, _mm_set1_epi32(four), (__m128i)weights);
#else
    for (int lane = 0; lane < 4; lane++)
        for (int i = 0; i < 4; i++) sum[lane] += x[i] * w[4 * lane + i];
    return sum;
#endif
}
