/* n numbers become 0: two side by side, the next two `by` places on. */
static inline void clear_i16(int16_t *to, int by, int n) {
    if (by == 2) {
        memset(to, 0, (size_t)n * sizeof *to);
        return;
    }
    for (int i = 0; i + 2 <= n; i += 2, to += by) to[0] = to[1] = 0;
    if (n & 1) to[0] = 0;
}
