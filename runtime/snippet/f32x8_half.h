#if defined(__F16C__) /* halves as floats */
#include <immintrin.h>
#define f32x8_half(p) ((f32x8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(p))))
#endif
