/* 2^n (e^r - 1) + (2^n - 1), where n = rint(a / ln 2) and e^r - 1 is a minimax polynomial (as in expf), all halved until
 * the end for the largest n. Error at most 1.44 ulp. */
static inline float expm1f(float a) {
    if (fabsf(a) < 0x1p-25f) return a;
    const float x = a > 89.0f ? 89.0f : a < -18.0f ? -18.0f : a;
    const float t = x * 1.44269504f + 12583038.0f, n = t - 12583038.0f; /* the low bits of t are n + 126 */
    const float r = x - n * 0.693359375f - n * -2.12194440e-4f;
    const float s = f32_of_bits((bits_of_f32(t) - 0x4b400000u) << 23);
    float p = r * 0x1.a032fap-13f + 0x1.6d73fap-10f;
    p = p * r + 0x1.11118ap-7f;
    p = p * r + 0x1.5554b0p-5f;
    p = p * r + 0x1.555554p-3f;
    p = p * r + 0.5f;
    p = p * (r * r) + r;
    return (s * p + (s - 0.5f)) * 2.0f;
}
