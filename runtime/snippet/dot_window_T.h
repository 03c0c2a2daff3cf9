#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#elif defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif
/* sum[c] = start[c] + (x[c] - zero) * w[c] over a window of kh by kw, for n channels c that lie side by side; rows of the window are
 * x_row and w_row apart, columns x_col and w_col. Eight channels at a time, or four, the even and the odd ones apart. */
static inline void dot_window_T(int32_t *sum, const int32_t *start, const T_type *x, int x_row, int x_col, const int8_t *w, int w_row,
                                 int w_col, int kh, int kw, int n, int zero) {
#if defined(__ARM_FEATURE_MVE)
    const uint32x4_t twice = vidupq_n_u32(0, 2);
#pragma GCC unroll 1
    for (int eights = n / 8; eights > 0; eights--, sum += 8, start += 8, x += 8, w += 8) {
        const int32x4x2_t begin = vld2q_s32(start);
        int32x4_t even = begin.val[0], odd = begin.val[1];
        for (int i = 0; i < kh; i++) {
            const T_type *a = x + i * x_row;
            const int8_t *b = w + i * w_row;
            for (int j = kw; j > 0; j--, a += x_col, b += w_col) {
                int16x8_t v = T_widened(a);
                const int16x8_t f = vldrbq_s16(b);
                if (zero != 0) v = vsubq_n_s16(v, (int16_t)zero);
                even = vaddq_s32(even, vmullbq_int_s16(v, f));
                odd = vaddq_s32(odd, vmulltq_int_s16(v, f));
            }
        }
        vstrwq_scatter_shifted_offset_s32(sum, twice, even);
        vstrwq_scatter_shifted_offset_s32(sum + 1, twice, odd);
    }
    n %= 8;
#elif defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    const int16x2_t less = (int16x2_t)((uint32_t)zero << 16 | ((uint32_t)zero & 0xffffu));
    for (; n >= 4; n -= 4, sum += 4, start += 4, x += 4, w += 4) {
        int32_t s0 = start[0], s1 = start[1], s2 = start[2], s3 = start[3];
        for (int i = 0; i < kh; i++) {
            const T_type *a = x + i * x_row;
            const int8_t *b = w + i * w_row;
            for (int j = kw; j > 0; j--, a += x_col, b += w_col) {
                int8x4_t four, by;
                int16x2_t even, odd, f, g; /* gcc does not fold the rotation itself */
                memcpy(&four, a, sizeof four);
                memcpy(&by, b, sizeof by);
                __asm__("T_xtb16 %0, %1" : "=r"(even) : "r"(four));
                __asm__("T_xtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
                __asm__("sxtb16 %0, %1" : "=r"(f) : "r"(by));
                __asm__("sxtb16 %0, %1, ror #8" : "=r"(g) : "r"(by));
                if (zero != 0) {
                    even = __ssub16(even, less);
                    odd = __ssub16(odd, less);
                }
                s0 = __smlabb(even, f, s0);
                s1 = __smlabb(odd, g, s1);
                s2 = __smlatt(even, f, s2);
                s3 = __smlatt(odd, g, s3);
            }
        }
        sum[0] = s0;
        sum[1] = s1;
        sum[2] = s2;
        sum[3] = s3;
    }
#endif
    for (int c = 0; c < n; c++) {
        int32_t s = start[c];
        for (int i = 0; i < kh; i++)
            for (int j = 0; j < kw; j++) s += (x[c + i * x_row + j * x_col] - zero) * w[c + i * w_row + j * w_col];
        sum[c] = s;
    }
}
