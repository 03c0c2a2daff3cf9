/* From 0 to b - 1; b > 0. */
static inline int64_t index64_mod(int64_t a, int64_t b) {
    const int64_t r = a % b;
    return r < 0 ? r + b : r;
}
