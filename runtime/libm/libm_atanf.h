/* atan(a) = atan(c) + atan((a - c) / (1 + a c)), c the nearest of 0, 1/2, 1, 3/2 and infinity (fdlibm's way), atan(c) in two
 * parts; the rest, at most 7/16, by a minimax polynomial (Remez). Error at most 0.85 ulp. */
static inline float atanf(float a) {
    const float size = fabsf(a);
    float x = size, high = 0.0f, low = 0.0f;
    if (size >= 2.4375f) {
        x = -1.0f / size, high = 0x1.921fb6p0f, low = -0x1.777a5cp-25f;
    } else if (size >= 1.1875f) {
        x = (size - 1.5f) / (size * 1.5f + 1.0f), high = 0x1.f730bep-1f, low = -0x1.afc12cp-26f;
    } else if (size >= 0.6875f) {
        x = (size - 1.0f) / (size + 1.0f), high = 0x1.921fb6p-1f, low = -0x1.777a5cp-26f;
    } else if (size >= 0.4375f) {
        x = (size * 2.0f - 1.0f) / (size + 2.0f), high = 0x1.dac67p-2f, low = 0x1.586ed4p-28f;
    }
    const float z = x * x;
    float p = z * 0x1.710a92p-5f - 0x1.56674ap-4f;
    p = p * z + 0x1.c3873ep-4f;
    p = p * z - 0x1.2475eap-3f;
    p = p * z + 0x1.9998c8p-3f;
    p = p * z - 0x1.555554p-2f;
    return copysignf(high + ((p * (z * x) + low) + x), a);
}
