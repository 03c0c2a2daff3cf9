/* Part k of s between delimiters, [*begin, *end): k where there is one, else how many parts there are. An empty delimiter
 * is any white space, also around them. */
static inline int32_t text_split(const char *s, const char *delimiter, int64_t k, int32_t *begin, int32_t *end) {
    const int32_t size = text_length(delimiter);
    int32_t at = 0;
    if (!s) s = "";
    for (int32_t n = 0;; n++) {
        int32_t step = 0;
        while (size == 0 && (step = text_space(s + at)) > 0) at += step;
        if (size == 0 && !s[at]) return n;
        *begin = at;
        for (step = 0; s[at]; at++) {
            if (size == 0) {
                step = text_space(s + at);
            } else {
                while (step < size && s[at + step] == delimiter[step]) step++;
                if (step < size) step = 0;
            }
            if (step) break;
        }
        *end = at;
        if (n == k) return n;
        if (!s[at]) return n + 1;
        at += step;
    }
}
