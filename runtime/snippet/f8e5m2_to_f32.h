static inline float f8e5m2_to_f32(uint8_t h) {
    const float v = small_value(h & 0x7fu, 2, -14);
    if ((h & 0x7fu) > 0x7bu) return (h & 0x7fu) > 0x7cu ? NAN : h & 0x80u ? -INFINITY : INFINITY;
    return h & 0x80u ? -v : v;
}
