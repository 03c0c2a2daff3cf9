#if defined(__AVX512VNNI__) /* four products of bytes added to each lane of 32 bits */
#include <immintrin.h>
#define f32x16_dpbusd(sum, four, w) ((i32x16)_mm512_dpbusd_epi32((__m512i)(sum), _mm512_set1_epi32(four), (__m512i)(w)))
#endif
