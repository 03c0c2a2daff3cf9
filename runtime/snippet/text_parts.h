/* How many parts s has between delimiters. */
static inline int32_t text_parts(const char *s, const char *delimiter) {
    int32_t begin, end;
    return text_split(s, delimiter, INT64_MAX, &begin, &end);
}
