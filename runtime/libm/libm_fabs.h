static inline double fabs(double a) {
    union {
        double f;
        uint64_t i;
    } v = {a};
    v.i &= 0x7fffffffffffffffu;
    return v.f;
}
