/* 2^n (e^r - 1) + (2^n - 1), where n = rint(a / ln 2) and e^r - 1 is a minimax polynomial (as in exp), all halved until
 * the end for the largest n. Error at most 1.44 ulp. */
static inline f32xN f32xN_expm1(f32xN a) {
    const i32xN tiny = f32xN_abs(a) < f32xN_set(0x1p-25f);
    f32xN x = f32xN_select(a > f32xN_set(89.0f), f32xN_set(89.0f), a);
    x = f32xN_select(x < f32xN_set(-18.0f), f32xN_set(-18.0f), x);
    const f32xN t = x * 1.44269504f + 12583038.0f, n = t - 12583038.0f; /* the low bits of t are n + 126 */
    const f32xN r = x - n * 0.693359375f - n * -2.12194440e-4f;
    const f32xN s = (f32xN)(((u32xN)t - 0x4b400000u) << 23);
    f32xN p = r * 0x1.a032fap-13f + 0x1.6d73fap-10f;
    p = p * r + 0x1.11118ap-7f;
    p = p * r + 0x1.5554b0p-5f;
    p = p * r + 0x1.555554p-3f;
    p = p * r + 0.5f;
    p = p * (r * r) + r;
    return f32xN_select(tiny, a, (s * p + (s - 0.5f)) * 2.0f);
}
