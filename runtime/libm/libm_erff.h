/* |a| < 0.9276: a + a P(a^2); above: 1 - e^(-t + t Q(t)), t = |a|. P and Q are minimax polynomials (Remez). Error at
 * most 1.32 ulp. */
static inline float erff(float a) {
    const float size = fabsf(a), s = a * a;
    if (size < 0.9276f) {
        float p = s * -0x1.38b93ap-11f + 0x1.46e662p-8f;
        p = p * s - 0x1.b67cf2p-6f;
        p = p * s + 0x1.ce1970p-4f;
        p = p * s - 0x1.8126e0p-2f;
        p = p * s + 0x1.06eba6p-3f;
        return a * p + a;
    }
    const float t = size > 4.0f ? 4.0f : size;
    float q = t * -0x1.78e222p-17f + 0x1.527dbap-12f;
    q = q * t - 0x1.dd6d76p-9f;
    q = q * t + 0x1.855184p-6f;
    q = q * t - 0x1.b3257ep-4f;
    q = q * t - 0x1.45328cp-1f;
    q = q * t - 0x1.0778dep-3f;
    return copysignf(1.0f - expf(q * t - t), a);
}
