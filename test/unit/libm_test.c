/* The mathematical functions of code without a C library, against the C library's in double: by units in the last place,
 * over random codes and small numbers; whole and rounded ones bit by bit. */
#include "check.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Kept apart from the library's own. */
#define bits_of_f32 own_bits_of_f32
#define f32_of_bits own_f32_of_bits
#define F(name) own_##name
#define fabsf F(fabsf)
#define fabs F(fabs)
#define copysignf F(copysignf)
#define copysign F(copysign)
#define truncf F(truncf)
#define trunc F(trunc)
#define floorf F(floorf)
#define floor F(floor)
#define ceilf F(ceilf)
#define ceil F(ceil)
#define rintf F(rintf)
#define rint F(rint)
#define fmodf F(fmodf)
#define fmod F(fmod)
#define sqrtf F(sqrtf)
#define sqrt F(sqrt)
#define expf F(expf)
#define expm1f F(expm1f)
#define logf F(logf)
#define log1pf F(log1pf)
#define tanhf F(tanhf)
#define erff F(erff)
#define powf F(powf)
#define sinf F(sinf)
#define cosf F(cosf)
#include "runtime/libm/libm_bits_of_f32.h"
#include "runtime/libm/libm_f32_of_bits.h"
#include "runtime/libm/libm_f32_scaled.h"
#include "runtime/libm/libm_f32_upper.h"
#include "runtime/libm/libm_fabsf.h"
#include "runtime/libm/libm_fabs.h"
#include "runtime/libm/libm_copysignf.h"
#include "runtime/libm/libm_copysign.h"
#include "runtime/libm/libm_truncf.h"
#include "runtime/libm/libm_trunc.h"
#include "runtime/libm/libm_floorf.h"
#include "runtime/libm/libm_floor.h"
#include "runtime/libm/libm_ceilf.h"
#include "runtime/libm/libm_ceil.h"
#include "runtime/libm/libm_rintf.h"
#include "runtime/libm/libm_rint.h"
#include "runtime/libm/libm_fmodf.h"
#include "runtime/libm/libm_fmod.h"
#include "runtime/libm/libm_sqrtf.h"
#include "runtime/libm/libm_sqrt.h"
#include "runtime/libm/libm_expf.h"
#include "runtime/libm/libm_expm1f.h"
#include "runtime/libm/libm_logf.h"
#include "runtime/libm/libm_log1pf.h"
#include "runtime/libm/libm_tanhf.h"
#include "runtime/libm/libm_erff.h"
#include "runtime/libm/libm_powf.h"
#include "runtime/libm/libm_sinf.h"
#include "runtime/libm/libm_cosf.h"
#undef fabsf
#undef fabs
#undef copysignf
#undef copysign
#undef truncf
#undef trunc
#undef floorf
#undef floor
#undef ceilf
#undef ceil
#undef rintf
#undef rint
#undef fmodf
#undef fmod
#undef sqrtf
#undef sqrt
#undef expf
#undef expm1f
#undef logf
#undef log1pf
#undef tanhf
#undef erff
#undef powf
#undef sinf
#undef cosf

enum { CASES = 400000 };

static uint64_t state = 1;
static uint64_t random_bits(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) ^ state << 31;
}
static float random_f32(int i) {
    uint32_t code = (uint32_t)random_bits();
    float f;
    memcpy(&f, &code, sizeof f);
    return i % 2 ? (float)(int32_t)code * 0x1p-27f : f;
}
static double random_f64(int i) {
    uint64_t code = random_bits();
    double f;
    memcpy(&f, &code, sizeof f);
    return i % 2 ? (double)(int64_t)code * 0x1p-59 : f;
}
static const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 2.0f, 3.0f, -3.0f, 0x1p-149f, -0x1p-149f, 0x1p-126f,
                                0x1.fffffep127f, -0x1.fffffep127f, INFINITY, -INFINITY, NAN, 88.7f, 89.0f, -103.9f, -104.1f, 0x1p23f, 0x1.8p22f};
enum { SPECIAL = sizeof special / sizeof *special };
static float number(int i) {
    return i < SPECIAL ? special[i] : random_f32(i);
}

