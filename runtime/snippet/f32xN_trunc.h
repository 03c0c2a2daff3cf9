static inline f32xN f32xN_trunc(f32xN a) {
    const f32xN size = f32xN_abs(a), near = f32xN_rint(size);
    return f32xN_copysign(near - f32xN_select(near > size, f32xN_set(1.0f), f32xN_set(0.0f)), a);
}
