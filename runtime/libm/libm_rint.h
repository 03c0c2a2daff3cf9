/* Halves to the even number: 2^52 + |a| has no fraction, and larger numbers have none anyway. */
static inline double rint(double a) {
    const double size = fabs(a), sum = size + 4503599627370496.0;
    return size < 4503599627370496.0 ? copysign(sum - 4503599627370496.0, a) : a;
}
