/* An index from data, kept where int can hold it. */
static inline int index_of(int64_t v) { return v < -1073741824 ? -1073741824 : v > 1073741823 ? 1073741823 : (int)v; }
