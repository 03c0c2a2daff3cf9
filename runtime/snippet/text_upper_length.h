/* Bytes of a string in upper case. */
static inline int32_t text_upper_length(const char *s) { return text_cased_length(s, 1); }
