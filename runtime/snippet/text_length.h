/* Bytes of a string before its 0; NULL is the empty string. */
static inline int32_t text_length(const char *s) {
    int32_t n = 0;
    while (s && s[n] && n < INT32_MAX) n++;
    return n;
}
