/* p 2^n for whole numbers n from -252 to 254, rounded once. */
static inline f32xN f32xN_scale(f32xN p, f32xN n) {
#if defined(f32xN_scalef)
    return f32xN_scalef(p, n);
#else
    const u32xN k = (u32xN)(n + 12583166.0f) - 0x4b400000u, half = k >> 1; /* k = n + 254, in two factors */
    return p * (f32xN)(half << 23) * (f32xN)((k - half) << 23);
#endif
}
