static inline f32xN f32xN_sign(f32xN a) {
    const f32xN zero = f32xN_set(0.0f);
    return f32xN_select(a > zero, f32xN_set(1.0f), f32xN_select(a < zero, f32xN_set(-1.0f), a));
}
