/* 8 floats; loads and stores need no alignment. */
typedef float f32x8 __attribute__((vector_size(32)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef float f32x8_unaligned __attribute__((vector_size(32), aligned(4), may_alias));
__attribute__((unused)) static inline f32x8 f32x8_load(const float *p) { return *(const f32x8_unaligned *)p; }
__attribute__((unused)) static inline void f32x8_store(float *p, f32x8 v) { *(f32x8_unaligned *)p = v; }
__attribute__((unused)) static inline f32x8 f32x8_set(float s) {
    return (f32x8){s, s, s, s, s, s, s, s};
}
__attribute__((unused)) static inline f32x8 f32x8_gather(const float *p, int by) {
    return (f32x8){p[0], p[by], p[2 * by], p[3 * by], p[4 * by], p[5 * by], p[6 * by], p[7 * by]};
}
/* a where the mask, which a comparison gives, is all ones, b where it is 0. */
__attribute__((unused)) static inline f32x8 f32x8_select(i32x8 mask, f32x8 a, f32x8 b) {
    return (f32x8)((mask & (i32x8)a) | (~mask & (i32x8)b));
}
/* a > b ? a : b and a < b ? a : b in each lane: b where either is NaN, and of two zeros. One instruction where there is
 * one. */
#if defined(__AVX__)
#include <immintrin.h>
__attribute__((unused)) static inline f32x8 f32x8_greater(f32x8 a, f32x8 b) { return (f32x8)_mm256_max_ps((__m256)a, (__m256)b); }
__attribute__((unused)) static inline f32x8 f32x8_smaller(f32x8 a, f32x8 b) { return (f32x8)_mm256_min_ps((__m256)a, (__m256)b); }
#else
__attribute__((unused)) static inline f32x8 f32x8_greater(f32x8 a, f32x8 b) { return f32x8_select(a > b, a, b); }
__attribute__((unused)) static inline f32x8 f32x8_smaller(f32x8 a, f32x8 b) { return f32x8_select(a < b, a, b); }
#endif
#if defined(__AVX512VL__) /* p 2^n, n whole numbers */
#define f32x8_scalef(p, n) ((f32x8)_mm256_scalef_ps((__m256)(p), (__m256)(n)))
#endif
#if defined(__AVX__) /* to the nearest integer, halves to the even one */
#define f32x8_nearest(a) ((f32x8)_mm256_round_ps((__m256)(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))
#endif
