/* (asin(x) - x) / x for z = x^2 up to 1/4: a minimax polynomial (Remez). */
static inline float asinf_rest(float z) {
    float p = z * 0x1.33c166p-5f + 0x1.d7e398p-7f;
    p = p * z + 0x1.04a738p-5f;
    p = p * z + 0x1.6cac24p-5f;
    p = p * z + 0x1.33389p-4f;
    p = p * z + 0x1.55554cp-3f;
    return p * z;
}
