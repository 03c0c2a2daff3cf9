static inline double trunc(double a) {
    return fabs(a) < 4503599627370496.0 ? copysign((double)(int64_t)a, a) : a;
}
