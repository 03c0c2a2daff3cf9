/* NaN if either is. */
#if defined(__aarch64__)
#include <arm_neon.h>
static inline f32x4 f32x4_fmin(f32x4 a, f32x4 b) { return (f32x4)vminq_f32((float32x4_t)a, (float32x4_t)b); }
#else
static inline f32x4 f32x4_fmin(f32x4 a, f32x4 b) { return f32x4_select(b != b, b, f32x4_smaller(b, a)); }
#endif
