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
#define exp F(exp)
#define expm1f F(expm1f)
#define expm1 F(expm1)
#define logf F(logf)
#define log F(log)
#define log1pf F(log1pf)
#define log1p F(log1p)
#define tanhf F(tanhf)
#define tanh F(tanh)
#define erff F(erff)
#define erf F(erf)
#define powf F(powf)
#define pow F(pow)
#define sinf F(sinf)
#define sin F(sin)
#define cosf F(cosf)
#define cos F(cos)
#define tanf F(tanf)
#define tan F(tan)
#define asinf F(asinf)
#define asin F(asin)
#define acosf F(acosf)
#define acos F(acos)
#define atanf F(atanf)
#define atan F(atan)
#define atan2f F(atan2f)
#define atan2 F(atan2)
#define sinhf F(sinhf)
#define sinh F(sinh)
#define coshf F(coshf)
#define cosh F(cosh)
#define asinhf F(asinhf)
#define asinh F(asinh)
#define acoshf F(acoshf)
#define acosh F(acosh)
#define atanhf F(atanhf)
#define atanh F(atanh)
#include "runtime/libm/libm_bits_of_f32.h"
#include "runtime/libm/libm_f32_of_bits.h"
#include "runtime/libm/libm_f32_scaled.h"
#include "runtime/libm/libm_f32_upper.h"
#include "runtime/libm/libm_bits_of_f64.h"
#include "runtime/libm/libm_f64_of_bits.h"
#include "runtime/libm/libm_f64_scaled.h"
#include "runtime/libm/libm_f64_upper.h"
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
#include "runtime/libm/libm_exp.h"
#include "runtime/libm/libm_expm1f.h"
#include "runtime/libm/libm_expm1.h"
#include "runtime/libm/libm_logf.h"
#include "runtime/libm/libm_log.h"
#include "runtime/libm/libm_log1pf.h"
#include "runtime/libm/libm_log1p.h"
#include "runtime/libm/libm_tanhf.h"
#include "runtime/libm/libm_tanh.h"
#include "runtime/libm/libm_erff.h"
#include "runtime/libm/libm_erf.h"
#include "runtime/libm/libm_powf.h"
#include "runtime/libm/libm_pow.h"
#include "runtime/libm/libm_quartersf.h"
#include "runtime/libm/libm_sinf_near.h"
#include "runtime/libm/libm_cosf_near.h"
#include "runtime/libm/libm_sinf.h"
#include "runtime/libm/libm_quarters.h"
#include "runtime/libm/libm_sin_near.h"
#include "runtime/libm/libm_cos_near.h"
#include "runtime/libm/libm_sin.h"
#include "runtime/libm/libm_cosf.h"
#include "runtime/libm/libm_cos.h"
#include "runtime/libm/libm_tanf.h"
#include "runtime/libm/libm_tan.h"
#include "runtime/libm/libm_asinf_rest.h"
#include "runtime/libm/libm_asinf.h"
#include "runtime/libm/libm_asin_rest.h"
#include "runtime/libm/libm_asin.h"
#include "runtime/libm/libm_acosf.h"
#include "runtime/libm/libm_acos.h"
#include "runtime/libm/libm_atanf.h"
#include "runtime/libm/libm_atan.h"
#include "runtime/libm/libm_atan2f.h"
#include "runtime/libm/libm_atan2.h"
#include "runtime/libm/libm_e_halff.h"
#include "runtime/libm/libm_sinhf.h"
#include "runtime/libm/libm_e_half.h"
#include "runtime/libm/libm_sinh.h"
#include "runtime/libm/libm_coshf.h"
#include "runtime/libm/libm_cosh.h"
#include "runtime/libm/libm_asinhf.h"
#include "runtime/libm/libm_asinh.h"
#include "runtime/libm/libm_acoshf.h"
#include "runtime/libm/libm_acosh.h"
#include "runtime/libm/libm_atanhf.h"
#include "runtime/libm/libm_atanh.h"
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
#undef exp
#undef expm1f
#undef expm1
#undef logf
#undef log
#undef log1pf
#undef log1p
#undef tanhf
#undef tanh
#undef erff
#undef erf
#undef powf
#undef pow
#undef sinf
#undef sin
#undef cosf
#undef cos
#undef tanf
#undef tan
#undef asinf
#undef asin
#undef acosf
#undef acos
#undef atanf
#undef atan
#undef atan2f
#undef atan2
#undef sinhf
#undef sinh
#undef coshf
#undef cosh
#undef asinhf
#undef asinh
#undef acoshf
#undef acosh
#undef atanhf
#undef atanh

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
/* Also those from -1 to 1, and around the largest whose exponential is finite. */
static double number_of_f64(int i) {
    return i < SPECIAL ? (double)special[i] : i % 4 == 1 ? random_f64(i) * 0x1p-4 : i % 8 == 3 ? random_f64(i) * 50 : random_f64(i);
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

/* Distance in units of the double that is nearest to want. */
static double ulps_of_f64(double got, long double want) {
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got) ? 0 : 1e9;
    const double near = (double)want;
    if (isinf(near) || isinf(got)) return near == got || fabsl(want) > 0x1.fffffffffffff7p1023L ? 0 : 1e9;
    const int e = near == 0 ? -1074 : ilogb(near) - 52;
    if (want == 0 && got == 0 && !signbit(want) != !signbit(got)) return 1e9;
    return (double)(fabsl((long double)got - want) / ldexpl(1, e < -1074 ? -1074 : e));
}

