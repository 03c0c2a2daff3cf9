/* NaN if either is. */
static inline double max_f64(double a, double b) { return b > a || b != b ? b : a; }
