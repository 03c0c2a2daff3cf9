/* cos(r + rest) for |r| up to pi / 4 and a rest far below it, less what *low then holds: a minimax polynomial (Remez). */
static inline float cosf_near(float r, float rest, float *low) {
    const float z = r * r, half = z * 0.5f, w = 1.0f - half;
    float p = z * 0x1.99ff8ap-16f - 0x1.6c0c82p-10f;
    p = p * z + 0x1.55554ap-5f;
    const float more = ((1.0f - w) - half) + (p * (z * z) - r * rest), y = w + more;
    *low = more - (y - w);
    return y;
}
