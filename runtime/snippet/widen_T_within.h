/* Widens all n bytes where they are there, else those from number `first` on and before `last`. */
static inline void widen_T_within(int16_t *to, int by, int k, const T_type *from, int n, int zero, int first, int last) {
    if (first <= 0 && last >= n)
        widen_T_at(to, by, k, from, n, zero);
    else
        widen_T_part(to, by, k, from, n, zero, first, last);
}
