#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* Two bytes, `apart` from each other: sums a and b times scales s and t, as round_clip makes them. */
static inline void round_two_T(T_type *to, int apart, int32_t a, int32_t b, float s, float t, int32_t plus, int32_t lowest, int32_t largest) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && defined(__ARM_FP) && defined(__thumb2__)
    /* one move for both into the registers of floats, one back */
    __asm__("vmov s14, s15, %0, %1\n\tvcvt.f32.s32 s14, s14\n\tvcvt.f32.s32 s15, s15\n\t"
            "vmul.f32 s14, s14, %2\n\tvmul.f32 s15, s15, %3\n\t"
            "vcvtr.s32.f32 s14, s14\n\tvcvtr.s32.f32 s15, s15\n\tvmov %0, %1, s14, s15"
            : "+r"(a), "+r"(b)
            : "t"(s), "t"(t)
            : "s14", "s15");
    if (plus != 0) {
        a = __qadd(a, plus);
        b = __qadd(b, plus);
    }
    a = (int32_t)T_saturate(a, 8); /* the macros of arm_acle.h convert signs */
    b = (int32_t)T_saturate(b, 8);
    if (lowest > T_lowest || largest < T_largest) {
        a = a < lowest ? lowest : a > largest ? largest : a;
        b = b < lowest ? lowest : b > largest ? largest : b;
    }
    to[0] = (T_type)a;
    to[apart] = (T_type)b;
#else
    to[0] = (T_type)round_clip((float)a * s, plus, lowest, largest);
    to[apart] = (T_type)round_clip((float)b * t, plus, lowest, largest);
#endif
}
