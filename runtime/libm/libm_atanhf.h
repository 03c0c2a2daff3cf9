/* |a| < 1/2: a + a^3 P(a^2), P minimax (Remez); above: log((1 + |a|) / (1 - |a|)) / 2. Error at most 1.35 ulp. */
static inline float atanhf(float a) {
    const float size = fabsf(a), s = a * a;
    if (!(size < 0.5f)) return size <= 1.0f ? copysignf(0.5f * logf((1.0f + size) / (1.0f - size)), a) : NAN;
    float p = s * 0x1.695f48p-3f + 0x1.8a917ap-6f;
    p = p * s + 0x1.a5c96ep-4f;
    p = p * s + 0x1.c11d6p-4f;
    p = p * s + 0x1.24c34ap-3f;
    p = p * s + 0x1.999822p-3f;
    p = p * s + 0x1.555558p-2f;
    return p * (s * a) + a;
}
