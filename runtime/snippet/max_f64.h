/* NaN if either is. */
static inline double max_f64(double a, double b) { return a > b || a != a ? a : b; }
