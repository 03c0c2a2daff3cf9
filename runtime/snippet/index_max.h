static inline int index_max(int a, int b) { return a > b ? a : b; }
