#if defined(__ARM_NEON) && defined(__aarch64__) /* halves as floats */
#include <arm_neon.h>
#define f32x4_half(p) ((f32x4)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))))
#elif defined(__F16C__)
#include <immintrin.h>
#define f32x4_half(p) ((f32x4)_mm_cvtph_ps(_mm_loadl_epi64((const __m128i *)(const void *)(p))))
#endif
