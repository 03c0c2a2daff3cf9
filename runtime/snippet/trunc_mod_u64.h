static inline uint64_t trunc_mod_u64(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }
