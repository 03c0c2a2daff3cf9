/* Towards zero; out of range: the nearest; NaN: 0. */
static inline uint64_t saturate_u64(double v, uint64_t highest) {
    if (!(v > 0)) return 0;
    return v >= (double)highest ? highest : (uint64_t)v;
}
