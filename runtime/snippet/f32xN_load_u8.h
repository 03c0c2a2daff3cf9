static inline f32xN f32xN_load_u8(const uint8_t *p) {
#if defined(f32xN_widen_u8)
    uint32_t four;
    memcpy(&four, p, sizeof four);
    return __builtin_convertvector(f32xN_widen_u8(four), f32xN);
#else
    typedef uint8_t bytes __attribute__((vector_size(sizeof(f32xN) / 4)));
    bytes v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, f32xN);
#endif
}
