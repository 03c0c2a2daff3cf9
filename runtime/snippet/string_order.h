/* Below, at or above 0 as a stands before, at or behind b in the order of their bytes; NULL is the empty string. */
static inline int string_order(const char *a, const char *b) {
    const unsigned char *p = (const unsigned char *)(a ? a : ""), *q = (const unsigned char *)(b ? b : "");
    while (*p && *p == *q) {
        p++;
        q++;
    }
    return (*p > *q) - (*p < *q);
}
