/* Whether a machine accepts s. It is a string too: bytes[0] kinds of byte; bytes[b], the kind of byte b, counted from 1;
 * from bytes[256] on a row for each state, of a byte, 2: it accepts, and of the next state for each kind in two digits of
 * base 128, all of them 1 larger than they are. */
static inline int text_match(const char *s, const char *machine) {
    const unsigned char *m = (const unsigned char *)machine, *p = (const unsigned char *)(s ? s : "");
    const size_t row = 1 + 2 * (size_t)m[0];
    const unsigned char *state = m + 256;
    for (; *p; p++) {
        const unsigned char *next = state + 2 * (size_t)m[*p] - 1;
        state = m + 256 + row * (((size_t)next[0] - 1) * 128 + next[1] - 1);
    }
    return state[0] == 2;
}
