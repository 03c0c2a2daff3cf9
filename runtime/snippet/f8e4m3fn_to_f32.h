static inline float f8e4m3fn_to_f32(uint8_t h) {
    const float v = small_value(h & 0x7fu, 3, -6);
    if ((h & 0x7fu) == 0x7fu) return h & 0x80u ? -NAN : NAN;
    return h & 0x80u ? -v : v;
}
