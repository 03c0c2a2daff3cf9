/* a = 2^n (1 + f), 1 + f from sqrt(1/2) to sqrt(2), s = f / (2 + f): n ln 2 + f - (f^2/2 - s (f^2/2 + s^2 P(s^2))), as in
 * fdlibm, ln 2 in two parts, P minimax (Remez). Error at most 0.9 ulp. */
static inline double log(double a) {
    if (!(a > 0.0)) return a == 0.0 ? -(double)INFINITY : (double)NAN;
    if (!(a < (double)INFINITY)) return a;
    const bool tiny = a < 0x1p-1022;
    const uint64_t i = bits_of_f64(tiny ? a * 0x1p54 : a) - 0x3fe6a09e667f3bcdu;
    const double n = (double)((int32_t)((i >> 52) + 0x800u) % 0x1000 - 0x800 - (tiny ? 54 : 0));
    const double f = f64_of_bits((i & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0, half = f * f * 0.5;
    const double s = f / (f + 2.0), z = s * s;
    double p = z * 0x1.3087a8548649ep-3 + 0x1.397873e3aa5a2p-3;
    p = p * z + 0x1.7467fdb8a1f99p-3;
    p = p * z + 0x1.c71c48957fe5ep-3;
    p = p * z + 0x1.2492494f36fe3p-2;
    p = p * z + 0x1.999999996e01cp-2;
    p = p * z + 0x1.55555555555d7p-1;
    return n * 0x1.62e42fefa38p-1 - ((half - (s * (half + p * z) + n * 0x1.ef35793c7673p-45)) - f);
}
