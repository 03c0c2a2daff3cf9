static inline f32xN f32xN_load_i8(const int8_t *p) {
    typedef int8_t bytes __attribute__((vector_size(sizeof(f32xN) / 4)));
    bytes v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, f32xN);
}
