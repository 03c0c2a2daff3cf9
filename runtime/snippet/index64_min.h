static inline int64_t index64_min(int64_t a, int64_t b) { return a < b ? a : b; }
