#if defined(__SSE2__) /* in each lane of 32 bits: products of two 16-bit numbers, summed */
#include <immintrin.h>
#define f32x4_madd(a, b) ((i32x4)_mm_madd_epi16((__m128i)(a), (__m128i)(b)))
#endif
