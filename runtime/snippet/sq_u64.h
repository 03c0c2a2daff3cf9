static inline uint64_t sq_u64(uint64_t a) { return a * a; }
