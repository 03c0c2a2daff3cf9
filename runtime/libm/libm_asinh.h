/* |a| < 1/2: a + a^3 P(a^2), P minimax (Remez); above: log(v) + c / v, v = |a| + sqrt(a^2 + 1) rounded and c what rounding
 * lost. Error at most 1.35 ulp. */
static inline double asinh(double a) {
    const double size = fabs(a), s = a * a;
    if (!(size < 0x1p28)) return copysign(log(size) + 0x1.62e42fefa39efp-1, a);
    if (size >= 0.5) {
        const double q = sqrt(s + 1.0), v = size + q, ah = f64_upper(size), qh = f64_upper(q);
        const double under = (((ah * ah - qh * qh) + 1.0) + (size - ah) * (size + ah)) - (q - qh) * (q + qh); /* a^2 + 1 - q^2 */
        return copysign(log(v) + ((size - (v - q)) + under / (2.0 * q)) / v, a);
    }
    double p = s * -0x1.65fc168eb16c3p-10 + 0x1.0152f94d5b522p-8;
    p = p * s - 0x1.9e9360d7db033p-8;
    p = p * s + 0x1.0a22cd0812e64p-7;
    p = p * s - 0x1.3e2c5c9fea6dap-7;
    p = p * s + 0x1.7a4be83124655p-7;
    p = p * s - 0x1.c993c79623b8dp-7;
    p = p * s + 0x1.1c4e920d1891dp-6;
    p = p * s - 0x1.6e8ba08d4c55dp-6;
    p = p * s + 0x1.f1c71c5fc1683p-6;
    p = p * s - 0x1.6db6db6d8e21cp-5;
    p = p * s + 0x1.333333333304dp-4;
    p = p * s - 0x1.5555555555554p-3;
    return copysign(p * (s * a) + a, a);
}
