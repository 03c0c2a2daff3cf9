/* |a| < 1/2: a + a^3 P(a^2), P minimax (Remez); above: log((1 + |a|) / (1 - |a|)) / 2. Error at most 1.35 ulp. */
static inline double atanh(double a) {
    const double size = fabs(a), s = a * a;
    if (!(size < 0.5)) return size <= 1.0 ? copysign(0.5 * log((1.0 + size) / (1.0 - size)), a) : (double)NAN;
    double p = s * 0x1.096b215d637d7p-2 - 0x1.f4e00aadd3332p-3;
    p = p * s + 0x1.b4cc1b8cb9603p-3;
    p = p * s - 0x1.ecfe42f5bc5fp-6;
    p = p * s + 0x1.0028f1fd73fcfp-4;
    p = p * s + 0x1.67e1262ef7c8bp-5;
    p = p * s + 0x1.b36515fda0cfap-5;
    p = p * s + 0x1.e1733585d0fe5p-5;
    p = p * s + 0x1.1115252eee5c6p-4;
    p = p * s + 0x1.3b137aaf03114p-4;
    p = p * s + 0x1.745d193a06751p-4;
    p = p * s + 0x1.c71c71bb7801ep-4;
    p = p * s + 0x1.24924924a6e8dp-3;
    p = p * s + 0x1.999999999974ap-3;
    p = p * s + 0x1.5555555555556p-2;
    return p * (s * a) + a;
}
