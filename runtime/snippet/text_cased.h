/* Byte `at` of a string in upper or lower case; 0 behind its end. */
static inline uint8_t text_cased(const char *s, int64_t at, int upper) {
    unsigned char bytes[4];
    int32_t size;
    while (s && *s) {
        size = text_change(&s, upper, bytes);
        if (at < size) return bytes[at];
        at -= size;
    }
    return 0;
}
