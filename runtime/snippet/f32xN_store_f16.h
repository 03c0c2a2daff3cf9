/* Floats to halves, to nearest even. */
static inline void f32xN_store_f16(uint16_t *p, f32xN a) {
#if defined(f32xN_to_half)
    (void)f16_from_f32; /* not needed then */
    f32xN_to_half(p, a);
#else
    for (int i = 0; i < (int)(sizeof a / sizeof(float)); i++) p[i] = f16_from_f32(a[i]);
#endif
}
