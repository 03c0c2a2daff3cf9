/* p 2^n for whole numbers n from -2044 to 2046, rounded once. */
static inline double f64_scaled(double p, double n) {
    const uint32_t k = (uint32_t)bits_of_f64(n + 0x1.8p52) + 2046u, half = k >> 1; /* k = n + 2046, in two factors */
    return p * f64_of_bits((uint64_t)half << 52) * f64_of_bits((uint64_t)(k - half) << 52);
}
