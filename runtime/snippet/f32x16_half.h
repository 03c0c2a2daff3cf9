#if defined(__AVX512F__) /* halves as floats */
#include <immintrin.h>
#define f32x16_half(p) ((f32x16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)(p))))
#endif
