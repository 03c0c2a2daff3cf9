/* e^a / 2 for a > 0, also where e^a is too large: a less 2043 ln 2, which is nearly a number of the type. */
static inline double e_half(double a) {
    if (a < 709.0) return exp(a) * 0.5;
    return exp(a - 0x1.62066151add8bp10) * 0x1p1021 * 0x1p1021;
}
