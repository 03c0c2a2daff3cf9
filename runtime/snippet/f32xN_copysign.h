/* The magnitude of a with the sign of b. */
__attribute__((unused)) static inline f32xN f32xN_copysign(f32xN a, f32xN b) {
    return (f32xN)(((u32xN)a & 0x7fffffffu) | ((u32xN)b & 0x80000000u));
}
