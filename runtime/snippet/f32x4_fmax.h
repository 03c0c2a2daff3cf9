/* NaN if either is. */
#if defined(__aarch64__)
#include <arm_neon.h>
static inline f32x4 f32x4_fmax(f32x4 a, f32x4 b) { return (f32x4)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
#else
static inline f32x4 f32x4_fmax(f32x4 a, f32x4 b) { return f32x4_select(b != b, b, f32x4_greater(b, a)); }
#endif
