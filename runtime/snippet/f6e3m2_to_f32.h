static inline float f6e3m2_to_f32(uint8_t h) {
    const float v = small_value(h & 0x1fu, 2, -2);
    return h & 0x20u ? -v : v;
}
