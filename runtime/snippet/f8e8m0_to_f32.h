static inline float f8e8m0_to_f32(uint8_t h) {
    const uint32_t bits = h == 0xffu ? 0x7fc00000u : h ? (uint32_t)h << 23 : 0x400000u;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}
