/* Halves to the even number: 2^23 + |a| has no fraction, and larger numbers have none anyway. */
static inline float rintf(float a) {
    const float size = fabsf(a), sum = size + 8388608.0f;
    return size < 8388608.0f ? copysignf(sum - 8388608.0f, a) : a;
}
