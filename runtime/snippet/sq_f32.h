static inline float sq_f32(float a) { return a * a; }
