/* Long division: each difference is exact. */
static inline double fmod(double a, double b) {
    const double y = fabs(b);
    double x = fabs(a), t = y;
    if (!(x < INFINITY) || !(y > 0.0)) return (a * b) / (a * b);
    if (x < y) return a;
    while (x - t >= t) t += t;
    for (; t >= y; t *= 0.5)
        if (x >= t) x -= t;
    return copysign(x, a);
}
