static inline f32xN f32xN_rounded(f32xN v) {
    ROUNDED(v);
    return v;
}
