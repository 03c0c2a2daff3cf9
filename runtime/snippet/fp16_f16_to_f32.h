/* IEEE half to float, exact. */
static inline float f16_to_f32(uint16_t h) {
    __fp16 x;
    memcpy(&x, &h, sizeof x);
    return (float)x;
}
