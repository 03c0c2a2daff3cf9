/* An instruction where there is one, else a digit at a time; rounded to the nearest in both cases. */
static inline float sqrtf(float a) {
#if defined(__NO_MATH_ERRNO__) && \
    (defined(__SSE2__) || defined(__aarch64__) || defined(__riscv_flen) || (defined(__ARM_FP) && (__ARM_FP & 4)))
    return __builtin_sqrtf(a);
#else
    const uint32_t bits = bits_of_f32(a);
    if (!(a > 0.0f) || bits == 0x7f800000u) return a < 0.0f ? NAN : a;
    int exponent = (int)(bits >> 23) - 127;
    uint32_t m = bits & 0x7fffffu, root = 0;
    if (exponent > -127) m |= 0x800000u;
    else
        for (exponent = -126; m < 0x800000u; m <<= 1) exponent--;
    const int odd = exponent & 1;
    const uint64_t square = (uint64_t)m << (25 + odd);
    for (uint32_t bit = 0x1000000u; bit; bit >>= 1)
        if ((uint64_t)(root + bit) * (root + bit) <= square) root += bit;
    return f32_of_bits(((uint32_t)((exponent - odd) / 2 + 126) << 23) + ((root + 1) >> 1));
#endif
}
