static inline float f4e2m1_to_f32(uint8_t h) {
    const float v = small_value(h & 0x07u, 1, 0);
    return h & 0x08u ? -v : v;
}
