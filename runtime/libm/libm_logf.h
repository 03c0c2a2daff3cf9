/* a = 2^n (1 + f), 1 + f from sqrt(1/2) to sqrt(2): n ln 2 + f - f^2/2 + f^3 P(f), ln 2 in two parts, P minimax
 * (Remez). Error at most 0.85 ulp. */
static inline float logf(float a) {
    if (!(a > 0.0f)) return a == 0.0f ? -INFINITY : NAN;
    if (!(a < INFINITY)) return a;
    const bool tiny = a < 0x1p-126f;
    const uint32_t i = bits_of_f32(tiny ? a * 8388608.0f : a) - 0x3f3504f3u;
    const float n = (float)((int32_t)((i >> 23) + 0x100u) % 0x200 - 0x100 - (tiny ? 23 : 0));
    const float f = f32_of_bits((i & 0x7fffffu) + 0x3f3504f3u) - 1.0f, ff = f * f;
    float p = f * -0x1.38b49ep-4f + 0x1.055af0p-3f;
    p = p * f - 0x1.0d8534p-3f;
    p = p * f + 0x1.22da2ep-3f;
    p = p * f - 0x1.547248p-3f;
    p = p * f + 0x1.99a008p-3f;
    p = p * f - 0x1.000226p-2f;
    p = p * f + 0x1.555554p-2f;
    return (p * (f * ff) + n * -2.12194440e-4f - ff * 0.5f) + f + n * 0.693359375f;
}
