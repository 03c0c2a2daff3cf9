/* Widens all n bytes where they are there, else those from number `first` on and before `last`. */
static inline void widen_i8_within(int16_t *to, int by, int k, const int8_t *from, int n, int zero, int first, int last) {
    if (first <= 0 && last >= n)
        widen_i8_at(to, by, k, from, n, zero);
    else
        widen_i8_part(to, by, k, from, n, zero, first, last);
}