/* Distance in units of the float that is nearest to want. */
static double ulps(float got, double want) {
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got) ? 0 : 1e9;
    const float near = (float)want;
    if (isinf(near) || isinf(got)) return near == got || fabs(want) > 0x1.fffffdp127 ? 0 : 1e9;
    const int e = near == 0 ? -149 : ilogbf(near) - 23;
    if (want == 0 && got == 0 && !signbit(want) != !signbit(got)) return 1e9;
    return fabs((double)got - want) / ldexp(1, e < -149 ? -149 : e);
}

static void one(const char *name, float (*own)(float), double (*libm)(double), double most) {
    double worst = 0;
    float at = 0;
    for (int i = 0; i < CASES; i++) {
        const float x = number(i);
        const double d = ulps(own(x), libm((double)x));
        if (d > worst) worst = d, at = x;
    }
    if (worst > most) printf("%s(%a): %g ulp\n", name, (double)at, worst);
    CHECK(worst <= most);
}

static void accuracy(void) {
    one("expf", own_expf, exp, 1.1);
    one("expm1f", own_expm1f, expm1, 1.5);
    one("logf", own_logf, log, 0.9);
    one("log1pf", own_log1pf, log1p, 1.5);
    one("tanhf", own_tanhf, tanh, 1.4);
    one("erff", own_erff, erf, 1.4);
    one("sqrtf", own_sqrtf, sqrt, 0.5);
}

static void angles(float (*own)(float), double (*libm)(double)) {
    double worst = 0;
    for (int i = 0; i < CASES; i++) {
        const float x = (float)((double)number(SPECIAL + 2 * i + 1) * (i % 3 ? 1 : 0x1p23));
        const double d = ulps(own(x), libm((double)x));
        if (d > worst) worst = d;
    }
    CHECK(worst <= 0.6);
    CHECK(isnan(own(INFINITY)) && isnan(own(NAN)));
}

static bool same(const void *a, const void *b, size_t n, bool nan) {
    return nan || !memcmp(a, b, n);
}

static void exact(void) {
    static float (*const own[])(float) = {own_fabsf, own_truncf, own_floorf, own_ceilf, own_rintf};
    static float (*const libm[])(float) = {fabsf, truncf, floorf, ceilf, rintf};
    static double (*const own_double[])(double) = {own_fabs, own_trunc, own_floor, own_ceil, own_rint, own_sqrt};
    static double (*const libm_double[])(double) = {fabs, trunc, floor, ceil, rint, sqrt};
    int bad = 0;
    for (int i = 0; i < CASES; i++) {
        const float x = number(i);
        const double y = i < SPECIAL ? (double)x : random_f64(i);
        for (size_t f = 0; f < sizeof own / sizeof *own; f++) {
            const float got = own[f](x), want = libm[f](x);
            bad += !same(&got, &want, sizeof got, isnan(got) && isnan(want));
        }
        for (size_t f = 0; f < sizeof own_double / sizeof *own_double; f++) {
            const double got = own_double[f](y), want = libm_double[f](y);
            bad += !same(&got, &want, sizeof got, isnan(got) && isnan(want));
        }
    }
    CHECK(bad == 0);
}

static void of_two(void) {
    double worst = 0;
    int bad = 0;
    for (int i = 0; i < CASES; i++) {
        const float a = i < SPECIAL * SPECIAL ? special[i / SPECIAL] : random_f32(i), b = i < SPECIAL * SPECIAL ? special[i % SPECIAL] : random_f32(i + i / 2);
        const double d = ulps(own_powf(a, b), pow((double)a, (double)b));
        if (d > worst) worst = d;
        const float got = own_fmodf(a, b), want = fmodf(a, b);
        bad += !same(&got, &want, sizeof got, isnan(got) && isnan(want));
        const double far = own_fmod((double)a, (double)b), right = fmod((double)a, (double)b);
        bad += !same(&far, &right, sizeof far, isnan(far) && isnan(right));
    }
    if (worst > 2) printf("powf: %g ulp\n", worst);
    CHECK(worst <= 2);
    CHECK(bad == 0);
}

int main(void) {
    accuracy();
    angles(own_sinf, sin);
    angles(own_cosf, cos);
    exact();
    of_two();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
