#include "ir/types.h"
#include "base/str.h"
#include <math.h>
#include <string.h>

const DTypeInfo dtype_info[DT_count] = {[DT_none] = {"none", 0, 0, "void", 'x', ""},
#define X(name, bytes, bits, c, cls, npy) [DT_##name] = {#name, bytes, bits, c, cls, npy},
                                        DTYPE_TABLE(X)
#undef X
};

DType dtype_parse(const char *name) {
    for (int t = DT_none + 1; t < DT_count; t++)
        if (strcmp(dtype_info[t].name, name) == 0) return (DType)t;
    return DT_none;
}

/* ---- floats of at most 8 bits: sign, exponent, fraction ---- */

typedef struct {
    int fraction;      /* bits of it */
    int least;         /* exponent of the smallest normal number */
    uint32_t sign;     /* its bit */
    uint32_t largest;  /* code of the largest number */
    uint32_t overflow; /* code of what lies beyond */
    uint32_t nan;      /* code of NaN, of -0 where there is none, then +0 for a negative one */
    bool unsigned_nan; /* overflow, NaN and 0 have one code each, without a sign */
    bool has_nan, has_inf;
} SmallFloat;

/* Micikevicius et al. 2022 (fn, e5m2), Noune et al. 2022 (fnuz), OCP Microscaling Formats 1.0 (f6, f4). */
static const SmallFloat small_float[DT_count] = {
    [DT_f8e4m3fn] = {3, -6, 0x80, 0x7e, 0x7f, 0x7f, false, true, false},
    [DT_f8e4m3fnuz] = {3, -7, 0x80, 0x7f, 0x80, 0x80, true, true, false},
    [DT_f8e5m2] = {2, -14, 0x80, 0x7b, 0x7c, 0x7e, false, true, true},
    [DT_f8e5m2fnuz] = {2, -15, 0x80, 0x7f, 0x80, 0x80, true, true, false},
    [DT_f6e2m3] = {3, 0, 0x20, 0x1f, 0x1f, 0x20, false, false, false},
    [DT_f6e3m2] = {2, -2, 0x20, 0x1f, 0x1f, 0x20, false, false, false},
    [DT_f4e2m1] = {1, 0, 0x8, 0x7, 0x7, 0x8, false, false, false},
};

static double magnitude_of(const SmallFloat *s, uint32_t code) {
    int e = (int)(code >> s->fraction);
    double f = (double)(code & ((1u << s->fraction) - 1));
    return e ? ldexp(1 + ldexp(f, -s->fraction), e - 1 + s->least) : ldexp(f, s->least - s->fraction);
}

/* The code without its sign of v >= 0, which may be beyond the largest. */
static uint32_t magnitude_code(const SmallFloat *s, double v) {
    int e;
    if (v == 0) return 0;
    frexp(v, &e);
    e = e - 1 < s->least ? s->least : e - 1;
    double steps = rint(ldexp(v, s->fraction - e)); /* with the leading one, if v has it */
    return ((uint32_t)(e - s->least) << s->fraction) + (uint32_t)steps;
}

/* An exponent alone: 2^(code-127). */
static uint32_t power_code(double v) {
    int e;
    if (isnan(v) || isinf(v) || v == 0) return 0xff;
    double m = frexp(fabs(v), &e); /* m in [0.5, 1) */
    e = e - 1 + (m >= 0.75) + 127;
    return e < 0 || e > 254 ? 0xff : (uint32_t)e;
}

uint32_t dtype_encode(DType t, float v) {
    const SmallFloat *s = &small_float[t];
    if (t == DT_f16) return f16_from_f32(v);
    if (t == DT_bf16) return bf16_from_f32(v);
    if (t == DT_f8e8m0) return power_code((double)v);
    uint32_t sign = signbit(v) ? s->sign : 0;
    if (isnan(v)) return !s->has_nan ? sign ^ s->nan : s->unsigned_nan ? s->nan : sign | s->nan;
    uint32_t code = isinf(v) || fabs((double)v) > 1e6 ? s->largest + 1 : magnitude_code(s, fabs((double)v));
    if (code > s->largest) return s->unsigned_nan ? s->overflow : sign | s->overflow;
    return code == 0 && s->unsigned_nan ? 0 : sign | code;
}

float dtype_decode(DType t, uint32_t code) {
    const SmallFloat *s = &small_float[t];
    if (t == DT_f16) return f16_to_f32((uint16_t)code);
    if (t == DT_bf16) return bf16_to_f32((uint16_t)code);
    if (t == DT_f8e8m0) return code == 0xff ? NAN : (float)ldexp(1, (int)code - 127);
    uint32_t magnitude = code & (s->sign - 1);
    if (s->unsigned_nan && code == s->nan) return -NAN;
    float v = s->has_inf && magnitude == s->overflow                          ? INFINITY
              : s->has_nan && !s->unsigned_nan && magnitude > s->largest ? NAN
                                                                              : (float)magnitude_of(s, magnitude);
    return code & s->sign ? -v : v;
}

double dtype_largest(DType t) {
    const DTypeInfo *info = &dtype_info[t];
    if (info->cls == 'b') return 1;
    if (info->cls != 'f') return ldexp(1, info->cls == 'i' ? info->bits - 1 : info->bits) - 1;
    switch (t) {
    case DT_f64: return 0x1.fffffffffffffp1023;
    case DT_f32: return 0x1.fffffep127;
    case DT_f16: return 65504;
    case DT_bf16: return 0x1.fep127;
    case DT_f8e8m0: return 0x1p127;
    default: return magnitude_of(&small_float[t], small_float[t].largest);
    }
}

double dtype_lowest(DType t) {
    if (t == DT_f8e8m0) return 0x1p-127;
    if (dtype_is_float(t)) return -dtype_largest(t);
    return dtype_info[t].cls == 'i' ? -dtype_largest(t) - 1 : 0;
}

/* ---- packed elements ---- */

void dtype_pack(DType t, const void *elements, int64_t count, uint8_t *to) {
    const uint8_t *from = elements;
    int bits = dtype_info[t].bits, have = 0;
    uint32_t hold = 0;
    for (int64_t i = 0; i < count; i++) {
        hold |= (from[i] & ((1u << bits) - 1)) << have;
        for (have += bits; have >= 8; have -= 8, hold >>= 8) *to++ = (uint8_t)hold;
    }
    if (have) *to = (uint8_t)hold;
}

void dtype_unpack(DType t, const uint8_t *from, int64_t count, void *elements) {
    uint8_t *to = elements;
    int bits = dtype_info[t].bits, have = 0;
    uint32_t hold = 0, top = dtype_info[t].cls == 'i' ? 1u << (bits - 1) : 0;
    for (int64_t i = 0; i < count; i++) {
        if (have < bits) {
            hold |= (uint32_t)*from++ << have;
            have += 8;
        }
        uint32_t code = hold & ((1u << bits) - 1);
        to[i] = (uint8_t)((code ^ top) - top); /* sign-extended */
        hold >>= bits;
        have -= bits;
    }
}
