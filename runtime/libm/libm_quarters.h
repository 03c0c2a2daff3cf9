/* a less the nearest multiple of pi / 2, as r + rest; which multiple it is, of 4. Where |a| is small and r not too small
 * multiples of pi / 2 are taken off in three parts (Cody and Waite); elsewhere the product with 2 / pi is taken in whole
 * numbers, of the digits of 2 / pi only those that count (Payne and Hanek): right for every finite number. */
static inline int quarters(double a, double *r, double *rest) {
    static const uint32_t digits[] = {
        0, 0, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu, 0xdebbc561u,
        0xb7246e3au, 0x424dd2e0u, 0x06492eeau, 0x09d1921cu, 0xfe1deb1cu, 0xb129a73eu, 0xe88235f5u, 0x2ebb4484u,
        0xe99c7026u, 0xb45f7e41u, 0x3991d639u, 0x835339f4u, 0x9c845f8bu, 0xbdf9283bu, 0x1ff897ffu, 0xde05980fu,
        0xef2f118bu, 0x5a0a6d1fu, 0x6d367ecfu, 0x27cb09b7u, 0x4f463f66u, 0x9e5fea2du, 0x7527bac7u, 0xebe5f17bu,
        0x3d0739f7u, 0x8a5292eau, 0x6bfb5fb1u, 0x1f8d5d08u, 0x56033046u};
    const double size = fabs(a);
    *r = a, *rest = 0.0;
    if (size < 0x1.921fb54442d18p-1) return 0;
    if (size < 0x1p20) {
        const double n = rint(a * 0x1.45f306dc9c883p-1), x = a - n * 0x1.921fb544p0, y = n * 0x1.0b4611a6p-34;
        const double z = x - y;
        *r = z - n * 0x1.3198a2e037073p-69, *rest = ((z - *r) - n * 0x1.3198a2e037073p-69) + ((x - z) - y);
        if (fabs(z) > 0x1p-20) return (int)n;
    }
    const uint64_t bits = bits_of_f64(a), m = (bits & 0xfffffffffffffu) | 0x10000000000000u; /* |a| = m 2^e */
    const uint32_t from = (uint32_t)(bits >> 52 & 2047u) - 1013u, shift = from & 31u; /* = e + 62 */
    const uint32_t *at = digits + (from >> 5); /* the first is worth a quarter of 2^-e */
    uint32_t turn[6] = {0}; /* of 2 pi, in 2^-192 */
    for (int half = 0; half < 2; half++) {
        uint64_t carry = 0;
        for (int i = 5 - half; i >= 0; i--) {
            const uint32_t *digit = at + i + half, word = shift ? digit[0] << shift | digit[1] >> (32u - shift) : digit[0];
            carry += (half ? m >> 32 : m & 0xffffffffu) * word + turn[i];
            turn[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    const uint64_t first = (uint64_t)turn[0] << 32 | turn[1];
    const uint32_t quarter = (uint32_t)(first >> 62) + (uint32_t)(first >> 61 & 1u);
    const int64_t left = (int64_t)(first - ((uint64_t)quarter << 62));
    const double far = (double)left, near = (double)(left - (int64_t)far) + (double)((uint64_t)turn[2] << 32 | turn[3]) * 0x1p-64;
    /* times pi / 2, in two parts */
    const double x = far + near, y = near - (x - far), high = f64_upper(x), sum = x * 0x1.921fb54442d18p0;
    const double under = ((high * 0x1.921fb5p0 - sum) + (x - high) * 0x1.921fb5p0) +
                         x * 0x1.110b4611a6263p-26 + y * 0x1.921fb54442d18p0;
    const double sign = a < 0.0 ? -0x1p-62 : 0x1p-62;
    *r = sum * sign, *rest = under * sign;
    return a < 0.0 ? -(int)quarter : (int)quarter;
}
