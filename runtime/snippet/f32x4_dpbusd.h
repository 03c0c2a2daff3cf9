#if defined(__AVX512VNNI__) && defined(__AVX512VL__) /* four products of bytes added to each lane of 32 bits */
#include <immintrin.h>
#define f32x4_dpbusd(sum, four, w) ((i32x4)_mm_dpbusd_epi32((__m128i)(sum), _mm_set1_epi32(four), (__m128i)(w)))
#elif defined(__ARM_FEATURE_MATMUL_INT8)
#include <arm_neon.h>
#define f32x4_dpbusd(sum, four, w) ((i32x4)vsudotq_lane_s32((int32x4_t)(sum), (int8x16_t)(w), vcreate_u8((uint32_t)(four)), 0))
#endif
