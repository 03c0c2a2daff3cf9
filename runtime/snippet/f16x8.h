/* 8 halves, as codes in memory; loads and stores need no alignment. */
#include <arm_neon.h>
__extension__ typedef _Float16 f16x8 __attribute__((vector_size(16)));
__attribute__((unused)) static inline f16x8 f16x8_load(const uint16_t *p) { return (f16x8)vreinterpretq_f16_u16(vld1q_u16(p)); }
__attribute__((unused)) static inline void f16x8_store(uint16_t *p, f16x8 v) { vst1q_u16(p, vreinterpretq_u16_f16((float16x8_t)v)); }
__attribute__((unused)) static inline f16x8 f16x8_set(float s) { return (f16x8)vdupq_n_f16((float16_t)s); }
/* One half in all lanes. */
__attribute__((unused)) static inline f16x8 f16x8_dup(const uint16_t *p) { return (f16x8)vreinterpretq_f16_u16(vld1q_dup_u16(p)); }
__attribute__((unused)) static inline f16x8 f16x8_gather(const uint16_t *p, int by) {
    const uint16_t h[8] = {p[0], p[by], p[2 * by], p[3 * by], p[4 * by], p[5 * by], p[6 * by], p[7 * by]};
    return f16x8_load(h);
}
__attribute__((unused)) static inline f16x8 f16x8_load_f32(const float *p) {
    return (f16x8)vcombine_f16(vcvt_f16_f32(vld1q_f32(p)), vcvt_f16_f32(vld1q_f32(p + 4)));
}
/* NaN if either is. */
__attribute__((unused)) static inline f16x8 f16x8_max(f16x8 a, f16x8 b) { return (f16x8)vmaxq_f16((float16x8_t)a, (float16x8_t)b); }
__attribute__((unused)) static inline f16x8 f16x8_min(f16x8 a, f16x8 b) { return (f16x8)vminq_f16((float16x8_t)a, (float16x8_t)b); }
