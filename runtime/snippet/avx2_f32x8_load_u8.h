#include <immintrin.h>
static inline f32x8 f32x8_load_u8(const uint8_t *p) {
    int64_t eight;
    memcpy(&eight, p, sizeof eight);
    return (f32x8)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(eight)));
}
