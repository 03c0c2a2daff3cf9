/* Of the quotient, in the quarter of the point (b, a). Error at most 1.5 ulp. */
static inline double atan2(double a, double b) {
    if (a != a || b != b) return a + b;
    const double y = fabs(a), x = fabs(b), far = (double)INFINITY;
    double angle;
    if (y == x && x > 0.0) angle = 0x1.921fb54442d18p-1;
    else if (x == far || y == 0.0) angle = 0.0;
    else if (y == far || x == 0.0) angle = 0x1.921fb54442d18p0;
    else angle = atan(y / x);
    if (copysign(1.0, b) < 0.0) angle = 0x1.921fb54442d18p1 - (angle - (0x1.1a62633145c07p-53));
    return copysign(angle, a);
}
