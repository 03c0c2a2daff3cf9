/* n bytes: those from `first` up to `last` from where they lie in `from`, the others `otherwise`. */
static inline void copy_within(void *to, const void *from, int first, int last, int n, int otherwise) {
    if (first <= 0 && last >= n) {
        memcpy(to, from, (size_t)n);
        return;
    }
    first = first < 0 ? 0 : first > n ? n : first;
    last = last > n ? n : last < first ? first : last;
    memset(to, otherwise, (size_t)n);
    memcpy((char *)to + first, (const char *)from + first, (size_t)(last - first));
}
