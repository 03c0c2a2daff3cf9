/* An index from data. */
static inline int64_t index64_of(int64_t v) { return v; }
