/* NaN if either is. One comparison where b is a constant. */
static inline f32xN f32xN_max(f32xN a, f32xN b) { return f32xN_select((a <= b) | (b != b), b, a); }
