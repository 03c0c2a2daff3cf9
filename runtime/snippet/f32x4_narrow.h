#if defined(__ARM_NEON) /* the lowest bytes of four integers, the first one lowest */
#include <arm_neon.h>
#define f32x4_narrow(v) vget_lane_u32(vreinterpret_u32_s8(vmovn_s16(vcombine_s16(vmovn_s32((int32x4_t)(v)), vmovn_s32((int32x4_t)(v))))), 0)
#endif
