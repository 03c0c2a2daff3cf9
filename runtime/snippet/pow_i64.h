/* Wrapping; a negative exponent gives 0 except for the bases 1 and -1. */
static inline int64_t pow_i64(int64_t a, int64_t b) {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
    uint64_t r = 1, x = (uint64_t)a;
    for (; b > 0; b /= 2) {
        if (b % 2) r *= x;
        x *= x;
    }
    return (int64_t)r;
}
