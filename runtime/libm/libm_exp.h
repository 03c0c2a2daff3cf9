/* 2^n e^r with n = rint(a / ln 2) and ln 2 in two parts (Cody and Waite), e^r by a minimax polynomial (Remez). What is
 * too small for a normal number is rounded once. Error at most 1 ulp. */
static inline double exp(double a) {
    const double b = a < -746.0 ? -746.0 : a > 710.0 ? 710.0 : a, t = b * 0x1.71547652b82fep0 + 0x1.8p52;
    const double n = t - 0x1.8p52, r = b - n * 0x1.62e42fefa38p-1 - n * 0x1.ef35793c7673p-45;
    double p = r * 0x1.1f9cb0d0275b6p-29 + 0x1.af6cc7ca6954ap-26;
    p = p * r + 0x1.27e4c01380273p-22;
    p = p * r + 0x1.71ddef97a292fp-19;
    p = p * r + 0x1.a01a01b3de4e6p-16;
    p = p * r + 0x1.a01a01b3b91a2p-13;
    p = p * r + 0x1.6c16c16c13748p-10;
    p = p * r + 0x1.111111110ebbap-7;
    p = p * r + 0x1.555555555555dp-5;
    p = p * r + 0x1.555555555555cp-3;
    p = p * r + 0x1p-1;
    return f64_scaled(p * (r * r) + r + 1.0, n);
}
