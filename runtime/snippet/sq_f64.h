static inline double sq_f64(double a) { return a * a; }
