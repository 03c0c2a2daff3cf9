#include <immintrin.h>
static inline f32x4 f32x4_load_i8(const int8_t *p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    const __m128i bytes = _mm_cvtsi32_si128(four), twos = _mm_unpacklo_epi8(bytes, bytes);
    return (f32x4)_mm_cvtepi32_ps(_mm_srai_epi32(_mm_unpacklo_epi16(twos, twos), 24));
}
