/* What f32x4_mmla sums of two pixels, in integers as wide as f32x4: lanes 0 and 1 of both in the first vector, 2 and 3 in the
 * second. Then: a vector each. */
static inline void f32x4_mmla_rows(i32x4 *two) {
    const i32x4 a = two[0], b = two[1];
    two[0] = (i32x4){a[0], a[1], b[0], b[1]};
    two[1] = (i32x4){a[2], a[3], b[2], b[3]};
}
