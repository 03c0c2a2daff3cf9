#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* v, which is a number, to the nearest whole one, of two the even one, plus a small number, from lowest to largest. */
static inline int32_t round_clip(float v, int32_t plus, int32_t lowest, int32_t largest) {
    int32_t k;
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && defined(__ARM_FP) && defined(__thumb2__)
    __asm__("vcvtr.s32.f32 %0, %0" : "+t"(v)); /* rounds as the FPSCR says, saturates */
    memcpy(&k, &v, sizeof k);
    k = __qadd(k, plus);
    if (lowest == -128 && largest == 127) return (int32_t)__builtin_arm_ssat(k, 8); /* the macros of arm_acle.h convert signs */
    if (lowest == 0 && largest == 255) return (int32_t)__builtin_arm_usat(k, 8);
#else
    const float low = (float)(lowest - plus), high = (float)(largest - plus);
    v = v < low ? low : v > high ? high : v;
    v += 12582912.0f; /* 1.5 * 2^23: the last bit counts ones */
    memcpy(&k, &v, sizeof k);
    k += plus - 0x4b400000;
#endif
    return k < lowest ? lowest : k > largest ? largest : k;
}
