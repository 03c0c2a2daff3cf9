/* Towards zero, to 16 bits or fewer, without doubles; out of range: the nearest; NaN: 0. */
static inline int32_t saturate_f32(float v, float lowest, float highest) {
    if (v != v) return 0;
    return (int32_t)(v <= lowest ? lowest : v >= highest ? highest : v);
}
