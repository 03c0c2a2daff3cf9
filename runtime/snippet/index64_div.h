/* Rounded down; b > 0. */
static inline int64_t index64_div(int64_t a, int64_t b) { return a >= 0 ? a / b : -1 - (-1 - a) / b; }
