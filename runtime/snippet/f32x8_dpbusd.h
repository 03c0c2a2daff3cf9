#if defined(__AVX512VNNI__) && defined(__AVX512VL__) /* four products of bytes added to each lane of 32 bits */
#include <immintrin.h>
#define f32x8_dpbusd(sum, four, w) ((i32x8)_mm256_dpbusd_epi32((__m256i)(sum), _mm256_set1_epi32(four), (__m256i)(w)))
#endif
