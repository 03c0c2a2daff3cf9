/* sin(r + rest) for |r| up to pi / 4 and a rest far below it, less what *low then holds: a minimax polynomial (Remez). */
static inline double sin_near(double r, double rest, double *low) {
    const double z = r * r;
    double p = z * 0x1.5d915cb6cb904p-33 - 0x1.ae5e60c23e64ap-26;
    p = p * z + 0x1.71de3570fe66dp-19;
    p = p * z - 0x1.a01a019c0a303p-13;
    p = p * z + 0x1.111111110f842p-7;
    p = p * z - 0x1.5555555555549p-3;
    const double more = p * (z * r) + rest * (1.0 - z * 0.5), y = r + more;
    *low = more - (y - r);
    return y;
}
