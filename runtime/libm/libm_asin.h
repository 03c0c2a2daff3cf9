/* |a| < 1/2: a polynomial; above: pi / 2 - 2 asin(s), s = sqrt((1 - |a|) / 2) as the sum of two numbers (fdlibm's way). Error
 * at most 0.85 ulp. */
static inline double asin(double a) {
    const double size = fabs(a);
    if (!(size <= 1.0)) return (double)NAN;
    if (size < 0.5) return size < 0x1p-30 ? a : a + a * asin_rest(a * a);
    const double z = (1.0 - size) * 0.5, s = sqrt(z), high = f64_upper(s), low = s > 0.0 ? (z - high * high) / (s + high) : 0.0;
    const double p = 0x1.921fb54442d18p-1 - 2.0 * high, q = 2.0 * s * asin_rest(z) - (0x1.1a62633145c07p-54 - 2.0 * low);
    return copysign(0x1.921fb54442d18p-1 - (q - p), a);
}
