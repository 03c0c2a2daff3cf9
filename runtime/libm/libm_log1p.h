/* log(u) + c / u, u = 1 + a rounded and c what rounding lost. Error at most 1.5 ulp. */
static inline double log1p(double a) {
    const double u = a + 1.0, b = u - a, c = (a - (u - b)) + (1.0 - b);
    if (u == 1.0) return a;
    return u > 0.0 && u < (double)INFINITY ? log(u) + c / u : log(u);
}
