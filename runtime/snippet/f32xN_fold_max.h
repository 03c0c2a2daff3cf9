/* The largest lane; NaN if one is. */
static inline float f32xN_fold_max(f32xN a) {
    const union {
        f32xN all;
        f32x4 part[sizeof(f32xN) / sizeof(f32x4)];
    } u = {a};
    f32x4 s = u.part[0];
    UNROLL
    for (unsigned i = 1; i < sizeof u / sizeof s; i++) s = f32x4_max(s, u.part[i]);
    return max_f32(max_f32(s[0], s[1]), max_f32(s[2], s[3]));
}
