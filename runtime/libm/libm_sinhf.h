/* |a| < 1: a + a^3 P(a^2), P minimax (Remez); above: (e^|a| - e^-|a|) / 2. Error at most 1.65 ulp. */
static inline float sinhf(float a) {
    const float size = fabsf(a), s = a * a;
    if (!(size < 1.0f)) {
        const float e = e_halff(size);
        return copysignf(e - 0.25f / e, a);
    }
    float p = s * 0x1.7a268ep-19f + 0x1.9ffe12p-13f;
    p = p * s + 0x1.111136p-7f;
    p = p * s + 0x1.555556p-3f;
    return p * (s * a) + a;
}
