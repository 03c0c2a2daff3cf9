static inline float fabsf(float a) {
    union {
        float f;
        uint32_t i;
    } v = {a};
    v.i &= 0x7fffffffu;
    return v.f;
}
