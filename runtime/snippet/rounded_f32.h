static inline float rounded_f32(float v) {
    ROUNDED(v);
    return v;
}
