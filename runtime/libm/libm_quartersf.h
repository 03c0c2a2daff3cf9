/* a less the nearest multiple of pi / 2, as r + rest; which multiple it is, of 4. The product with 2 / pi is taken in whole
 * numbers, of the digits of 2 / pi only those that count (Payne and Hanek): right for every finite number. */
static inline int quartersf(float a, float *r, float *rest) {
    static const uint32_t digits[] = {
        0, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu};
    *r = a, *rest = 0.0f;
    if (fabsf(a) < 0x1.921fb6p-1f) return 0;
    const uint32_t bits = bits_of_f32(a), m = (bits & 0x7fffffu) | 0x800000u; /* |a| = m 2^e */
    const uint32_t from = (bits >> 23 & 255u) - 120u, shift = from & 31u; /* = e + 30 */
    const uint32_t *at = digits + (from >> 5); /* the first is worth a quarter of 2^-e */
    uint32_t word[3];
    for (int i = 0; i < 3; i++) word[i] = shift ? at[i] << shift | at[i + 1] >> (32u - shift) : at[i];
    const uint64_t low = (uint64_t)m * word[1] + ((uint64_t)m * word[2] >> 32);
    const uint64_t turn = ((uint64_t)(m * word[0]) << 32) + low; /* of 2 pi, in 2^-64 */
    const uint32_t quarter = (uint32_t)(turn >> 62) + (uint32_t)(turn >> 61 & 1u);
    const int64_t left = (int64_t)(turn - ((uint64_t)quarter << 62));
    uint64_t size = left < 0 ? 0u - (uint64_t)left : (uint64_t)left;
    uint32_t exponent = 105; /* of 24 digits of size, in quarters */
    for (; exponent > 41 && !(size >> 63); exponent--) size <<= 1;
    /* times pi / 2, in two parts */
    const float x = (float)(int32_t)(size >> 40), y = (float)(int32_t)(size >> 9 & 0x7fffffffu) * 0x1p-31f;
    const float high = f32_upper(x), sum = x * 0x1.921fb6p0f;
    const float under = ((high * 0x1.92p0f - sum) + (x - high) * 0x1.92p0f) + x * 0x1.fb5444p-12f + y * 0x1.921fb6p0f;
    const float scale = copysignf(f32_of_bits(exponent << 23), (left < 0) != (a < 0.0f) ? -1.0f : 1.0f);
    *r = sum * scale, *rest = under * scale;
    return a < 0.0f ? -(int)quarter : (int)quarter;
}
