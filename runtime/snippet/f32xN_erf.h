/* |a| < 0.9276: a + a P(a^2); above: 1 - e^(-t + t Q(t)), t = |a|. P and Q are minimax polynomials (Remez). Error at
 * most 1.32 ulp. */
static inline f32xN f32xN_erf(f32xN a) {
    const f32xN size = f32xN_abs(a), t = f32xN_select(size > f32xN_set(4.0f), f32xN_set(4.0f), size), s = a * a;
    f32xN p = s * -0x1.38b93ap-11f + 0x1.46e662p-8f;
    p = p * s - 0x1.b67cf2p-6f;
    p = p * s + 0x1.ce1970p-4f;
    p = p * s - 0x1.8126e0p-2f;
    p = p * s + 0x1.06eba6p-3f;
    f32xN q = t * -0x1.78e222p-17f + 0x1.527dbap-12f;
    q = q * t - 0x1.dd6d76p-9f;
    q = q * t + 0x1.855184p-6f;
    q = q * t - 0x1.b3257ep-4f;
    q = q * t - 0x1.45328cp-1f;
    q = q * t - 0x1.0778dep-3f;
    const f32xN large = 1.0f - f32xN_exp(q * t - t);
    return f32xN_select(size < f32xN_set(0.9276f), a * p + a, f32xN_copysign(large, a));
}
