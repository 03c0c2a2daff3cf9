/* Bytes of the white space that s begins with, one character of Unicode; 0: it begins with something else. */
static inline int32_t text_space(const char *s) {
    const unsigned char *p = (const unsigned char *)s;
    if ((p[0] >= 9 && p[0] <= 13) || (p[0] >= 28 && p[0] <= 32)) return 1;
    if (p[0] == 0xc2) return p[1] == 0x85 || p[1] == 0xa0 ? 2 : 0;
    if (p[0] == 0xe1) return p[1] == 0x9a && p[2] == 0x80 ? 3 : 0;
    if (p[0] == 0xe3) return p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
    if (p[0] != 0xe2 || (p[1] != 0x80 && p[1] != 0x81)) return 0;
    if (p[1] == 0x81) return p[2] == 0x9f ? 3 : 0;
    return (p[2] >= 0x80 && p[2] <= 0x8a) || p[2] == 0xa8 || p[2] == 0xa9 || p[2] == 0xaf ? 3 : 0;
}
