/* 1 + 5 + 2 bits: to nearest even; what lies beyond 57344 is infinite. */
static inline uint8_t f8e5m2_from_f32(float f) {
    uint32_t bits, code = small_code(f, 2, -14);
    memcpy(&bits, &f, sizeof bits);
    if (code > 0x7bu) code = f != f ? 0x7eu : 0x7cu;
    return (uint8_t)(bits >> 31 ? code | 0x80u : code);
}
