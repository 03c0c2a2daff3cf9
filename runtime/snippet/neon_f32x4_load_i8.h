#include <arm_neon.h>
static inline f32x4 f32x4_load_i8(const int8_t *p) {
    uint32_t four;
    memcpy(&four, p, sizeof four);
    return __builtin_convertvector((i32x4)vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8((uint64_t)four)))), f32x4);
}
