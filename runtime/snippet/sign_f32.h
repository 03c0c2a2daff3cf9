static inline float sign_f32(float a) { return a > 0 ? 1 : a < 0 ? -1 : a; }
