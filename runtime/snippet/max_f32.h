/* NaN if either is. */
static inline float max_f32(float a, float b) { return b > a || b != b ? b : a; }
