/* n bytes less zero, `step` apart, as 16-bit numbers, `by` apart. */
static inline void gather_T(int16_t *to, int by, const T_type *from, int step, int n, int zero) {
    for (; n >= 8; n -= 8, from += 8 * step, to += 8 * by) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) to[i * by] = (int16_t)(from[i * step] - zero);
    }
    for (int i = 0; i < n; i++) to[i * by] = (int16_t)(from[i * step] - zero);
}
