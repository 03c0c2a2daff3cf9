/* The same from point k on of what lies by twos from `to` on: widen_T for the even ones. */
static inline void widen_T_at(int16_t *to, int by, int k, const T_type *from, int n, int zero) {
    to += k / 2 * by;
    if (k % 2) {
        to[1] = (int16_t)(*from++ - zero);
        to += by;
        n--;
    }
    widen_T(to, by, from, n, zero);
}
