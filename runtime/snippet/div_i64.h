/* Truncating; 0 where the divisor is 0, wrapping for the smallest number by -1. */
static inline int64_t div_i64(int64_t a, int64_t b) {
    if (b == 0) return 0;
    return b == -1 ? (int64_t)(0u - (uint64_t)a) : a / b;
}
