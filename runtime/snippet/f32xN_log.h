/* a = 2^n (1 + f), 1 + f from sqrt(1/2) to sqrt(2): n ln 2 + f - f^2/2 + f^3 P(f), ln 2 in two parts, P minimax
 * (Remez). Error at most 0.85 ulp. */
static inline f32xN f32xN_log(f32xN a) {
    const i32xN tiny = a < f32xN_set(0x1p-126f);
    const u32xN i = (u32xN)f32xN_select(tiny, a * 8388608.0f, a) - 0x3f3504f3u;
    const f32xN n = __builtin_convertvector(((i32xN)i >> 23) - (tiny & 23), f32xN);
    const f32xN f = (f32xN)((i & 0x7fffffu) + 0x3f3504f3u) - 1.0f, ff = f * f;
    f32xN p = f * -0x1.38b49ep-4f + 0x1.055af0p-3f;
    p = p * f - 0x1.0d8534p-3f;
    p = p * f + 0x1.22da2ep-3f;
    p = p * f - 0x1.547248p-3f;
    p = p * f + 0x1.99a008p-3f;
    p = p * f - 0x1.000226p-2f;
    p = p * f + 0x1.555554p-2f;
    p = (p * (f * ff) + n * -2.12194440e-4f - ff * 0.5f) + f + n * 0.693359375f;
    p = f32xN_select(a < f32xN_set(INFINITY), p, a);
    const f32xN zero = f32xN_set(0.0f);
    return f32xN_select(a > zero, p, f32xN_select(a == zero, f32xN_set(-INFINITY), p + f32xN_set(NAN)));
}
