/* NaN if either is. */
static inline f32xN f32xN_max(f32xN a, f32xN b) { return f32xN_select((a > b) | (a != a), a, b); }
