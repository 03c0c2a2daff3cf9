/* Long division: each difference is exact. */
static inline float fmodf(float a, float b) {
    const float y = fabsf(b);
    float x = fabsf(a), t = y;
    if (!(x < INFINITY) || !(y > 0.0f)) return (a * b) / (a * b);
    if (x < y) return a;
    while (x - t >= t) t += t;
    for (; t >= y; t *= 0.5f)
        if (x >= t) x -= t;
    return copysignf(x, a);
}
