/* The sine or cosine of what is left to the nearest multiple of pi / 2. Error at most 0.83 ulp. */
static inline double sin(double a) {
    if (a == 0.0) return a;
    if (!(fabs(a) < (double)INFINITY)) return (double)NAN;
    double r, rest;
    const int quarter = quarters(a, &r, &rest) & 3;
    const double y = quarter & 1 ? cos_near(r, rest, &rest) : sin_near(r, rest, &rest);
    return quarter & 2 ? -y : y;
}
