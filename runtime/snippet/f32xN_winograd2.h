/* Winograd F(2x2,3x3), points 0, 1, -1 and infinity (Lavin and Gray 2015). d = B^T d B */
__attribute__((always_inline)) static inline void f32xN_winograd2_input(f32xN d[4][4]) {
    UNROLL
    for (int j = 0; j < 4; j++) {
        const f32xN a = d[0][j] * -1.0f + d[2][j], b = d[1][j] + d[2][j], c = d[2][j] - d[1][j], e = d[3][j] - d[1][j];
        d[0][j] = a, d[1][j] = b, d[2][j] = c, d[3][j] = e;
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        const f32xN a = d[i][0] * -1.0f + d[i][2], b = d[i][1] + d[i][2], c = d[i][2] - d[i][1], e = d[i][3] - d[i][1];
        d[i][0] = a, d[i][1] = b, d[i][2] = c, d[i][3] = e;
    }
}
/* The first two rows and columns become A^T d A. */
__attribute__((always_inline)) static inline void f32xN_winograd2_output(f32xN d[4][4]) {
    UNROLL
    for (int j = 0; j < 4; j++) {
        const f32xN sum = d[1][j] + d[2][j], difference = d[1][j] - d[2][j];
        d[0][j] = d[0][j] + sum, d[1][j] = difference + d[3][j];
    }
    UNROLL
    for (int i = 0; i < 2; i++) {
        const f32xN sum = d[i][1] + d[i][2], difference = d[i][1] - d[i][2];
        d[i][0] = d[i][0] + sum, d[i][1] = difference + d[i][3];
    }
}
