/* Whole numbers that fit. */
#include <immintrin.h>
static inline void f32x8_store_u8(uint8_t *p, f32x8 a) {
    const __m256i numbers = _mm256_cvttps_epi32((__m256)a);
    const __m128i twos = _mm_packs_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1));
    const int64_t eight = _mm_cvtsi128_si64(_mm_packus_epi16(twos, twos));
    memcpy(p, &eight, sizeof eight);
}
