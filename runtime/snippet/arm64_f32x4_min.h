/* NaN if either is. */
#include <arm_neon.h>
static inline f32x4 f32x4_min(f32x4 a, f32x4 b) { return (f32x4)vminq_f32((float32x4_t)a, (float32x4_t)b); }
