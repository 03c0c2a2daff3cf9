/* The product of the lanes. */
static inline float f32xN_fold_prod(f32xN a) {
    const union {
        f32xN all;
        f32x4 part[sizeof(f32xN) / sizeof(f32x4)];
    } u = {a};
    f32x4 s = u.part[0];
    UNROLL
    for (unsigned i = 1; i < sizeof u / sizeof s; i++) s = s * u.part[i];
    return (s[0] * s[1]) * (s[2] * s[3]);
}
