/* 1 + 4 + 3 bits: to nearest even; what lies beyond 448 is NaN. */
static inline uint8_t f8e4m3fn_from_f32(float f) {
    uint32_t bits, code = small_code(f, 3, -6);
    memcpy(&bits, &f, sizeof bits);
    if (code > 0x7eu) code = 0x7fu;
    return (uint8_t)(bits >> 31 ? code | 0x80u : code);
}
