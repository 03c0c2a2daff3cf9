__attribute__((unused)) static inline f32xN f32xN_abs(f32xN a) { return (f32xN)((u32xN)a & 0x7fffffffu); }
