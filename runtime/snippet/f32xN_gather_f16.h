/* Halves that are `by` apart as floats. */
static inline f32xN f32xN_gather_f16(const uint16_t *p, int by) {
    f32xN v;
    for (int i = 0; i < (int)(sizeof v / sizeof(float)); i++) v[i] = f16_to_f32(p[i * by]);
    return v;
}
