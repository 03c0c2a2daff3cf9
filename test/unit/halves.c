/* The halves of a target that computes with them against doubles: what snippet_test compiles where such a target has a
 * compiler and an emulator. */
#include "snippets.h"
#include <stdio.h>

static int wrong;

static void expect(const char *what, float got, double want) {
    if ((double)got == want || (isnan(got) && isnan(want))) return;
    if (wrong++ < 10) printf("%s: %a, not %a\n", what, (double)got, want);
}

static double value(int code) {
    const int exponent = code >> 10 & 31, fraction = code & 1023;
    const double size = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                        : exponent     ? ldexp(1024 + fraction, exponent - 25)
                                       : ldexp(fraction, -24);
    return code >> 15 ? -size : size;
}

static double larger(double a, double b) { return isnan(a) || isnan(b) ? (double)NAN : a > b ? a : b; }

int main(void) {
    uint16_t a[8], b[8], y[8];
    float wide[8];
    for (int c = 0; c < 65536; c++) {
        const float f = f16_to_f32((uint16_t)c);
        expect("f16_to_f32", f, value(c));
        if (!isnan(f) && f16_from_f32(f) != c) wrong++, printf("f16_from_f32: not %x\n", (unsigned)c);
        if (c < 0x7bff) { /* a tie goes to the even one */
            const float tie = (float)((value(c) + value(c + 1)) / 2);
            expect("f16_from_f32", f16_to_f32(f16_from_f32(tie)), value(c + (c & 1)));
        }
    }
    for (int k = 0; k < 65536; k += 8) {
        for (int i = 0; i < 8; i++) a[i] = (uint16_t)(k + i), b[i] = (uint16_t)(k * 7 + i * 4999), wide[i] = (float)value(a[i]);
        f16x8_store(y, f16x8_max(f16x8_load(a), f16x8_load(b)));
        for (int i = 0; i < 8; i++) expect("max", f16_to_f32(y[i]), larger(value(a[i]), value(b[i])));
        f16x8_store(y, f16x8_min(f16x8_load(a), f16x8_load(b)));
        for (int i = 0; i < 8; i++) expect("min", f16_to_f32(y[i]), -larger(-value(a[i]), -value(b[i])));
        f16x8_store(y, f16x8_load_f32(wide));
        for (int i = 0; i < 8; i++) expect("load_f32", f16_to_f32(y[i]), value(a[i]));
        f16x8_store(y, f16x8_dup(a + 3));
        for (int i = 0; i < 8; i++) expect("dup", f16_to_f32(y[i]), value(a[3]));
        f16x8_store(y, f16x8_set(wide[5]));
        for (int i = 0; i < 8; i++) expect("set", f16_to_f32(y[i]), value(a[5]));
        f16x8_store(y, f16x8_gather(a + 7, -1));
        for (int i = 0; i < 8; i++) expect("gather", f16_to_f32(y[i]), value(a[7 - i]));
    }
    return wrong != 0;
}
