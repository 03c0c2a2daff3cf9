/* Wrapping. */
static inline uint64_t pow_u64(uint64_t a, uint64_t b) {
    uint64_t r = 1;
    for (; b > 0; b /= 2) {
        if (b % 2) r *= a;
        a *= a;
    }
    return r;
}
