/* The sine or cosine of what is left to the nearest multiple of pi / 2. Error at most 0.83 ulp. */
static inline float sinf(float a) {
    if (a == 0.0f) return a;
    if (!(fabsf(a) < INFINITY)) return NAN;
    float r, rest;
    const int quarter = quartersf(a, &r, &rest) & 3;
    const float y = quarter & 1 ? cosf_near(r, rest, &rest) : sinf_near(r, rest, &rest);
    return quarter & 2 ? -y : y;
}
