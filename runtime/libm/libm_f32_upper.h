/* The upper half of the digits: products of two such numbers are exact. */
static inline float f32_upper(float a) {
    return f32_of_bits(bits_of_f32(a) & 0xfffff000u);
}
