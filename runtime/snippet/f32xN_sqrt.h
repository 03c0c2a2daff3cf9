/* The compiler makes one instruction of it where there is one (with -fno-math-errno). */
static inline f32xN f32xN_sqrt(f32xN a) {
    for (unsigned i = 0; i < sizeof a / sizeof a[0]; i++) a[i] = sqrtf(a[i]);
    return a;
}
