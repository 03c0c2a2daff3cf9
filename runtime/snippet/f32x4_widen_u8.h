#if defined(__ARM_NEON) /* four bytes, the lowest first, as integers */
#include <arm_neon.h>
#define f32x4_widen_u8(four) ((i32x4)vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8((uint64_t)(four))))))
#endif
