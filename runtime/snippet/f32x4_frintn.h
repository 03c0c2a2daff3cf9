#if defined(__ARM_NEON) && defined(__aarch64__) /* to the nearest integer, halves to the even one */
#include <arm_neon.h>
#define f32x4_frintn(a) ((f32x4)vrndnq_f32((float32x4_t)(a)))
#endif
