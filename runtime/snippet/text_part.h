/* Where part k begins, of those between delimiters. */
static inline int32_t text_part(const char *s, const char *delimiter, int64_t k) {
    int32_t begin = 0, end = 0;
    return text_split(s, delimiter, k, &begin, &end) == k ? begin : 0;
}
