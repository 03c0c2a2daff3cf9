/* Arithmetic; all sign bits when the shift is not from 0 to below the width. */
static inline int64_t shift_right_i64(int64_t a, int64_t by, int width) {
    if (by < 0 || by >= width) return a < 0 ? -1 : 0;
    return a < 0 ? ~(~a >> by) : a >> by;
}
