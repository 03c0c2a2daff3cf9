/* sin(r + rest) for |r| up to pi / 4 and a rest far below it, less what *low then holds: a minimax polynomial (Remez). */
static inline float sinf_near(float r, float rest, float *low) {
    const float z = r * r;
    float p = z * 0x1.6cd5e4p-19f - 0x1.a00f94p-13f;
    p = p * z + 0x1.111108p-7f;
    p = p * z - 0x1.555556p-3f;
    const float more = p * (z * r) + rest * (1.0f - z * 0.5f), y = r + more;
    *low = more - (y - r);
    return y;
}
