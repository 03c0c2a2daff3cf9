/* The quotient of sine and cosine of what is left to the nearest multiple of pi / 2. Error at most 1.45 ulp. */
static inline float tanf(float a) {
    if (a == 0.0f) return a;
    if (!(fabsf(a) < INFINITY)) return NAN;
    float r, rest, under, over;
    const int quarter = quartersf(a, &r, &rest) & 1;
    const float sine = sinf_near(r, rest, &over), cosine = cosf_near(r, rest, &under);
    const float y = quarter ? -cosine / sine : sine / cosine;
    return y + (quarter ? (-under - y * over) / sine : (over - y * under) / cosine);
}
