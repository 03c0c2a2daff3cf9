/* To the nearest integer, halves to the even one: 2^23 + |a| has no fraction. Larger numbers have none anyway. */
static inline f32xN f32xN_rint(f32xN a) {
    const f32xN whole = f32xN_set(8388608.0f), size = f32xN_abs(a);
    return f32xN_select(size < whole, f32xN_copysign((size + whole) - whole, a), a);
}
