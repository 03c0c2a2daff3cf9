/* N floats, one or two registers of RISC-V's vectors; loads and stores need no alignment. */
typedef float f32xN __attribute__((vector_size(4 * N)));
typedef int32_t i32xN __attribute__((vector_size(4 * N)));
typedef uint32_t u32xN __attribute__((vector_size(4 * N)));
typedef float f32xN_unaligned __attribute__((vector_size(4 * N), aligned(4), may_alias));
__attribute__((unused)) static inline f32xN f32xN_load(const float *p) { return *(const f32xN_unaligned *)p; }
__attribute__((unused)) static inline void f32xN_store(float *p, f32xN v) { *(f32xN_unaligned *)p = v; }
__attribute__((unused)) static inline f32xN f32xN_set(float s) { return s - (f32xN){0.0f}; }
__attribute__((unused)) static inline f32xN f32xN_gather(const float *p, int by) {
    f32xN v = {0.0f};
    for (int i = 0; i < N; i++) v[i] = p[i * by];
    return v;
}
/* a where the mask, which a comparison gives, is all ones, b where it is 0. Clang merges by a condition on its own vectors;
 * of and, or and not it would make bits one by one. */
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wconversion"
__attribute__((unused)) static inline f32xN f32xN_select(i32xN mask, f32xN a, f32xN b) {
    typedef int32_t lanes __attribute__((ext_vector_type(N)));
    typedef float numbers __attribute__((ext_vector_type(N)));
    return (f32xN)((lanes)mask ? (numbers)a : (numbers)b);
}
#pragma clang diagnostic pop
#else
__attribute__((unused)) static inline f32xN f32xN_select(i32xN mask, f32xN a, f32xN b) {
    return (f32xN)((mask & (i32xN)a) | (~mask & (i32xN)b));
}
#endif
/* a > b ? a : b and a < b ? a : b in each lane: b where either is NaN, and of two zeros. */
__attribute__((unused)) static inline f32xN f32xN_greater(f32xN a, f32xN b) { return f32xN_select(a > b, a, b); }
__attribute__((unused)) static inline f32xN f32xN_smaller(f32xN a, f32xN b) { return f32xN_select(a < b, a, b); }
