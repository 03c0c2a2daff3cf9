/* Halves as floats, exact. */
static inline f32xN f32xN_load_f16(const uint16_t *p) {
#if defined(f32xN_half)
    return f32xN_half(p);
#else
    typedef uint16_t halves __attribute__((vector_size(sizeof(f32xN) / 2)));
    halves codes;
    memcpy(&codes, p, sizeof codes);
    const i32xN h = __builtin_convertvector(codes, i32xN);
    const i32xN size = (i32xN)((f32xN)((h & 0x7fff) << 13) * f32xN_set(0x1p112f)); /* subnormals of f16 are some of f32 */
    const i32xN infinite = ((h & 0x7c00) == 0x7c00) & 0x7f800000;
    return (f32xN)(size | infinite | (i32xN)((u32xN)h >> 15 << 31));
#endif
}
