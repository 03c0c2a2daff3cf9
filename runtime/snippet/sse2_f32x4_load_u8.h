#include <immintrin.h>
static inline f32x4 f32x4_load_u8(const uint8_t *p) {
    const __m128i zero = _mm_setzero_si128();
    int32_t four;
    memcpy(&four, p, sizeof four);
    return (f32x4)_mm_cvtepi32_ps(_mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), zero), zero));
}
