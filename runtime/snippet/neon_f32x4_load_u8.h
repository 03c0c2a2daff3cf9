#include <arm_neon.h>
static inline f32x4 f32x4_load_u8(const uint8_t *p) {
    uint32_t four;
    memcpy(&four, p, sizeof four);
    return __builtin_convertvector((i32x4)vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8((uint64_t)four)))), f32x4);
}
