/* pi / 2 - asin(a) for |a| < 1/2; above: 2 asin(s), s = sqrt((1 - |a|) / 2) as the sum of two numbers, or pi less that
 * (fdlibm's way). Error at most 0.9 ulp. */
static inline double acos(double a) {
    const double size = fabs(a);
    if (!(size <= 1.0)) return (double)NAN;
    if (size < 0.5) return 0x1.921fb54442d18p0 - (a - (0x1.1a62633145c07p-54 - a * asin_rest(a * a)));
    const double z = (1.0 - size) * 0.5, s = sqrt(z), high = f64_upper(s), low = s > 0.0 ? (z - high * high) / (s + high) : 0.0;
    const double rest = s * asin_rest(z);
    if (a > 0.0) return 2.0 * (high + (rest + low));
    return 2.0 * (0x1.921fb54442d18p0 - (s + (rest - 0x1.1a62633145c07p-54)));
}
