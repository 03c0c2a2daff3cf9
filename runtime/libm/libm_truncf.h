static inline float truncf(float a) {
    return fabsf(a) < 8388608.0f ? copysignf((float)(int32_t)a, a) : a;
}
