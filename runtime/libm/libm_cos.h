/* The cosine or sine of what is left to the nearest multiple of pi / 2. Error at most 0.83 ulp. */
static inline double cos(double a) {
    if (!(fabs(a) < (double)INFINITY)) return (double)NAN;
    double r, rest;
    const int quarter = quarters(a, &r, &rest) & 3;
    const double y = quarter & 1 ? sin_near(r, rest, &rest) : cos_near(r, rest, &rest);
    return quarter == 1 || quarter == 2 ? -y : y;
}
