/* Byte `at` of a string in lower case; 0 behind its end. */
static inline uint8_t text_lower(const char *s, int64_t at) { return text_cased(s, at, 0); }
