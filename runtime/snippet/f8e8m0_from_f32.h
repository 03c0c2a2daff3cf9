/* A power of two by its exponent alone: the nearest to the magnitude of f, ties up; NaN where there is none. */
static inline uint8_t f8e8m0_from_f32(float f) {
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bits &= 0x7fffffffu;
    if (bits < 0x300000u || bits >= 0x7f800000u) return 0xffu; /* 0.75 * 2^-127 */
    if (bits < 0x800000u) return bits >= 0x600000u;
    return (uint8_t)((bits >> 23) + (bits >> 22 & 1u));
}
