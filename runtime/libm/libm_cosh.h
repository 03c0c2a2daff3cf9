/* (e^|a| + e^-|a|) / 2. Error at most 1.45 ulp. */
static inline double cosh(double a) {
    const double e = e_half(fabs(a));
    return e + 0.25 / e;
}
