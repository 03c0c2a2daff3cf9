/* log(v) + c / v, v = a + sqrt(a^2 - 1) rounded and c what rounding lost. Error at most 1.3 ulp. */
static inline float acoshf(float a) {
    if (!(a >= 1.0f)) return NAN;
    if (!(a < 0x1p13f)) return logf(a) + 0x1.62e43p-1f;
    const float t = a - 1.0f, s = t * (t + 2.0f), q = sqrtf(s), v = a + q;
    if (q == 0.0f) return 0.0f;
    const float th = f32_upper(t), qh = f32_upper(q);
    const float under = ((2.0f * t - qh * qh + th * th) + (t - th) * (t + th)) - (q - qh) * (q + qh); /* t^2 + 2 t - q^2 */
    return logf(v) + ((q - (v - a)) + under / (2.0f * q)) / v;
}
