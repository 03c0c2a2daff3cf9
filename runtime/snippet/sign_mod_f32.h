/* Remainder with the sign of the divisor, also where it is 0. */
static inline float sign_mod_f32(float a, float b) {
    const float r = fmodf(a, b);
    if (r == 0) return copysignf(r, b);
    return (r < 0) != (b < 0) ? r + b : r;
}
