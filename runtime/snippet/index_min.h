static inline int index_min(int a, int b) { return a < b ? a : b; }
