/* The magnitude of f as a number of `fraction` bits behind the leading one, of which the smallest normal one is
 * 2^least: to nearest even. Infinity and NaN, as all that is too large, give more than the type's largest code. */
static inline uint32_t small_code(float f, int fraction, int least) {
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bits &= 0x7fffffffu;
    const int e = (int)(bits >> 23) - 127, below = e < least ? least - e : 0, shift = 23 - fraction + below;
    if (shift > 24) return 0;
    const uint32_t m = (bits & 0x7fffffu) | 0x800000u, half = 1u << (shift - 1), rest = m & (2u * half - 1u);
    const uint32_t steps = (m >> shift) + (rest > half || (rest == half && (m >> shift & 1u)));
    return ((uint32_t)(e + below - least) << fraction) + steps;
}
