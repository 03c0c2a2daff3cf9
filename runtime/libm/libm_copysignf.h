static inline float copysignf(float a, float b) {
    union {
        float f;
        uint32_t i;
    } v = {a}, w = {b};
    v.i = (v.i & 0x7fffffffu) | (w.i & 0x80000000u);
    return v.f;
}