static void one_of_f64(const char *name, double (*own)(double), long double (*libm)(long double), double most) {
    double worst = 0, at = 0;
    for (int i = 0; i < CASES; i++) {
        const double x = number_of_f64(i);
        const double d = ulps_of_f64(own(x), libm((long double)x));
        if (d > worst) worst = d, at = x;
    }
    if (worst > most) printf("%s(%a): %g ulp\n", name, at, worst);
    CHECK(worst <= most);
}

#define ONE(name, f32, f64) one(#name "f", own_##name##f, name, f32), one_of_f64(#name, own_##name, name##l, f64)
static void accuracy(void) {
    ONE(exp, 1.1, 1.1);
    ONE(expm1, 1.5, 1.6);
    ONE(log, 0.9, 1);
    ONE(log1p, 1.5, 1.5);
    ONE(tanh, 1.4, 1.4);
    ONE(erf, 1.4, 1.5);
    ONE(sqrt, 0.5, 0.5);
    ONE(sin, 1, 1);
    ONE(cos, 1, 1);
    ONE(tan, 1.5, 1.5);
    ONE(asin, 1, 1);
    ONE(acos, 1, 1);
    ONE(atan, 1, 1);
    ONE(sinh, 1.7, 1.7);
    ONE(cosh, 1.5, 1.5);
    ONE(asinh, 1.8, 1.5);
    ONE(acosh, 1.5, 1.5);
    ONE(atanh, 1.5, 1.5);
}

static bool same(const void *a, const void *b, size_t n, bool nan) {
    return nan || !memcmp(a, b, n);
}

static void exact(void) {
    static float (*const own[])(float) = {own_fabsf, own_truncf, own_floorf, own_ceilf, own_rintf};
    static float (*const libm[])(float) = {fabsf, truncf, floorf, ceilf, rintf};
    static double (*const own_double[])(double) = {own_fabs, own_trunc, own_floor, own_ceil, own_rint};
    static double (*const libm_double[])(double) = {fabs, trunc, floor, ceil, rint};
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
    double worst = 0, far_worst = 0, turned = 0;
    int bad = 0;
    for (int i = 0; i < CASES; i++) {
        const float a = i < SPECIAL * SPECIAL ? special[i / SPECIAL] : random_f32(i), b = i < SPECIAL * SPECIAL ? special[i % SPECIAL] : random_f32(i + i / 2);
        const double d = ulps(own_powf(a, b), pow((double)a, (double)b)), e = ulps(own_atan2f(a, b), atan2((double)a, (double)b));
        if (d > worst) worst = d;
        if (e > turned) turned = e;
        const double x = i % 2 ? random_f64(2) : (double)a, y = i % 2 ? random_f64(i % 3) * (i % 4 == 1 ? 1 : 100) : (double)b;
        const double f = ulps_of_f64(own_pow(x, y), powl((long double)x, (long double)y));
        const double g = ulps_of_f64(own_atan2(x, y), atan2l((long double)x, (long double)y));
        if (f > far_worst) far_worst = f;
        if (g > turned) turned = g;
        const float got = own_fmodf(a, b), want = fmodf(a, b);
        bad += !same(&got, &want, sizeof got, isnan(got) && isnan(want));
        const double far = own_fmod((double)a, (double)b), right = fmod((double)a, (double)b);
        bad += !same(&far, &right, sizeof far, isnan(far) && isnan(right));
    }
    if (worst > 2 || far_worst > 2 || turned > 2) printf("powf, pow, atan2: %g, %g, %g ulp\n", worst, far_worst, turned);
    CHECK(worst <= 2 && far_worst <= 2);
    CHECK(turned <= 2);
    CHECK(bad == 0);
}

int main(void) {
    accuracy();
    exact();
    of_two();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
