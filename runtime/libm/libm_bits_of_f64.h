/* The code of a double. */
static inline uint64_t bits_of_f64(double a) {
    const union {
        double f;
        uint64_t i;
    } v = {a};
    return v.i;
}
