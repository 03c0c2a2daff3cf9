#if defined(__ARM_NEON) && defined(__aarch64__) /* floats to halves */
#include <arm_neon.h>
#define f32x4_to_half(p, a) vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32((float32x4_t)(a))))
#elif defined(__F16C__)
#include <immintrin.h>
#define f32x4_to_half(p, a) _mm_storel_epi64((__m128i *)(void *)(p), _mm_cvtps_ph((__m128)(a), _MM_FROUND_TO_NEAREST_INT))
#endif
