/* atan(a) = atan(c) + atan((a - c) / (1 + a c)), c the nearest of 0, 1/2, 1, 3/2 and infinity (fdlibm's way), atan(c) in two
 * parts; the rest, at most 7/16, by a minimax polynomial (Remez). Error at most 0.87 ulp. */
static inline double atan(double a) {
    const double size = fabs(a);
    double x = size, high = 0.0, low = 0.0;
    if (size >= 2.4375) {
        x = -1.0 / size, high = 0x1.921fb54442d18p0, low = 0x1.1a62633145c07p-54;
    } else if (size >= 1.1875) {
        x = (size - 1.5) / (size * 1.5 + 1.0), high = 0x1.f730bd281f69bp-1, low = 0x1.007887af0cbbdp-56;
    } else if (size >= 0.6875) {
        x = (size - 1.0) / (size + 1.0), high = 0x1.921fb54442d18p-1, low = 0x1.1a62633145c07p-55;
    } else if (size >= 0.4375) {
        x = (size * 2.0 - 1.0) / (size + 2.0), high = 0x1.dac670561bb4fp-2, low = 0x1.a2b7f222f65e2p-56;
    }
    const double z = x * x;
    double p = z * -0x1.0a90a1c13fbfep-6 + 0x1.2b2292e2bd71fp-5;
    p = p * z - 0x1.97a61ca52d43cp-5;
    p = p * z + 0x1.dddf4604b219ep-5;
    p = p * z - 0x1.10d62536967cap-4;
    p = p * z + 0x1.3b0f244e8f44ap-4;
    p = p * z - 0x1.745cdbeb4ab4cp-4;
    p = p * z + 0x1.c71c6fde25eb9p-4;
    p = p * z - 0x1.2492491ffcc55p-3;
    p = p * z + 0x1.999999998e9b8p-3;
    p = p * z - 0x1.555555555550cp-2;
    return copysign(high + ((p * (z * x) + low) + x), a);
}
