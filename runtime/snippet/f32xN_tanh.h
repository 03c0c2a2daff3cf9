/* |a| < 0.6: a + a^3 P(a^2), P minimax (Remez); above: 1 - 2 / (e^(2|a|) + 1). Error at most 1.33 ulp. */
static inline f32xN f32xN_tanh(f32xN a) {
    const f32xN size = f32xN_abs(a), s = a * a, large = 1.0f - 2.0f / (f32xN_exp(size * 2.0f) + 1.0f);
    f32xN p = s * -0x1.825870p-8f + 0x1.54b8a6p-6f;
    p = p * s - 0x1.b898dep-5f;
    p = p * s + 0x1.1109aep-3f;
    p = p * s - 0x1.55553ep-2f;
    return f32xN_copysign(f32xN_select(size < f32xN_set(0.6f), p * (s * a) + a, large), a);
}
