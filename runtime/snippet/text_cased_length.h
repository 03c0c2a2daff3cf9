/* Bytes of a string in upper or lower case. */
static inline int32_t text_cased_length(const char *s, int upper) {
    unsigned char bytes[4];
    int32_t n = 0;
    while (s && *s) n += text_change(&s, upper, bytes);
    return n;
}
