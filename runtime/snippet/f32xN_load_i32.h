/* Integers in as many lanes as f32xN has. */
static inline i32xN f32xN_load_i32(const int32_t *p) {
    i32xN v;
    memcpy(&v, p, sizeof v);
    return v;
}
