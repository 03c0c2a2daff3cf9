/* Whole numbers that fit. */
#include <immintrin.h>
static inline void f32x4_store_u8(uint8_t *p, f32x4 a) {
    const __m128i numbers = _mm_cvttps_epi32((__m128)a), twos = _mm_packs_epi32(numbers, numbers);
    const int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(twos, twos));
    memcpy(p, &four, sizeof four);
}
