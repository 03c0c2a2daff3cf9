/* 0 when the shift is not from 0 to below the width. */
static inline int64_t shift_left_i64(int64_t a, int64_t by, int width) {
    return by >= 0 && by < width ? (int64_t)((uint64_t)a << by) : 0;
}
