#include "base/str.h"
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A program that uses the library may have called setlocale(): numbers are always those of the C locale. */
static locale_t c_locale(void) {
    static locale_t c;
    if (!c) c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return c;
}

static uint64_t double_bits(double v) {
    uint64_t b;
    memcpy(&b, &v, sizeof b);
    return b;
}

#define MANTISSA ((UINT64_C(1) << 52) - 1)
#define QUIET (UINT64_C(1) << 51)

/* A float is read back as a float, or as a double that is rounded once more: both must give v. */
static bool reads_back(const char *text, double v, bool is_double, locale_t c) {
    double d = strtod_l(text, NULL, c);
    return is_double ? d == v : (float)d == (float)v && strtof_l(text, NULL, c) == (float)v;
}

char *float_text(Arena *a, double v, bool is_double) {
    const char *sign = signbit(v) ? "-" : "";
    if (isnan(v)) {
        uint64_t payload = double_bits(v) & MANTISSA;
        if (payload == QUIET) return arena_printf(a, "%snan", sign);
        return arena_printf(a, "%snan(0x%llx)", sign, (unsigned long long)payload);
    }
    if (isinf(v)) return arena_printf(a, "%sinf", sign);
    /* With these many digits %g is already shortest, but for subnormal numbers. */
    double least = is_double ? 0x1p-1022 : 0x1p-126;
    int digits = fabs(v) < least ? 1 : is_double ? 15 : 6, most = is_double ? 17 : 9;
    char text[64];
    locale_t c = c_locale(), before = uselocale(c);
    for (;; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (digits >= most || reads_back(text, v, is_double, c)) break;
    }
    uselocale(before);
    return arena_strdup(a, text);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* inf, nan and nan(0x..) after the sign; NULL when it is none of them. */
static const char *parse_word(const char *s, bool negative, double *v) {
    uint64_t bits = UINT64_C(0x7ff) << 52;
    if (strncasecmp(s, "infinity", 8) == 0) {
        s += 8;
    } else if (strncasecmp(s, "inf", 3) == 0) {
        s += 3;
    } else if (strncasecmp(s, "nan", 3) == 0) {
        s += 3;
        uint64_t payload = QUIET;
        if (strncasecmp(s, "(0x", 3) == 0) {
            payload = 0;
            int digits = 0;
            for (s += 3; is_digit(*s) || (*s >= 'a' && *s <= 'f') || (*s >= 'A' && *s <= 'F'); s++, digits++) {
                if (payload > MANTISSA >> 4) return NULL;
                payload = payload << 4 | (uint64_t)(is_digit(*s) ? *s - '0' : (*s | 32) - 'a' + 10);
            }
            if (*s++ != ')' || digits == 0 || payload == 0) return NULL;
        }
        bits |= payload;
    } else {
        return NULL;
    }
    if (is_letter(*s) || is_digit(*s)) return NULL;
    bits |= (uint64_t)negative << 63;
    memcpy(v, &bits, sizeof bits);
    return s;
}

bool float_parse(const char *text, char **end, double *v) {
    const char *s = text + (*text == '-' || *text == '+');
    double r;
    const char *stop;
    if (is_digit(*s) || (*s == '.' && is_digit(s[1]))) {
        char *after;
        int saved = errno;
        r = strtod_l(text, &after, c_locale());
        errno = saved;
        if (isinf(r)) return false;
        stop = after;
    } else {
        stop = parse_word(s, *text == '-', &r);
        if (!stop) return false;
    }
    if (!end && *stop) return false;
    if (end) *end = (char *)(uintptr_t)stop;
    *v = r;
    return true;
}

bool int_parse(const char *text, int64_t *v) {
    bool negative = *text == '-';
    const char *s = text + negative;
    if (!*s) return false;
    int64_t r = 0;
    for (; *s; s++) {
        if (!is_digit(*s)) return false;
        int64_t digit = *s - '0';
        if (__builtin_mul_overflow(r, 10, &r) || __builtin_add_overflow(r, negative ? -digit : digit, &r)) return false;
    }
    *v = r;
    return true;
}

static uint32_t float_bits(float f) {
    uint32_t b;
    memcpy(&b, &f, sizeof b);
    return b;
}

static float bits_float(uint32_t b) {
    float f;
    memcpy(&f, &b, sizeof f);
    return f;
}

/* Drops `by` bits, to nearest even. */
static uint32_t shift_round(uint32_t x, int by) {
    uint32_t half = 1u << (by - 1), rest = x & ((1u << by) - 1), r = x >> by;
    return r + (rest > half || (rest == half && (r & 1)));
}

uint16_t f16_from_f32(float f) {
    uint32_t b = float_bits(f), sign = b >> 16 & 0x8000, magnitude = b & 0x7fffffff;
    if (magnitude > 0x7f800000) {
        uint32_t payload = magnitude >> 13 & 0x3ff;
        return (uint16_t)(sign | 0x7c00 | (payload ? payload : 0x200));
    }
    if (magnitude >= 0x47800000) return (uint16_t)(sign | 0x7c00);
    if (magnitude >= 0x38800000)
        return (uint16_t)(sign | shift_round(magnitude - 0x38000000, 13)); /* may carry to inf */
    int by = 126 - (int)(magnitude >> 23);
    if (by > 24) return (uint16_t)sign; /* below half of the least subnormal number */
    return (uint16_t)(sign | shift_round((magnitude & 0x7fffff) | 0x800000, by));
}

float f16_to_f32(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 31, m = h & 0x3ff;
    if (e == 31) return bits_float(sign | 0x7f800000 | m << 13);
    if (e) return bits_float(sign | (e + 112) << 23 | m << 13);
    float tiny = (float)m * 0x1p-24f;
    return sign ? -tiny : tiny;
}

uint16_t bf16_from_f32(float f) {
    uint32_t b = float_bits(f), top = b >> 16;
    if ((b & 0x7fffffff) > 0x7f800000) return (uint16_t)(top & 0x7f ? top : top | 0x40);
    return (uint16_t)shift_round(b, 16);
}

float bf16_to_f32(uint16_t h) {
    return bits_float((uint32_t)h << 16);
}

float f32_odd(double v) {
    float f = (float)v;
    if (isnan(v) || isinf(f) || (double)f == v) return f;
    uint32_t b = float_bits(f);
    if (fabs((double)f) > fabs(v)) b--;
    return bits_float(b | 1);
}
