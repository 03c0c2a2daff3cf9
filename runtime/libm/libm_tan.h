/* The quotient of sine and cosine of what is left to the nearest multiple of pi / 2. Error at most 1.45 ulp. */
static inline double tan(double a) {
    if (a == 0.0) return a;
    if (!(fabs(a) < (double)INFINITY)) return (double)NAN;
    double r, rest, under, over;
    const int quarter = quarters(a, &r, &rest) & 1;
    const double sine = sin_near(r, rest, &over), cosine = cos_near(r, rest, &under);
    const double y = quarter ? -cosine / sine : sine / cosine;
    return y + (quarter ? (-under - y * over) / sine : (over - y * under) / cosine);
}
