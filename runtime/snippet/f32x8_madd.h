#if defined(__AVX2__) /* in each lane of 32 bits: products of two 16-bit numbers, summed */
#include <immintrin.h>
#define f32x8_madd(a, b) ((i32x8)_mm256_madd_epi16((__m256i)(a), (__m256i)(b)))
#endif
