/* Halves as floats, exact: subnormals by way of integers, as vectors of floats are flushed where they are below 2^-126. */
static inline f32x4 f32x4_load_f16(const uint16_t *p) {
    typedef uint16_t halves __attribute__((vector_size(8)));
    halves codes;
    memcpy(&codes, p, sizeof codes);
    const i32x4 h = __builtin_convertvector(codes, i32x4), size = h & 0x7fff;
    const i32x4 small = (i32x4)(__builtin_convertvector(size, f32x4) * f32x4_set(0x1p-24f)), subnormal = size < 0x400;
    const i32x4 large = ((size << 13) + (112 << 23)) | ((size >= 0x7c00) & 0x7f800000);
    return (f32x4)((subnormal & small) | (~subnormal & large) | (i32x4)((u32x4)h >> 15 << 31));
}
