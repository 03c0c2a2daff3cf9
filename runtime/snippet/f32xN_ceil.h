static inline f32xN f32xN_ceil(f32xN a) { return -f32xN_floor(-a); }
