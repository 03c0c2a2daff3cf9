/* 1 + 2 + 3 bits: to nearest even; what is larger than all gives the largest, NaN 0 of the other sign. */
static inline uint8_t f6e2m3_from_f32(float f) {
    uint32_t bits, code = small_code(f, 3, 0);
    memcpy(&bits, &f, sizeof bits);
    if (f != f) return bits >> 31 ? 0 : 0x20u;
    if (code > 0x1fu) code = 0x1fu;
    return (uint8_t)(bits >> 31 ? code | 0x20u : code);
}
