/* Of the quotient, in the quarter of the point (b, a). Error at most 1.5 ulp. */
static inline float atan2f(float a, float b) {
    if (a != a || b != b) return a + b;
    const float y = fabsf(a), x = fabsf(b), far = INFINITY;
    float angle;
    if (y == x && x > 0.0f) angle = 0x1.921fb6p-1f;
    else if (x == far || y == 0.0f) angle = 0.0f;
    else if (y == far || x == 0.0f) angle = 0x1.921fb6p0f;
    else angle = atanf(y / x);
    if (copysignf(1.0f, b) < 0.0f) angle = 0x1.921fb6p1f - (angle - (-0x1.777a5cp-24f));
    return copysignf(angle, a);
}
