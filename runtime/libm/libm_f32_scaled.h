/* p 2^n for whole numbers n from -252 to 254, rounded once. */
static inline float f32_scaled(float p, float n) {
    const uint32_t k = bits_of_f32(n + 12583166.0f) - 0x4b400000u, half = k >> 1; /* k = n + 254, in two factors */
    return p * f32_of_bits(half << 23) * f32_of_bits((k - half) << 23);
}
