/* Winograd F(4x4,3x3), points 0, +-sqrt(1/2), +-sqrt(2) and infinity: these keep rounding errors small. */
#define WINOGRAD4_INPUT(d0, d1, d2, d3, d4, d5) \
    do { \
        const f32xN r0 = d0 - d2 * 2.5f + d4, r5 = d1 - d3 * 2.5f + d5; \
        const f32xN even = d4 - d2 * 2.0f, odd = (d3 - d1 * 2.0f) * 0.70710678f; \
        const f32xN even2 = d4 - d2 * 0.5f, odd2 = (d3 - d1 * 0.5f) * 1.41421356f; \
        d0 = r0, d1 = even + odd, d2 = even - odd, d3 = even2 + odd2, d4 = even2 - odd2, d5 = r5; \
    } while (0)
#define WINOGRAD4_OUTPUT(d0, d1, d2, d3, d4, d5) \
    do { \
        const f32xN s = d1 + d2, t = d1 - d2, s2 = d3 + d4, t2 = d3 - d4; \
        d0 = d0 + s + s2; \
        d1 = t * 0.70710678f + t2 * 1.41421356f; \
        d2 = s * 0.5f + s2 * 2.0f; \
        d3 = t * 0.35355339f + t2 * 2.82842712f + d5; \
    } while (0)
/* d = B^T d B */
__attribute__((always_inline)) static inline void f32xN_winograd4_input(f32xN d[6][6]) {
    UNROLL
    for (int j = 0; j < 6; j++) WINOGRAD4_INPUT(d[0][j], d[1][j], d[2][j], d[3][j], d[4][j], d[5][j]);
    UNROLL
    for (int i = 0; i < 6; i++) WINOGRAD4_INPUT(d[i][0], d[i][1], d[i][2], d[i][3], d[i][4], d[i][5]);
}
/* The first four rows and columns become A^T d A. */
__attribute__((always_inline)) static inline void f32xN_winograd4_output(f32xN d[6][6]) {
    UNROLL
    for (int j = 0; j < 6; j++) WINOGRAD4_OUTPUT(d[0][j], d[1][j], d[2][j], d[3][j], d[4][j], d[5][j]);
    UNROLL
    for (int i = 0; i < 4; i++) WINOGRAD4_OUTPUT(d[i][0], d[i][1], d[i][2], d[i][3], d[i][4], d[i][5]);
}
