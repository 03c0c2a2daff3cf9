/* Rounded down; b > 0. */
static inline int index_div(int a, int b) { return a >= 0 ? a / b : -1 - (-1 - a) / b; }
