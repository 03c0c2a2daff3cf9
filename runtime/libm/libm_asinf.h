/* |a| < 1/2: a polynomial; above: pi / 2 - 2 asin(s), s = sqrt((1 - |a|) / 2) as the sum of two numbers (fdlibm's way). Error
 * at most 0.85 ulp. */
static inline float asinf(float a) {
    const float size = fabsf(a);
    if (!(size <= 1.0f)) return NAN;
    if (size < 0.5f) return size < 0x1p-30f ? a : a + a * asinf_rest(a * a);
    const float z = (1.0f - size) * 0.5f, s = sqrtf(z), high = f32_upper(s), low = s > 0.0f ? (z - high * high) / (s + high) : 0.0f;
    const float p = 0x1.921fb6p-1f - 2.0f * high, q = 2.0f * s * asinf_rest(z) - (-0x1.777a5cp-25f - 2.0f * low);
    return copysignf(0x1.921fb6p-1f - (q - p), a);
}
