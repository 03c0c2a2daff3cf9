/* Whole numbers that fit. */
static inline void f32xN_store_i8(int8_t *p, f32xN a) {
    typedef int8_t bytes __attribute__((vector_size(sizeof(f32xN) / 4)));
    const bytes v = __builtin_convertvector(__builtin_convertvector(a, i32xN), bytes);
    memcpy(p, &v, sizeof v);
}
