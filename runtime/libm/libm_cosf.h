/* The cosine or sine of what is left to the nearest multiple of pi / 2. Error at most 0.83 ulp. */
static inline float cosf(float a) {
    if (!(fabsf(a) < INFINITY)) return NAN;
    float r, rest;
    const int quarter = quartersf(a, &r, &rest) & 3;
    const float y = quarter & 1 ? sinf_near(r, rest, &rest) : cosf_near(r, rest, &rest);
    return quarter == 1 || quarter == 2 ? -y : y;
}
