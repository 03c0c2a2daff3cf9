static inline f32xN f32xN_sq(f32xN a) { return a * a; }
