static inline float f8e5m2_to_f32(uint8_t h) {
    const float v = (h & 0x7fu) < 0x7cu ? small_value(h & 0x7fu, 2, -14) : (h & 0x7fu) == 0x7cu ? INFINITY : NAN;
    return h & 0x80u ? -v : v;
}
