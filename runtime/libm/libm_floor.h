static inline double floor(double a) {
    const double t = trunc(a);
    return t > a ? t - 1.0 : t;
}
