/* 0 when the shift is not below the width. */
static inline uint64_t shift_right_u64(uint64_t a, uint64_t by, int width) { return by < (uint64_t)width ? a >> by : 0; }
