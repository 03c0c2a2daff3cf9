/* NaN if either is. */
static inline double min_f64(double a, double b) { return b < a || b != b ? b : a; }
