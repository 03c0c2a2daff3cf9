static inline float f8e4m3fnuz_to_f32(uint8_t h) {
    const float v = small_value(h & 0x7fu, 3, -7);
    return h == 0x80u ? -NAN : h & 0x80u ? -v : v;
}
