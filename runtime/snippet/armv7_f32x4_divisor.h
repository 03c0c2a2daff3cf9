/* A divisor that all lanes have. Under the flags that vectors of floats need, gcc would multiply by its reciprocal, which rounds
 * twice, were it known to be one number. */
static inline f32x4 f32x4_divisor(f32x4 v) {
#if defined(__GNUC__)
    __asm__("" : "+w"(v));
#endif
    return v;
}
