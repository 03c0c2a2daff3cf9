/* As widen_T_at, where only bytes from number `first` on and before `last` are there: the others become 0. Borders are rare. */
static __attribute__((noinline)) void widen_T_part(int16_t *to, int by, int k, const T_type *from, int n, int zero, int first, int last) {
    clear_i16_at(to, by, k, n);
    first = first > 0 ? first : 0;
    last = last < n ? last : n;
    if (first < last) widen_T_at(to, by, k + first, from + first, last - first, zero);
}
