/* A double to float, to odd: rounding the result to fewer bits is as good as rounding v. */
static inline float f32_odd(double v) {
    float f = (float)v;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    if (v != v || (bits & 0x7fffffffu) == 0x7f800000u || (double)f == v) return f;
    if (((double)f > v) == (v > 0)) bits--;
    bits |= 1u;
    memcpy(&f, &bits, sizeof f);
    return f;
}
