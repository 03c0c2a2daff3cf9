/* The double of a code. */
static inline double f64_of_bits(uint64_t a) {
    const union {
        uint64_t i;
        double f;
    } v = {a};
    return v.f;
}
