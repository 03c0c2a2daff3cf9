static inline double ceil(double a) {
    const double t = trunc(a);
    return t < a ? copysign(t + 1.0, a) : t;
}
