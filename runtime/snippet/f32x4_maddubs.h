#if defined(__SSSE3__) /* products of two bytes, those of a without sign, summed and clipped to 16 bits */
#include <immintrin.h>
#define f32x4_maddubs(a, b) _mm_maddubs_epi16((__m128i)(a), (__m128i)(b))
#endif
