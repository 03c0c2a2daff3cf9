/* |a| < 0.6: a + a^3 P(a^2), P minimax (Remez); above: 1 - 2 / (e^(2|a|) + 1). Error at most 1.4 ulp. */
static inline double tanh(double a) {
    const double size = fabs(a), s = a * a;
    if (!(size < 0.6)) return copysign(1.0 - 2.0 / (exp(size * 2.0) + 1.0), a);
    double p = s * -0x1.2086b4bdce792p-16 + 0x1.4cd3c5f7c3f3bp-14;
    p = p * s - 0x1.e33f5e69cdce2p-13;
    p = p * s + 0x1.33dd52ad3812p-11;
    p = p * s - 0x1.7d7a30f6e4426p-10;
    p = p * s + 0x1.d6d0ceb3f6df5p-9;
    p = p * s - 0x1.226e22d74b4c8p-7;
    p = p * s + 0x1.664f47f2bbb3ep-6;
    p = p * s - 0x1.ba1ba1b78fab5p-5;
    p = p * s + 0x1.111111110e301p-3;
    p = p * s - 0x1.5555555555531p-2;
    return copysign(p * (s * a) + a, a);
}
