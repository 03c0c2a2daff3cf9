/* Float to IEEE half, to nearest even. */
static inline uint16_t f16_from_f32(float f) {
    const __fp16 x = (__fp16)f;
    uint16_t h;
    memcpy(&h, &x, sizeof h);
    return h;
}
