/* From 0 to b - 1; b > 0. */
static inline int index_mod(int a, int b) {
    const int r = a % b;
    return r < 0 ? r + b : r;
}
