/* Towards zero; out of range: the nearest; NaN: 0. */
static inline int64_t saturate_i64(double v, int64_t lowest, int64_t highest) {
    if (v != v) return 0;
    return v <= (double)lowest ? lowest : v >= (double)highest ? highest : (int64_t)v;
}
