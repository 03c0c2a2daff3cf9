/* Remainder with the sign of the divisor. */
static inline float sign_mod_f32(float a, float b) {
    const float r = fmodf(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
