/* 16 floats; loads and stores need no alignment. */
typedef float f32x16 __attribute__((vector_size(64)));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef float f32x16_unaligned __attribute__((vector_size(64), aligned(4), may_alias));
__attribute__((unused)) static inline f32x16 f32x16_load(const float *p) { return *(const f32x16_unaligned *)p; }
__attribute__((unused)) static inline void f32x16_store(float *p, f32x16 v) { *(f32x16_unaligned *)p = v; }
__attribute__((unused)) static inline f32x16 f32x16_set(float s) {
    return (f32x16){s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s};
}
__attribute__((unused)) static inline f32x16 f32x16_gather(const float *p, int by) {
    return (f32x16){p[0], p[by], p[2 * by], p[3 * by], p[4 * by], p[5 * by], p[6 * by], p[7 * by], p[8 * by], p[9 * by], p[10 * by], p[11 * by], p[12 * by], p[13 * by], p[14 * by], p[15 * by]};
}
/* a where the mask, which a comparison gives, is all ones, b where it is 0. */
__attribute__((unused)) static inline f32x16 f32x16_select(i32x16 mask, f32x16 a, f32x16 b) {
    return (f32x16)((mask & (i32x16)a) | (~mask & (i32x16)b));
}
/* a > b ? a : b and a < b ? a : b in each lane: b where either is NaN, and of two zeros. One instruction where there is
 * one. */
#if defined(__AVX512F__)
#include <immintrin.h>
__attribute__((unused)) static inline f32x16 f32x16_greater(f32x16 a, f32x16 b) { return (f32x16)_mm512_max_ps((__m512)a, (__m512)b); }
__attribute__((unused)) static inline f32x16 f32x16_smaller(f32x16 a, f32x16 b) { return (f32x16)_mm512_min_ps((__m512)a, (__m512)b); }
#else
__attribute__((unused)) static inline f32x16 f32x16_greater(f32x16 a, f32x16 b) { return f32x16_select(a > b, a, b); }
__attribute__((unused)) static inline f32x16 f32x16_smaller(f32x16 a, f32x16 b) { return f32x16_select(a < b, a, b); }
#endif
#if defined(__AVX512F__) /* p 2^n, n whole numbers */
#define f32x16_scalef(p, n) ((f32x16)_mm512_scalef_ps((__m512)(p), (__m512)(n)))
#endif
#if defined(__AVX512F__) /* to the nearest integer, halves to the even one */
#define f32x16_nearest(a) ((f32x16)_mm512_roundscale_ps((__m512)(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))
#endif
