static inline float floorf(float a) {
    const float t = truncf(a);
    return t > a ? t - 1.0f : t;
}
