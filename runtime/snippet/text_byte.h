/* Byte `at` of a string of `length` bytes, 0 outside. */
static inline uint8_t text_byte(const char *s, int64_t at, int64_t length) {
    return at >= 0 && at < length ? (uint8_t)s[at] : 0;
}
