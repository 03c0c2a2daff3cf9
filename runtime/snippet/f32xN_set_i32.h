/* Integers in as many lanes as f32xN has. */
static inline i32xN f32xN_set_i32(int32_t s) {
    const i32xN zero = {0};
    return zero + s;
}
