/* |a| < 1: a + a^3 P(a^2), P minimax (Remez); above: (e^|a| - e^-|a|) / 2. Error at most 1.65 ulp. */
static inline double sinh(double a) {
    const double size = fabs(a), s = a * a;
    if (!(size < 1.0)) {
        const double e = e_half(size);
        return copysign(e - 0.25 / e, a);
    }
    double p = s * 0x1.9a7f5d862c78bp-49 + 0x1.ae755672d52e8p-41;
    p = p * s + 0x1.61246b20d0306p-33;
    p = p * s + 0x1.ae645673db85ep-26;
    p = p * s + 0x1.71de3a557431ep-19;
    p = p * s + 0x1.a01a01a019fbdp-13;
    p = p * s + 0x1.1111111111111p-7;
    p = p * s + 0x1.5555555555555p-3;
    return p * (s * a) + a;
}
