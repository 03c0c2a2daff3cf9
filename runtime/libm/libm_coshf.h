/* (e^|a| + e^-|a|) / 2. Error at most 1.45 ulp. */
static inline float coshf(float a) {
    const float e = e_halff(fabsf(a));
    return e + 0.25f / e;
}
