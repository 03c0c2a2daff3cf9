/* 2^n e^r with n = rint(a / ln 2) and ln 2 in two parts (Cody and Waite), e^r by a minimax polynomial (Remez). What is
 * too small for a normal number is rounded once. Error at most 1.01 ulp. */
static inline float expf(float a) {
    const float b = a < -104.0f ? -104.0f : a > 89.0f ? 89.0f : a, t = b * 1.44269504f + 12582912.0f;
    const float n = t - 12582912.0f, r = b - n * 0.693359375f - n * -2.12194440e-4f;
    float p = r * 0x1.6a2148p-10f + 0x1.123b9ap-7f;
    p = p * r + 0x1.5558fcp-5f;
    p = p * r + 0x1.555490p-3f;
    p = p * r + 0x1.fffffcp-2f;
    p = p * (r * r) + r + 1.0f;
    return f32_scaled(p, n);
}
