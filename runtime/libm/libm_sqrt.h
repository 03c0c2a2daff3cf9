/* An instruction where there is one, else a digit at a time; rounded to the nearest in both cases. */
static inline double sqrt(double a) {
#if defined(__NO_MATH_ERRNO__) && \
    (defined(__SSE2__) || defined(__aarch64__) || (defined(__riscv_flen) && __riscv_flen >= 64) || (defined(__ARM_FP) && (__ARM_FP & 8)))
    return __builtin_sqrt(a);
#else
    union {
        double f;
        uint64_t i;
    } v = {a};
    if (!(a > 0.0) || v.i == 0x7ff0000000000000u) return a < 0.0 ? (double)NAN : a;
    int exponent = (int)(v.i >> 52) - 1023;
    uint64_t m = v.i & 0xfffffffffffffu, root = 0, rest = 0;
    if (exponent > -1023) m |= 0x10000000000000u;
    else
        for (exponent = -1022; m < 0x10000000000000u; m <<= 1) exponent--;
    const int odd = exponent & 1;
    m <<= 10 + odd; /* two digits of it a turn, then zeros */
    for (int i = 0; i < 54; i++) {
        rest = rest << 2 | m >> 62;
        m <<= 2;
        root <<= 1;
        if (rest > 2 * root) {
            rest -= 2 * root + 1;
            root++;
        }
    }
    v.i = ((uint64_t)((exponent - odd) / 2 + 1022) << 52) + ((root + 1) >> 1);
    return v.f;
#endif
}
