/* 0 where the divisor is 0. */
static inline uint64_t div_u64(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }
