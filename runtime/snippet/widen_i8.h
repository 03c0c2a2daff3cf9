#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* n bytes less zero as 16-bit numbers: two side by side, the next two `by` places on. */
static inline void widen_i8(int16_t *to, int by, const int8_t *from, int n, int zero) {
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    const int16x2_t less = (int16x2_t)((uint32_t)(zero & 0xffff) * 0x10001u);
    for (; n >= 4; n -= 4, from += 4, to += 2 * by) {
        int32_t four, even, odd, low, high;
        memcpy(&four, from, sizeof four);
        if (zero == -128) { /* the byte with its sign turned over, unsigned */
            four = (int32_t)((uint32_t)four ^ 0x80808080u);
            __asm__("uxtb16 %0, %1" : "=r"(even) : "r"(four));
            __asm__("uxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
        } else {
            __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(four));
            __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
        }
        if (zero != 0 && zero != -128) {
            even = __ssub16(even, less);
            odd = __ssub16(odd, less);
        }
        __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(low) : "r"(even), "r"(odd));
        __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(high) : "r"(odd), "r"(even));
        memcpy(to, &low, sizeof low);
        memcpy(to + by, &high, sizeof high);
    }
#endif
    for (; n >= 2; n -= 2, from += 2, to += by) {
        to[0] = (int16_t)(from[0] - zero);
        to[1] = (int16_t)(from[1] - zero);
    }
    if (n > 0) to[0] = (int16_t)(from[0] - zero);
}
