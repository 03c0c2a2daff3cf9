/* The code of a float. */
static inline uint32_t bits_of_f32(float a) {
    const union {
        float f;
        uint32_t i;
    } v = {a};
    return v.i;
}
