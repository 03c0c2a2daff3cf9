/* Byte `at` of a string in upper case; 0 behind its end. */
static inline uint8_t text_upper(const char *s, int64_t at) { return text_cased(s, at, 1); }
