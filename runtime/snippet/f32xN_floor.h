static inline f32xN f32xN_floor(f32xN a) {
    const f32xN near = f32xN_rint(a);
    return near - f32xN_select(near > a, f32xN_set(1.0f), f32xN_set(0.0f));
}
