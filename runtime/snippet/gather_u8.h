/* n bytes less zero, `step` apart, as 16-bit numbers side by side; by is 2. */
static inline void gather_u8(int16_t *to, int by, const uint8_t *from, int step, int n, int zero) {
    (void)by;
#pragma GCC unroll 4
    for (int i = 0; i < n; i++, from += step) to[i] = (int16_t)(*from - zero);
}
