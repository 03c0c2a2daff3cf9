/* 2^(b log2 |a|) with the logarithm as the sum of two floats, in the manner of fdlibm: |a| = 2^n m,
 * s = (m - 1) / (m + 1), ln m = 2/3 s (3 + s^2 + s^4 P(s^2)); P and 2^r by minimax polynomials (Remez). Error at most
 * 1.9 ulp. */
static inline f32xN f32xN_pow(f32xN a, f32xN b) {
    const f32xN zero = f32xN_set(0.0f), one = f32xN_set(1.0f), inf = f32xN_set(INFINITY), size = f32xN_abs(a);
    const i32xN tiny = size < f32xN_set(0x1p-126f);
    const u32xN i = (u32xN)f32xN_select(tiny, size * 8388608.0f, size) - 0x3f3504f3u;
    const f32xN n = __builtin_convertvector(((i32xN)i >> 23) - (tiny & 23), f32xN);
    const f32xN m = (f32xN)((i & 0x7fffffu) + 0x3f3504f3u);
    /* s = sh + sl */
    const f32xN f = m - 1.0f, q = 1.0f / (m + 1.0f), s = f * q;
    const f32xN sh = f32xN_upper(s), dh = f32xN_upper(m + 1.0f), dl = m - (dh - 1.0f);
    const f32xN sl = ((f - sh * dh) - sh * dl) * q;
    /* 3 + s^2 + s^4 P = th + tl */
    const f32xN w = s * s, hh = sh * sh;
    const f32xN r = w * w * ((w * 0x1.67ba70p-2f + 0x1.b67bb4p-2f) * w + 0x1.333338p-1f) + sl * (sh + s);
    const f32xN th = f32xN_upper(hh + 3.0f + r), tl = r - ((th - 3.0f) - hh);
    /* log2 |a| = lh + ll */
    const f32xN u = sh * th, v = sl * th + tl * s, ph = f32xN_upper(u + v), pl = v - (ph - u);
    const f32xN zh = ph * 0x1.ec6p-1f, zl = ph * 0x1.09dc3ap-13f + pl * 0x1.ec709ep-1f;
    const f32xN lh = f32xN_upper((zh + zl) + n), ll = zl - ((lh - n) - zh);
    /* b log2 |a| = h + l, beyond the largest and the smallest float cut off */
    const f32xN bh = f32xN_upper(b), high = bh * lh, low = (b - bh) * lh + b * ll;
    const f32xN most = f32xN_select(high < zero, f32xN_set(-152.0f), f32xN_set(130.0f));
    const i32xN beyond = (high > f32xN_set(130.0f)) | (high < f32xN_set(-152.0f));
    const f32xN h = f32xN_select(beyond, most, high), l = f32xN_select(beyond, zero, low);
    const f32xN t = (h + l) + 12583166.0f, e = (h - (t - 12583166.0f)) + l; /* the low bits of t are rint(h) + 254 */
    const u32xN k = (u32xN)t - 0x4b400000u, half = k >> 1;
    f32xN p = e * 0x1.41fb34p-13f + 0x1.5f3f30p-10f;
    p = p * e + 0x1.3b2d50p-7f;
    p = p * e + 0x1.c6aee6p-5f;
    p = p * e + 0x1.ebfbdcp-3f;
    p = p * e + 0x1.62e430p-1f;
    p = (p * e + 1.0f) * (f32xN)(half << 23) * (f32xN)((k - half) << 23);
    /* 0 and infinity, signs, and what has no value */
    const i32xN limit = (size == zero) | (size == inf) | (f32xN_abs(b) == inf);
    const i32xN whole = f32xN_rint(b) == b, odd = whole & (f32xN_rint(b * 0.5f) != b * 0.5f);
    p = f32xN_select(limit, f32xN_select((size > one) ^ (b > zero), zero, inf), p);
    p = f32xN_select((a < zero) & (size < inf) & ~whole, f32xN_set(NAN), p);
    p = (f32xN)((u32xN)p ^ ((u32xN)a & (u32xN)odd & 0x80000000u));
    p = f32xN_select((a != a) | (b != b), a + b, p);
    return f32xN_select((a == one) | (b == zero) | ((size == one) & (f32xN_abs(b) == inf)), one, p);
}
