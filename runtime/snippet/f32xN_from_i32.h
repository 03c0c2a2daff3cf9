static inline f32xN f32xN_from_i32(i32xN a) { return __builtin_convertvector(a, f32xN); }
