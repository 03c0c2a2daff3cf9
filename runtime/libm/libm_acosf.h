/* pi / 2 - asin(a) for |a| < 1/2; above: 2 asin(s), s = sqrt((1 - |a|) / 2) as the sum of two numbers, or pi less that
 * (fdlibm's way). Error at most 0.9 ulp. */
static inline float acosf(float a) {
    const float size = fabsf(a);
    if (!(size <= 1.0f)) return NAN;
    if (size < 0.5f) return 0x1.921fb6p0f - (a - (-0x1.777a5cp-25f - a * asinf_rest(a * a)));
    const float z = (1.0f - size) * 0.5f, s = sqrtf(z), high = f32_upper(s), low = s > 0.0f ? (z - high * high) / (s + high) : 0.0f;
    const float rest = s * asinf_rest(z);
    if (a > 0.0f) return 2.0f * (high + (rest + low));
    return 2.0f * (0x1.921fb6p0f - (s + (rest - -0x1.777a5cp-25f)));
}
