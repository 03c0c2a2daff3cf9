/* By Taylor's series on the quarter turn around the nearest multiple of pi / 2, which is taken off in two parts. Error at
 * most 0.51 ulp up to 2^28; beyond it whole turns are taken off first, of 2 pi as a double is. */
static inline float cosf(float a) {
    if (!(fabsf(a) < INFINITY)) return NAN;
    const double x = fabsf(a) < 0x1p28f ? (double)a : fmod((double)a, 0x1.921fb54442d18p2);
    const double n = rint(x * 0x1.45f306dc9c883p-1), r = x - n * 0x1.921fb5p0 - n * 0x1.110b4611a6263p-26, s = r * r;
    const int32_t quarter = (int32_t)n, turn = quarter + 1;
    const double sine = r + r * s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880 - s / 39916800))));
    const double cosine = 1.0 - s * (0.5 - s * (1.0 / 24 - s * (1.0 / 720 - s * (1.0 / 40320 - s / 3628800))));
    const double y = turn & 1 ? cosine : sine;
    return (float)(turn & 2 ? -y : y);
}
