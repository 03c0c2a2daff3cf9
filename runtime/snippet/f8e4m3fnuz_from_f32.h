/* 1 + 4 + 3 bits: to nearest even; NaN, and what lies beyond 0x7f, is 0x80; there is no -0. */
static inline uint8_t f8e4m3fnuz_from_f32(float f) {
    const uint32_t code = small_code(f, 3, -7);
    if (code > 0x7fu) return 0x80u;
    return (uint8_t)(code && f < 0 ? code | 0x80u : code);
}
