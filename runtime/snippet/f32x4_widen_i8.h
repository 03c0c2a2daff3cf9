#if defined(__ARM_NEON) /* four bytes, the lowest first, as integers */
#include <arm_neon.h>
#define f32x4_widen_i8(four) ((i32x4)vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8((uint64_t)(four))))))
#endif
