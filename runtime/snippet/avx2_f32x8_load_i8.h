#include <immintrin.h>
static inline f32x8 f32x8_load_i8(const int8_t *p) {
    int64_t eight;
    memcpy(&eight, p, sizeof eight);
    return (f32x8)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_cvtsi64_si128(eight)));
}
