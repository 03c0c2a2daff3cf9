/* The same from point k on of what lies by twos from `to` on: widen_i8 for the even ones. */
static inline void widen_i8_at(int16_t *to, int by, int k, const int8_t *from, int n, int zero) {
    to += k / 2 * by;
    if (k % 2) {
        to[1] = (int16_t)(*from++ - zero);
        to += by;
        n--;
    }
    widen_i8(to, by, from, n, zero);
}
