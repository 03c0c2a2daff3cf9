/* Rows become columns: blocks of half the size change places, then in them those of half of that. */
#if defined(__clang__)
#define F32X8_PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define F32X8_PICK(a, b, ...) __builtin_shuffle(a, b, (i32x8){__VA_ARGS__})
#endif
__attribute__((always_inline)) static inline void f32x8_transpose(f32x8 t[8]) {
    UNROLL
    for (int i = 0; i < 8; i++) {
        if (i & 4) continue;
        const f32x8 a = t[i], b = t[i + 4];
        t[i] = F32X8_PICK(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        t[i + 4] = F32X8_PICK(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
    UNROLL
    for (int i = 0; i < 8; i++) {
        if (i & 2) continue;
        const f32x8 a = t[i], b = t[i + 2];
        t[i] = F32X8_PICK(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        t[i + 2] = F32X8_PICK(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    UNROLL
    for (int i = 0; i < 8; i++) {
        if (i & 1) continue;
        const f32x8 a = t[i], b = t[i + 1];
        t[i] = F32X8_PICK(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
        t[i + 1] = F32X8_PICK(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
}
