/* e^a / 2 for a > 0, also where e^a is too large: a less 235 ln 2, which is nearly a number of the type. */
static inline float e_halff(float a) {
    if (a < 88.0f) return expf(a) * 0.5f;
    return expf(a - 0x1.45c778p7f) * 0x1p117f * 0x1p117f;
}
