#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* n bytes less zero as 16-bit numbers. */
static inline void widen_i8(int16_t *to, const int8_t *from, int n, int zero) {
    int i = 0;
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    const int16x2_t less = (int16x2_t)((uint32_t)(zero & 0xffff) * 0x10001u);
    for (; i + 4 <= n; i += 4) {
        int32_t four, even, odd, low, high;
        memcpy(&four, from + i, sizeof four);
        __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(four));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
        even = __ssub16(even, less);
        odd = __ssub16(odd, less);
        __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(low) : "r"(even), "r"(odd));
        __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(high) : "r"(odd), "r"(even));
        memcpy(to + i, &low, sizeof low);
        memcpy(to + i + 2, &high, sizeof high);
    }
#endif
    for (; i < n; i++) to[i] = (int16_t)(from[i] - zero);
}
