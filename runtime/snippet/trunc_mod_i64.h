/* Remainder with the sign of the dividend; 0 where the divisor is 0. */
static inline int64_t trunc_mod_i64(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
