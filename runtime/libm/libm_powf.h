/* 2^(b log2 |a|) with the logarithm as the sum of two floats, in the manner of fdlibm: |a| = 2^n m,
 * s = (m - 1) / (m + 1), ln m = 2/3 s (3 + s^2 + s^4 P(s^2)); P and 2^r by minimax polynomials (Remez). Error at most
 * 1.9 ulp. */
static inline float powf(float a, float b) {
    const float size = fabsf(a), reach = fabsf(b);
    if (a == 1.0f || b == 0.0f || (size == 1.0f && reach == INFINITY)) return 1.0f;
    if (a != a || b != b) return a + b;
    const bool whole = rintf(b) == b, odd = whole && rintf(b * 0.5f) != b * 0.5f;
    const float sign = odd ? copysignf(1.0f, a) : 1.0f;
    if (a < 0.0f && size < INFINITY && !whole) return NAN;
    if (size == 0.0f || size == INFINITY || reach == INFINITY) return sign * ((size > 1.0f) != (b > 0.0f) ? 0.0f : INFINITY);
    const bool tiny = size < 0x1p-126f;
    const uint32_t i = bits_of_f32(tiny ? size * 8388608.0f : size) - 0x3f3504f3u;
    const float n = (float)((int32_t)((i >> 23) + 0x100u) % 0x200 - 0x100 - (tiny ? 23 : 0));
    const float m = f32_of_bits((i & 0x7fffffu) + 0x3f3504f3u);
    /* s = sh + sl */
    const float f = m - 1.0f, q = 1.0f / (m + 1.0f), s = f * q;
    const float sh = f32_upper(s), dh = f32_upper(m + 1.0f), dl = m - (dh - 1.0f);
    const float sl = ((f - sh * dh) - sh * dl) * q;
    /* 3 + s^2 + s^4 P = th + tl */
    const float w = s * s, hh = sh * sh;
    const float r = w * w * ((w * 0x1.67ba70p-2f + 0x1.b67bb4p-2f) * w + 0x1.333338p-1f) + sl * (sh + s);
    const float th = f32_upper(hh + 3.0f + r), tl = r - ((th - 3.0f) - hh);
    /* log2 |a| = lh + ll */
    const float u = sh * th, v = sl * th + tl * s, ph = f32_upper(u + v), pl = v - (ph - u);
    const float zh = ph * 0x1.ec6p-1f, zl = ph * 0x1.09dc3ap-13f + pl * 0x1.ec709ep-1f;
    const float lh = f32_upper((zh + zl) + n), ll = zl - ((lh - n) - zh);
    /* b log2 |a| = h + l, beyond the largest and the smallest float cut off */
    const float bh = f32_upper(b), high = bh * lh, low = (b - bh) * lh + b * ll;
    const bool beyond = high > 130.0f || high < -152.0f;
    const float h = beyond ? (high < 0.0f ? -152.0f : 130.0f) : high, l = beyond ? 0.0f : low;
    const float t = (h + l) + 12582912.0f, near = t - 12582912.0f, e = (h - near) + l;
    float p = e * 0x1.41fb34p-13f + 0x1.5f3f30p-10f;
    p = p * e + 0x1.3b2d50p-7f;
    p = p * e + 0x1.c6aee6p-5f;
    p = p * e + 0x1.ebfbdcp-3f;
    p = p * e + 0x1.62e430p-1f;
    return sign * f32_scaled(p * e + 1.0f, near);
}
