static inline float f6e2m3_to_f32(uint8_t h) {
    const float v = small_value(h & 0x1fu, 3, 0);
    return h & 0x20u ? -v : v;
}
