static inline double copysign(double a, double b) {
    union {
        double f;
        uint64_t i;
    } v = {a}, w = {b};
    v.i = (v.i & 0x7fffffffffffffffu) | (w.i & 0x8000000000000000u);
    return v.f;
}
