/* log(u) + c / u, u = 1 + a rounded and c what rounding lost. Error at most 1.44 ulp. */
static inline f32xN f32xN_log1p(f32xN a) {
    const f32xN one = f32xN_set(1.0f), u = a + one, b = u - a, c = (a - (u - b)) + (one - b), l = f32xN_log(u);
    const i32xN inside = (u > f32xN_set(0.0f)) & (u < f32xN_set(INFINITY));
    return f32xN_select(u == one, a, f32xN_select(inside, l + c / u, l));
}
