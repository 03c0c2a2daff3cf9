/* Bytes of a string in lower case. */
static inline int32_t text_lower_length(const char *s) { return text_cased_length(s, 0); }
