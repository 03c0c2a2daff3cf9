/* Winograd F(4x4,3x3), points 0, +-11/16, +-3/2 and infinity: these keep rounding errors small and are exact. */
#define WINOGRAD4_INPUT(d0, d1, d2, d3, d4, d5) \
    do { \
        const f32xN r0 = d0 * 1.0634765625f - d2 * 2.72265625f + d4, r5 = d1 * 1.0634765625f - d3 * 2.72265625f + d5; \
        const f32xN even = d4 - d2 * 2.25f, odd = (d3 - d1 * 2.25f) * 0.6875f; \
        const f32xN even2 = d4 - d2 * 0.47265625f, odd2 = (d3 - d1 * 0.47265625f) * 1.5f; \
        d0 = r0, d1 = even + odd, d2 = even - odd, d3 = even2 + odd2, d4 = even2 - odd2, d5 = r5; \
    } while (0)
#define WINOGRAD4_OUTPUT(d0, d1, d2, d3, d4, d5) \
    do { \
        const f32xN s = d1 + d2, t = d1 - d2, s2 = d3 + d4, t2 = d3 - d4; \
        d0 = d0 + (s + s2); \
        d1 = t * 0.6875f + t2 * 1.5f; \
        d2 = s * 0.47265625f + s2 * 2.25f; \
        d3 = t * 0.324951171875f + t2 * 3.375f + d5; \
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
