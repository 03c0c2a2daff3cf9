/* Where part k ends, of those between delimiters. */
static inline int32_t text_part_end(const char *s, const char *delimiter, int64_t k) {
    int32_t begin = 0, end = 0;
    return text_split(s, delimiter, k, &begin, &end) == k ? end : 0;
}
