static inline double sign_f64(double a) { return a > 0 ? 1 : a < 0 ? -1 : a; }
