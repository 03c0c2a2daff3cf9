/* 4 floats; loads and stores need no alignment. */
typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef float f32x4_unaligned __attribute__((vector_size(16), aligned(4), may_alias));
__attribute__((unused)) static inline f32x4 f32x4_load(const float *p) { return *(const f32x4_unaligned *)p; }
__attribute__((unused)) static inline void f32x4_store(float *p, f32x4 v) { *(f32x4_unaligned *)p = v; }
__attribute__((unused)) static inline f32x4 f32x4_set(float s) {
    return (f32x4){s, s, s, s};
}
__attribute__((unused)) static inline f32x4 f32x4_gather(const float *p, int by) {
    return (f32x4){p[0], p[by], p[2 * by], p[3 * by]};
}
/* a where the mask, which a comparison gives, is all ones, b where it is 0. */
__attribute__((unused)) static inline f32x4 f32x4_select(i32x4 mask, f32x4 a, f32x4 b) {
    return (f32x4)((mask & (i32x4)a) | (~mask & (i32x4)b));
}
/* a > b ? a : b and a < b ? a : b in each lane: b where either is NaN, and of two zeros. One instruction where there is
 * one. */
#if defined(__SSE__)
#include <immintrin.h>
__attribute__((unused)) static inline f32x4 f32x4_greater(f32x4 a, f32x4 b) { return (f32x4)_mm_max_ps((__m128)a, (__m128)b); }
__attribute__((unused)) static inline f32x4 f32x4_smaller(f32x4 a, f32x4 b) { return (f32x4)_mm_min_ps((__m128)a, (__m128)b); }
#else
__attribute__((unused)) static inline f32x4 f32x4_greater(f32x4 a, f32x4 b) { return f32x4_select(a > b, a, b); }
__attribute__((unused)) static inline f32x4 f32x4_smaller(f32x4 a, f32x4 b) { return f32x4_select(a < b, a, b); }
#endif
#if defined(__AVX512VL__) /* p 2^n, n whole numbers */
#define f32x4_scalef(p, n) ((f32x4)_mm_scalef_ps((__m128)(p), (__m128)(n)))
#endif
#if defined(__SSE4_1__) /* to the nearest integer, halves to the even one */
#define f32x4_nearest(a) ((f32x4)_mm_round_ps((__m128)(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))
#endif
