/* cos(r + rest) for |r| up to pi / 4 and a rest far below it, less what *low then holds: a minimax polynomial (Remez). */
static inline double cos_near(double r, double rest, double *low) {
    const double z = r * r, half = z * 0.5, w = 1.0 - half;
    double p = z * -0x1.8facdad7bc55p-37 + 0x1.1ee9e8a82381bp-29;
    p = p * z - 0x1.27e4f8056072fp-22;
    p = p * z + 0x1.a01a019cabc59p-16;
    p = p * z - 0x1.6c16c16c15144p-10;
    p = p * z + 0x1.555555555554cp-5;
    const double more = ((1.0 - w) - half) + (p * (z * z) - r * rest), y = w + more;
    *low = more - (y - w);
    return y;
}
