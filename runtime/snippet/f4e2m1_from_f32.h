/* 1 + 2 + 1 bits: to nearest even; what is larger than all gives the largest, NaN 0 of the other sign. */
static inline uint8_t f4e2m1_from_f32(float f) {
    uint32_t bits, code = small_code(f, 1, 0);
    memcpy(&bits, &f, sizeof bits);
    if (f != f) return bits >> 31 ? 0 : 0x08u;
    if (code > 0x07u) code = 0x07u;
    return (uint8_t)(bits >> 31 ? code | 0x08u : code);
}
