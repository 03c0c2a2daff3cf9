/* |a| < 0.6: a + a^3 P(a^2), P minimax (Remez); above: 1 - 2 / (e^(2|a|) + 1). Error at most 1.33 ulp. */
static inline float tanhf(float a) {
    const float size = fabsf(a), s = a * a;
    if (!(size < 0.6f)) return copysignf(1.0f - 2.0f / (expf(size * 2.0f) + 1.0f), a);
    float p = s * -0x1.825870p-8f + 0x1.54b8a6p-6f;
    p = p * s - 0x1.b898dep-5f;
    p = p * s + 0x1.1109aep-3f;
    p = p * s - 0x1.55553ep-2f;
    return copysignf(p * (s * a) + a, a);
}
