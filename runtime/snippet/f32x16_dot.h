/* In each lane, of as many as f32x16 has: four neighbours of x, the same for all, times four of w, added to the sum. */
#if defined(__AVX512VNNI__)
#include <immintrin.h>
#endif
static inline i32x16 f32x16_dot(i32x16 sum, const uint8_t *x, const int8_t *w) {
#if defined(__AVX512VNNI__)
    int32_t four;
    i32x16 weights;
    memcpy(&four, x, sizeof four);
    memcpy(&weights, w, sizeof weights);
    return (i32x16)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32(four), (__m512i)weights);
#else
    for (int lane = 0; lane < 16; lane++)
        for (int i = 0; i < 4; i++) sum[lane] += x[i] * w[4 * lane + i];
    return sum;
#endif
}
