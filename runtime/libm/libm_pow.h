/* 2^(b log2 |a|) with the logarithm as the sum of two doubles, in the manner of fdlibm: |a| = 2^n m,
 * s = (m - 1) / (m + 1), ln m = 2/3 s (3 + s^2 + s^4 P(s^2)); P and 2^r by minimax polynomials (Remez). Error at most
 * 1.3 ulp. */
static inline double pow(double a, double b) {
    const double size = fabs(a), reach = fabs(b), far = (double)INFINITY;
    if (a == 1.0 || b == 0.0 || (size == 1.0 && reach == far)) return 1.0;
    if (a != a || b != b) return a + b;
    const bool whole = rint(b) == b, odd = whole && rint(b * 0.5) != b * 0.5;
    const double sign = odd ? copysign(1.0, a) : 1.0;
    if (a < 0.0 && size < far && !whole) return (double)NAN;
    if (size == 0.0 || size == far || reach == far) return sign * ((size > 1.0) != (b > 0.0) ? 0.0 : far);
    if (reach >= 0x1p65) return sign * (size == 1.0 ? 1.0 : (size > 1.0) != (b > 0.0) ? 0.0 : far);
    const bool tiny = size < 0x1p-1022;
    const uint64_t i = bits_of_f64(tiny ? size * 0x1p54 : size) - 0x3fe6a09e667f3bcdu;
    const double n = (double)((int32_t)((i >> 52) + 0x800u) % 0x1000 - 0x800 - (tiny ? 54 : 0));
    const double m = f64_of_bits((i & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu);
    /* s = sh + sl */
    const double f = m - 1.0, q = 1.0 / (m + 1.0), s = f * q;
    const double sh = f64_upper(s), dh = f64_upper(m + 1.0), dl = m - (dh - 1.0);
    const double sl = ((f - sh * dh) - sh * dl) * q;
    /* 3 + s^2 + s^4 P = th + tl */
    const double z = s * s, hh = sh * sh;
    double p = z * 0x1.956f1425ea908p-3 + 0x1.973eb766b561ap-3;
    p = p * z + 0x1.d8ae6e43e22f4p-3;
    p = p * z + 0x1.1745af49fbad2p-2;
    p = p * z + 0x1.555555a267d36p-2;
    p = p * z + 0x1.b6db6db683441p-2;
    p = p * z + 0x1.3333333333466p-1;
    const double r = z * z * p + sl * (sh + s);
    const double th = f64_upper(hh + 3.0 + r), tl = r - ((th - 3.0) - hh);
    /* log2 |a| = lh + ll */
    const double u = sh * th, v = sl * th + tl * s, ph = f64_upper(u + v), pl = v - (ph - u);
    const double zh = ph * 0x1.ec709cp-1, zl = ph * 0x1.c3a03fd749fc1p-25 + pl * 0x1.ec709dc3a03fdp-1;
    const double lh = f64_upper((zh + zl) + n), ll = zl - ((lh - n) - zh);
    /* b log2 |a| = h + l, beyond the largest and the smallest double cut off */
    const double bh = f64_upper(b), high = bh * lh, low = (b - bh) * lh + b * ll;
    const bool beyond = high > 1025.0 || high < -1080.0;
    const double h = beyond ? (high < 0.0 ? -1080.0 : 1025.0) : high, l = beyond ? 0.0 : low;
    const double near = ((h + l) + 0x1.8p52) - 0x1.8p52, e = (h - near) + l;
    double g = e * 0x1.c4daede5ef1eep-36 + 0x1.ea044056df6adp-32;
    g = g * e + 0x1.e4cee8014911ep-28;
    g = g * e + 0x1.b524db3ef71d5p-24;
    g = g * e + 0x1.62c0224db6436p-20;
    g = g * e + 0x1.ffcbfc75ed859p-17;
    g = g * e + 0x1.430912f868d0ep-13;
    g = g * e + 0x1.5d87fe78a22b1p-10;
    g = g * e + 0x1.3b2ab6fba4e82p-7;
    g = g * e + 0x1.c6b08d704a0d1p-5;
    g = g * e + 0x1.ebfbdff82c58fp-3;
    g = g * e + 0x1.62e42fefa39efp-1;
    return sign * f64_scaled(g * e + 1.0, near);
}
