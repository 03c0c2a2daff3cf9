/* The upper half of the digits: products of two such numbers are exact. */
static inline double f64_upper(double a) {
    return f64_of_bits(bits_of_f64(a) & 0xfffffffff8000000u);
}
