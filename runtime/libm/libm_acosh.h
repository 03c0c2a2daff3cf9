/* log(v) + c / v, v = a + sqrt(a^2 - 1) rounded and c what rounding lost. Error at most 1.3 ulp. */
static inline double acosh(double a) {
    if (!(a >= 1.0)) return (double)NAN;
    if (!(a < 0x1p28)) return log(a) + 0x1.62e42fefa39efp-1;
    const double t = a - 1.0, s = t * (t + 2.0), q = sqrt(s), v = a + q;
    if (q == 0.0) return 0.0;
    const double th = f64_upper(t), qh = f64_upper(q);
    const double under = ((2.0 * t - qh * qh + th * th) + (t - th) * (t + th)) - (q - qh) * (q + qh); /* t^2 + 2 t - q^2 */
    return log(v) + ((q - (v - a)) + under / (2.0 * q)) / v;
}
