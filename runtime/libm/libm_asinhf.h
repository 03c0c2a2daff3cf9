/* |a| < 1/2: a + a^3 P(a^2), P minimax (Remez); above: log(v) + c / v, v = |a| + sqrt(a^2 + 1) rounded and c what rounding
 * lost. Error at most 1.75 ulp. */
static inline float asinhf(float a) {
    const float size = fabsf(a), s = a * a;
    if (!(size < 0x1p13f)) return copysignf(logf(size) + 0x1.62e43p-1f, a);
    if (size >= 0.5f) {
        const float q = sqrtf(s + 1.0f), v = size + q, ah = f32_upper(size), qh = f32_upper(q);
        const float under = (((ah * ah - qh * qh) + 1.0f) + (size - ah) * (size + ah)) - (q - qh) * (q + qh); /* a^2 + 1 - q^2 */
        return copysignf(logf(v) + ((size - (v - q)) + under / (2.0f * q)) / v, a);
    }
    float p = s * 0x1.2ca856p-7f - 0x1.4771aap-6f;
    p = p * s + 0x1.ebc1e4p-6f;
    p = p * s - 0x1.6d792ap-5f;
    p = p * s + 0x1.33320cp-4f;
    p = p * s - 0x1.555554p-3f;
    return copysignf(p * (s * a) + a, a);
}
