static inline int64_t sq_i64(int64_t a) { return (int64_t)((uint64_t)a * (uint64_t)a); }
