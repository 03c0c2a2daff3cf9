static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }
