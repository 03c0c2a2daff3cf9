static inline int64_t min_i64(int64_t a, int64_t b) { return a < b ? a : b; }
