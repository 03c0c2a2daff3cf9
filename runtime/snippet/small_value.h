/* The number behind a code without its sign: `fraction` bits, the smallest normal number 2^least. */
static inline float small_value(uint32_t code, int fraction, int least) {
    const uint32_t unit = (uint32_t)(127 + least - fraction) << 23;
    uint32_t bits = (code << (23 - fraction)) + ((uint32_t)(126 + least) << 23);
    float f;
    if (code >> fraction == 0) { /* subnormal: a multiple of the smallest */
        memcpy(&f, &unit, sizeof f);
        return (float)code * f;
    }
    memcpy(&f, &bits, sizeof f);
    return f;
}
