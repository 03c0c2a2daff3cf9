static inline uint64_t sign_u64(uint64_t a) { return a > 0; }
