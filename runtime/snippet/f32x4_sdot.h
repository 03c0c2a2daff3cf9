#if defined(__ARM_FEATURE_DOTPROD) /* four products of bytes added to each lane of 32 bits */
#include <arm_neon.h>
#define f32x4_sdot(sum, four, w) ((i32x4)vdotq_lane_s32((int32x4_t)(sum), (int8x16_t)(w), vcreate_s8((uint32_t)(four)), 0))
#endif
