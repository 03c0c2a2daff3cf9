/* 2^n (e^r - 1) + (2^n - 1), where n = rint(a / ln 2) and e^r - 1 is a minimax polynomial (as in exp), all halved until
 * the end for the largest n. Error at most 1.53 ulp. */
static inline double expm1(double a) {
    if (!(fabs(a) >= 0x1p-54)) return a;
    const double x = a > 710.0 ? 710.0 : a < -40.0 ? -40.0 : a, t = x * 0x1.71547652b82fep0 + 0x1.8p52;
    const double n = t - 0x1.8p52, q = x - n * 0x1.62e42fefa38p-1;
    const double low = n * 0x1.ef35793c7673p-45, r = q - low, s = f64_of_bits((bits_of_f64(t) + 1022) << 52);
    double p = r * 0x1.1f9582a061918p-29 + 0x1.af5ebf7d0c6d2p-26;
    p = p * r + 0x1.27e4c58a13434p-22;
    p = p * r + 0x1.71ddf85375c4p-19;
    p = p * r + 0x1.a01a01b0c3b34p-16;
    p = p * r + 0x1.a01a01afe52a1p-13;
    p = p * r + 0x1.6c16c16c1441bp-10;
    p = p * r + 0x1.111111110f6afp-7;
    p = p * r + 0x1.555555555555ap-5;
    p = p * r + 0x1.5555555555559p-3;
    p = p * r + 0x1p-1;
    p = p * (r * r) + ((q - r) - low) + r;
    return (s * p + (s - 0.5)) * 2.0;
}
