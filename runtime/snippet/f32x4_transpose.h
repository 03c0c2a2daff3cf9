/* Rows become columns: blocks of half the size change places, then in them those of half of that. */
#if defined(__clang__)
#define F32X4_PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define F32X4_PICK(a, b, ...) __builtin_shuffle(a, b, (i32x4){__VA_ARGS__})
#endif
__attribute__((always_inline)) static inline void f32x4_transpose(f32x4 t[4]) {
    UNROLL
    for (int i = 0; i < 4; i++) {
        if (i & 2) continue;
        const f32x4 a = t[i], b = t[i + 2];
        t[i] = F32X4_PICK(a, b, 0, 1, 4, 5);
        t[i + 2] = F32X4_PICK(a, b, 2, 3, 6, 7);
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        if (i & 1) continue;
        const f32x4 a = t[i], b = t[i + 1];
        t[i] = F32X4_PICK(a, b, 0, 4, 2, 6);
        t[i + 1] = F32X4_PICK(a, b, 1, 5, 3, 7);
    }
}
