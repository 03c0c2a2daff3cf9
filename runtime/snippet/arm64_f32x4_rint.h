/* To the nearest integer, halves to the even one. */
#include <arm_neon.h>
static inline f32x4 f32x4_rint(f32x4 a) { return (f32x4)vrndnq_f32((float32x4_t)a); }
