/* The same from point k on of what lies by twos from `to` on: clear_i16 for the even ones. */
static inline void clear_i16_at(int16_t *to, int by, int k, int n) {
    to += k / 2 * by;
    if (k % 2) {
        to[1] = 0;
        to += by;
        n--;
    }
    clear_i16(to, by, n);
}
