/* |a| < 1: a + a P(a^2); above: 1 - e^(-t + t Q(t)), t = |a|, Q in two pieces. P and Q are minimax polynomials (Remez).
 * Error at most 1.5 ulp. */
static inline double erf(double a) {
    const double size = fabs(a), s = a * a;
    if (size < 1.0) {
        double p = s * -0x1.acdff90b8ebd8p-31 + 0x1.d784936618cc2p-27;
        p = p * s - 0x1.5c16e30fb0d45p-23;
        p = p * s + 0x1.b9827b1885f9bp-20;
        p = p * s - 0x1.f4ca94990cb86p-17;
        p = p * s + 0x1.f9a2bf73f0c68p-14;
        p = p * s - 0x1.c02db072f3fep-11;
        p = p * s + 0x1.565bccfa9a825p-8;
        p = p * s - 0x1.b82ce312062bcp-6;
        p = p * s + 0x1.ce2f21a041018p-4;
        p = p * s - 0x1.812746b0379c2p-2;
        p = p * s + 0x1.06eba8214db68p-3;
        return p * a + a;
    }
    const double t = size > 6.0 ? 6.0 : size, u = t < 2.25 ? t - 1.5 : t - 4.0;
    double q;
    if (t < 2.25) {
        q = u * 0x1.e270a72f29a47p-29 - 0x1.37f5e69f6b8afp-27;
        q = q * u - 0x1.ff5cb5b46ceep-27;
        q = q * u + 0x1.d1f483f4d1373p-23;
        q = q * u - 0x1.331ca85a02254p-20;
        q = q * u + 0x1.12397458900c7p-18;
        q = q * u - 0x1.267b72d204b4p-17;
        q = q * u - 0x1.385d4dd407fb3p-17;
        q = q * u + 0x1.e2312a98600b9p-13;
        q = q * u - 0x1.a3fb9a60989c7p-10;
        q = q * u + 0x1.13936a964f77ep-7;
        q = q * u - 0x1.3ae46de7519ccp-5;
        q = q * u - 0x1.ab82bcf87a657p-1;
        q = q * u - 0x1.419eb739768c8p0;
    } else {
        q = u * -0x1.12c2e097a21edp-29 - 0x1.ec0777e3b889bp-27;
        q = q * u - 0x1.5db10ddef0f81p-25;
        q = q * u - 0x1.648a092c2c8eap-23;
        q = q * u + 0x1.0522adecd04e2p-21;
        q = q * u - 0x1.363099da303cap-18;
        q = q * u + 0x1.0ef785b3e4cf1p-15;
        q = q * u - 0x1.cdfcfeba997b3p-13;
        q = q * u + 0x1.7f9dec31a4914p-10;
        q = q * u - 0x1.3c19bfd448e5ap-7;
        q = q * u - 0x1.dea5b7d26b997p-1;
        q = q * u - 0x1.bf9be1435102cp1;
    }
    return copysign(1.0 - exp(q * t - t), a);
}
