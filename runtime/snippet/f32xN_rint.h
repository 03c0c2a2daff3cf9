/* To the nearest integer, halves to the even one. Where there is no instruction for it: 2^23 + |a| has no fraction, and
 * larger numbers have none anyway. */
static inline f32xN f32xN_rint(f32xN a) {
#if defined(f32xN_nearest)
    return f32xN_nearest(a);
#else
    const f32xN whole = f32xN_set(8388608.0f), size = f32xN_abs(a);
    return f32xN_select(size < whole, f32xN_copysign((size + whole) - whole, a), a);
#endif
}
