/* log(u) + c / u, u = 1 + a rounded and c what rounding lost. Error at most 1.44 ulp. */
static inline float log1pf(float a) {
    const float u = a + 1.0f, b = u - a, c = (a - (u - b)) + (1.0f - b);
    if (u == 1.0f) return a;
    return u > 0.0f && u < INFINITY ? logf(u) + c / u : logf(u);
}
