#if defined(__AVX2__) /* products of two bytes, those of a without sign, summed and clipped to 16 bits */
#include <immintrin.h>
#define f32x8_maddubs(a, b) _mm256_maddubs_epi16((__m256i)(a), (__m256i)(b))
#endif
