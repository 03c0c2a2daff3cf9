static inline float ceilf(float a) {
    const float t = truncf(a);
    return t < a ? copysignf(t + 1.0f, a) : t;
}
