/* The float of a code. */
static inline float f32_of_bits(uint32_t a) {
    const union {
        uint32_t i;
        float f;
    } v = {a};
    return v.f;
}
