/* Rows become columns: blocks of half the size change places, then in them those of half of that. */
#if defined(__clang__)
#define F32X16_PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define F32X16_PICK(a, b, ...) __builtin_shuffle(a, b, (i32x16){__VA_ARGS__})
#endif
__attribute__((always_inline)) static inline void f32x16_transpose(f32x16 t[16]) {
    UNROLL
    for (int i = 0; i < 16; i++) {
        if (i & 8) continue;
        const f32x16 a = t[i], b = t[i + 8];
        t[i] = F32X16_PICK(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        t[i + 8] = F32X16_PICK(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
    UNROLL
    for (int i = 0; i < 16; i++) {
        if (i & 4) continue;
        const f32x16 a = t[i], b = t[i + 4];
        t[i] = F32X16_PICK(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
        t[i + 4] = F32X16_PICK(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
    UNROLL
    for (int i = 0; i < 16; i++) {
        if (i & 2) continue;
        const f32x16 a = t[i], b = t[i + 2];
        t[i] = F32X16_PICK(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        t[i + 2] = F32X16_PICK(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
    UNROLL
    for (int i = 0; i < 16; i++) {
        if (i & 1) continue;
        const f32x16 a = t[i], b = t[i + 1];
        t[i] = F32X16_PICK(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        t[i + 1] = F32X16_PICK(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
}
