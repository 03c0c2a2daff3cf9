static inline uint64_t abs_u64(uint64_t a) { return a; }
