/* NaN if either is. One instruction where b is a constant. */
static inline f32xN f32xN_max(f32xN a, f32xN b) { return f32xN_select(b != b, b, f32xN_greater(b, a)); }
