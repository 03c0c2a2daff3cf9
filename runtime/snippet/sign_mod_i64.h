/* Remainder with the sign of the divisor; 0 where the divisor is 0. */
static inline int64_t sign_mod_i64(int64_t a, int64_t b) {
    if (b == 0 || b == -1) return 0;
    const int64_t r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
