/* Bytes that the character at *s has in upper or lower case, written to `to`; *s moves behind it. What is no UTF-8 stays. */
static inline int32_t text_change(const char **s, int upper, unsigned char *to) {
    const unsigned char *p = (const unsigned char *)*s;
    int32_t more = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : p[0] < 0xf5 ? 3 : 0;
    uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];
    for (int32_t i = 1; i <= more; i++) {
        if ((p[i] & 0xc0u) != 0x80u) {
            more = 0;
            c = 0x80;
            break;
        }
        c = c << 6 | (p[i] & 0x3fu);
    }
    if ((more == 2 && c < 0x800) || (more == 3 && (c < 0x10000 || c > 0x10ffff))) more = 0; /* overlong */
    *s += more + 1;
    to[0] = p[0];
    if (more == 0 && p[0] >= 0x80) return 1;
    c = text_letter(c, upper);
    if (c < 0x80) {
        to[0] = (unsigned char)c;
        return 1;
    }
    const int32_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int32_t i = size - 1; i > 0; i--, c >>= 6) to[i] = (unsigned char)(0x80u | (c & 0x3fu));
    to[0] = (unsigned char)((0xf00u >> size & 0xffu) | c);
    return size;
}
