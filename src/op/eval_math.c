/* Scalar functions, conversions and memory access of the reference interpreter. */
#include "op/eval.h"
#include "runtime/snippet/philox_u64.h"
#include "runtime/snippet/string_order.h"
#include "op/text.h"
#include <math.h>

double eval_round(DType t, double v) {
    switch (t) {
    case DT_f32: return (double)(float)v;
    case DT_f16: return (double)f16_to_f32(f16_from_f32((float)v));
    case DT_bf16: return (double)bf16_to_f32(bf16_from_f32((float)v));
    default: return dtype_is_coded(t) ? (double)dtype_decode(t, dtype_encode(t, (float)v)) : v;
    }
}

int64_t eval_wrap(DType t, int64_t v) {
    switch (t) {
    case DT_i8: return (int8_t)v;
    case DT_i16: return (int16_t)v;
    case DT_i32: return (int32_t)v;
    case DT_u8: return (uint8_t)v;
    case DT_u16: return (uint16_t)v;
    case DT_u32: return (uint32_t)v;
    case DT_bool: return v != 0;
    case DT_u4: return v & 15;
    case DT_u2: return v & 3;
    case DT_i4: return ((v & 15) ^ 8) - 8;
    case DT_i2: return ((v & 3) ^ 2) - 2;
    default: return v;
    }
}

static void round_all(DType t, Slot *r, int n) {
    if (t == DT_f64) return;
    if (t == DT_f32) {
        EACH_LANE(l, n) r->f[l] = (double)(float)r->f[l];
        return;
    }
    for (int l = 0; l < n; l++) r->f[l] = eval_round(t, r->f[l]);
}

static void wrap_all(DType t, Slot *r, int n) {
    if (t == DT_i64 || t == DT_u64) return;
    for (int l = 0; l < n; l++) r->i[l] = eval_wrap(t, r->i[l]);
}

/* ---- floats ---- */

static double sign_mod(double x, double y) {
    double r = fmod(x, y);
    if (r == 0) return copysign(r, y);
    return (r < 0) != (y < 0) ? r + y : r;
}
static double least(double x, double y) {
    return y < x || isnan(y) ? y : x;
}
static double most(double x, double y) {
    return y > x || isnan(y) ? y : x;
}
static double sign_of(double x) {
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

#define EACH(expr)                                                                                                     \
    for (int l = 0; l < n; l++) {                                                                                      \
        double x = a->f[l];                                                                                            \
        r->f[l] = (expr);                                                                                              \
    }                                                                                                                  \
    break
#define EACH2(expr)                                                                                                    \
    for (int l = 0; l < n; l++) {                                                                                      \
        double x = a->f[l], y = b->f[l];                                                                               \
        r->f[l] = (expr);                                                                                              \
    }                                                                                                                  \
    break
#define QUICK2(expr)                                                                                                   \
    EACH_LANE(l, n) {                                                                                                  \
        double x = a->f[l], y = b->f[l];                                                                               \
        r->f[l] = (expr);                                                                                              \
    }                                                                                                                  \
    break

static void float_fn2(Fn f, const Slot *a, const Slot *b, Slot *r, int n) {
    switch (f) {
    case FN_add: QUICK2(x + y);
    case FN_sub: QUICK2(x - y);
    case FN_mul: QUICK2(x * y);
    case FN_div: QUICK2(x / y);
    case FN_min: EACH2(least(x, y));
    case FN_max: EACH2(most(x, y));
    case FN_pow: EACH2(pow(x, y));
    case FN_trunc_mod: EACH2(fmod(x, y));
    case FN_mod:
    case FN_sign_mod: EACH2(sign_mod(x, y));
    case FN_atan2: EACH2(atan2(x, y));
    default: EACH2(NAN + 0 * (x + y));
    }
}

static void float_fn1(Fn f, const Slot *a, Slot *r, int n) {
    switch (f) {
    case FN_neg: EACH(-x);
    case FN_abs: EACH(fabs(x));
    case FN_sign: EACH(sign_of(x));
    case FN_sq: EACH(x * x);
    case FN_floor: EACH(floor(x));
    case FN_ceil: EACH(ceil(x));
    case FN_rint: EACH(rint(x));
    case FN_trunc: EACH(trunc(x));
    case FN_sqrt: EACH(sqrt(x));
    case FN_exp: EACH(exp(x));
    case FN_expm1: EACH(expm1(x));
    case FN_log: EACH(log(x));
    case FN_log1p: EACH(log1p(x));
    case FN_sin: EACH(sin(x));
    case FN_cos: EACH(cos(x));
    case FN_tan: EACH(tan(x));
    case FN_asin: EACH(asin(x));
    case FN_acos: EACH(acos(x));
    case FN_atan: EACH(atan(x));
    case FN_sinh: EACH(sinh(x));
    case FN_cosh: EACH(cosh(x));
    case FN_tanh: EACH(tanh(x));
    case FN_asinh: EACH(asinh(x));
    case FN_acosh: EACH(acosh(x));
    case FN_atanh: EACH(atanh(x));
    case FN_erf: EACH(erf(x));
    default: EACH(NAN * x);
    }
}

/* ---- integers ---- */

static int64_t wrap_add(int64_t x, int64_t y) {
    return (int64_t)((uint64_t)x + (uint64_t)y);
}
static int64_t wrap_mul(int64_t x, int64_t y) {
    return (int64_t)((uint64_t)x * (uint64_t)y);
}
static int64_t wrap_neg(int64_t x) {
    return (int64_t)(0 - (uint64_t)x);
}

static int64_t int_div(int64_t x, int64_t y, bool is_unsigned, bool floor_it) {
    if (y == 0) return 0;
    if (is_unsigned) return (int64_t)((uint64_t)x / (uint64_t)y);
    if (y == -1) return wrap_neg(x);
    int64_t q = x / y;
    return floor_it && x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

static int64_t int_mod(int64_t x, int64_t y, bool is_unsigned, bool floor_it) {
    if (y == 0) return 0;
    if (is_unsigned) return (int64_t)((uint64_t)x % (uint64_t)y);
    if (y == -1) return 0;
    int64_t m = x % y;
    return floor_it && m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

static int64_t int_pow(int64_t x, int64_t y, bool is_unsigned) {
    if (!is_unsigned && y < 0) return x == 1 ? 1 : x == -1 ? (y % 2 ? -1 : 1) : 0;
    int64_t r = 1;
    for (uint64_t e = (uint64_t)y; e; e >>= 1) {
        if (e & 1) r = wrap_mul(r, x);
        x = wrap_mul(x, x);
    }
    return r;
}

static bool int_less(int64_t x, int64_t y, bool is_unsigned) {
    return is_unsigned ? (uint64_t)x < (uint64_t)y : x < y;
}

static int64_t shift(Fn f, int64_t x, int64_t by, DType t) {
    bool below = by >= 0 && by < dtype_info[t].bits;
    if (f == FN_shift_left) return below ? (int64_t)((uint64_t)x << by) : 0;
    if (dtype_info[t].cls == 'i') return below ? x >> by : x < 0 ? -1 : 0;
    return below ? (int64_t)((uint64_t)x >> by) : 0;
}

#define INT2(expr)                                                                                                     \
    EACH_LANE(l, n) {                                                                                                  \
        int64_t x = a->i[l], y = b->i[l];                                                                              \
        r->i[l] = (expr);                                                                                              \
    }                                                                                                                  \
    break

static void int_fn2(const Ins *ins, const Slot *a, const Slot *b, Slot *r, int n) {
    DType t = (DType)ins->dtype;
    bool u = t == DT_u64, index = ins->is_index;
    switch ((Fn)ins->fn) {
    case FN_add: INT2(wrap_add(x, y));
    case FN_sub: INT2(wrap_add(x, wrap_neg(y)));
    case FN_mul: INT2(wrap_mul(x, y));
    case FN_div: INT2(int_div(x, y, u, index));
    case FN_mod:
    case FN_sign_mod: INT2(int_mod(x, y, u, true));
    case FN_trunc_mod: INT2(int_mod(x, y, u, false));
    case FN_min: INT2(int_less(y, x, u) ? y : x);
    case FN_max: INT2(int_less(x, y, u) ? y : x);
    case FN_pow: INT2(int_pow(x, y, u));
    case FN_bitand: INT2(x & y);
    case FN_bitor: INT2(x | y);
    case FN_philox: INT2((int64_t)philox_u64((uint64_t)x, (uint64_t)y));
    case FN_bitxor: INT2(x ^ y);
    case FN_shift_left:
    case FN_shift_right: INT2(shift((Fn)ins->fn, x, y, t));
    default: INT2(x & 0 & y);
    }
}

/* What has no meaning of its own on integers is the truncated result on doubles. */
static void int_fn1(const Ins *ins, const Slot *a, Slot *r, int n) {
    Slot x;
    switch ((Fn)ins->fn) {
    case FN_neg:
        for (int l = 0; l < n; l++) r->i[l] = wrap_neg(a->i[l]);
        return;
    case FN_abs:
        for (int l = 0; l < n; l++) r->i[l] = a->i[l] < 0 && ins->dtype != DT_u64 ? wrap_neg(a->i[l]) : a->i[l];
        return;
    case FN_sign:
        for (int l = 0; l < n; l++) r->i[l] = ins->dtype == DT_u64 ? a->i[l] != 0 : (a->i[l] > 0) - (a->i[l] < 0);
        return;
    case FN_sq:
        for (int l = 0; l < n; l++) r->i[l] = wrap_mul(a->i[l], a->i[l]);
        return;
    case FN_bitnot:
        for (int l = 0; l < n; l++) r->i[l] = ~a->i[l];
        return;
    case FN_floor:
    case FN_ceil:
    case FN_rint:
    case FN_trunc: memcpy(r->i, a->i, (size_t)n * sizeof *r->i); return;
    default:
        eval_cast((DType)ins->dtype, DT_f64, a, &x, n);
        float_fn1((Fn)ins->fn, &x, r, n);
        eval_cast(DT_f64, (DType)ins->dtype, r, r, n);
    }
}

/* ---- comparisons, logic ---- */

#define COMPARE(op)                                                                                                    \
    if (real) {                                                                                                        \
        EACH_LANE(l, n) r->i[l] = a->f[l] op b->f[l];                                                                  \
    } else if (u) {                                                                                                    \
        EACH_LANE(l, n) r->i[l] = (uint64_t)a->i[l] op(uint64_t) b->i[l];                                              \
    } else {                                                                                                           \
        EACH_LANE(l, n) r->i[l] = a->i[l] op b->i[l];                                                                  \
    }                                                                                                                  \
    break

static const char *string_at(const Slot *s, int l) {
    return (const char *)(intptr_t)s->i[l];
}

static bool compare_fn(const Ins *ins, const Slot *a, const Slot *b, Slot *r, int n) {
    Slot order, zero;
    if (ins->from == DT_string && ins->fn >= FN_lt && ins->fn <= FN_ne) {
        for (int l = 0; l < n; l++) order.i[l] = string_order(string_at(a, l), string_at(b, l)), zero.i[l] = 0;
        Ins numbers = {.fn = ins->fn, .dtype = DT_bool, .from = DT_i64};
        return compare_fn(&numbers, &order, &zero, r, n);
    }
    bool real = dtype_is_float((DType)ins->from), u = ins->from == DT_u64;
    switch ((Fn)ins->fn) {
    case FN_lt: COMPARE(<);
    case FN_le: COMPARE(<=);
    case FN_gt: COMPARE(>);
    case FN_ge: COMPARE(>=);
    case FN_eq: COMPARE(==);
    case FN_ne: COMPARE(!=);
    default: return false;
    }
    return true;
}

static bool logic_fn(const Ins *ins, const Slot *a, const Slot *b, const Slot *c, Slot *r, int n) {
    switch ((Fn)ins->fn) {
    case FN_and: EACH_LANE(l, n) r->i[l] = a->i[l] && b->i[l]; return true;
    case FN_or: EACH_LANE(l, n) r->i[l] = a->i[l] || b->i[l]; return true;
    case FN_not:
        for (int l = 0; l < n; l++) r->i[l] = !a->i[l];
        return true;
    case FN_select: EACH_LANE(l, n) r->i[l] = a->i[l] ? b->i[l] : c->i[l]; return true;
    default: return false;
    }
}

static void text_fn(Fn f, const Slot *a, const Slot *b, const Slot *c, Slot *r, int n) {
    for (int l = 0; l < n; l++) {
        const char *s = string_at(a, l);
        switch (f) {
        case FN_text_length: r->i[l] = text_length(s); break;
        case FN_text_byte: r->i[l] = text_byte(s, b->i[l], c->i[l]); break;
        case FN_text_lower: r->i[l] = text_cased(s, b->i[l], 0); break;
        case FN_text_upper: r->i[l] = text_cased(s, b->i[l], 1); break;
        case FN_text_lower_length: r->i[l] = text_cased_length(s, 0); break;
        case FN_text_upper_length: r->i[l] = text_cased_length(s, 1); break;
        case FN_text_parts: r->i[l] = text_parts(s, string_at(b, l)); break;
        case FN_text_part: r->i[l] = text_part(s, string_at(b, l), c->i[l]); break;
        case FN_text_part_end: r->i[l] = text_part_end(s, string_at(b, l), c->i[l]); break;
        case FN_text_match: r->i[l] = text_match(s, string_at(b, l)); break;
        default: r->i[l] = 0; /* the address of a number: the empty string */
        }
    }
}

void eval_fn(const Ins *ins, const Slot *a, const Slot *b, const Slot *c, Slot *r, int n) {
    DType t = (DType)ins->dtype;
    Fn f = (Fn)ins->fn;
    if (fn_is_text(f)) {
        text_fn(f, a, b, c, r, n);
        return;
    }
    if (logic_fn(ins, a, b, c, r, n) || compare_fn(ins, a, b, r, n)) return;
    if (!dtype_is_float(t)) {
        if (b)
            int_fn2(ins, a, b, r, n);
        else
            int_fn1(ins, a, r, n);
        wrap_all(t, r, n);
        return;
    }
    if (b)
        float_fn2(f, a, b, r, n);
    else
        float_fn1(f, a, r, n);
    if (f != FN_min && f != FN_max && f != FN_neg && f != FN_abs) round_all(t, r, n);
}

/* ---- conversions ---- */

/* Truncated; the nearest representable number outside the range, 0 for NaN. Of integers of less than 8 bits the low bits
 * of that in 64. */
static int64_t to_int(DType t, double v) {
    if (dtype_is_small(t)) return eval_wrap(t, to_int(DT_i64, v));
    int bits = 8 * dtype_info[t].bytes;
    bool is_signed = dtype_info[t].cls == 'i';
    double top = ldexp(1, is_signed ? bits - 1 : bits), bottom = is_signed ? -top : 0;
    if (isnan(v)) return 0;
    if (v >= top) return bits == 64 ? (is_signed ? INT64_MAX : -1) : (int64_t)top - 1;
    if (v <= bottom) return bits == 64 && is_signed ? INT64_MIN : (int64_t)bottom;
    return bits == 64 && !is_signed ? (int64_t)(uint64_t)v : (int64_t)v;
}

void eval_cast(DType from, DType to, const Slot *a, Slot *r, int n) {
    bool real = dtype_is_float(from);
    if (to == DT_bool) {
        for (int l = 0; l < n; l++) r->i[l] = real ? a->f[l] != 0 : a->i[l] != 0;
    } else if (dtype_is_float(to)) {
        for (int l = 0; l < n; l++)
            r->f[l] = real ? a->f[l] : from == DT_u64 ? (double)(uint64_t)a->i[l] : (double)a->i[l];
        /* 64-bit integers are rounded once, to float itself */
        if (!real && to == DT_f32)
            for (int l = 0; l < n; l++) {
                if (fabs(r->f[l]) < 0x1p53) continue;
                r->f[l] = from == DT_u64 ? (double)(float)(uint64_t)a->i[l] : (double)(float)a->i[l];
            }
        if (from == DT_f64 && dtype_is_coded(to))
            for (int l = 0; l < n; l++) r->f[l] = (double)f32_odd(r->f[l]);
        if (!real || dtype_info[to].bytes < dtype_info[from].bytes || dtype_is_coded(to)) round_all(to, r, n);
    } else if (real) {
        for (int l = 0; l < n; l++) r->i[l] = to_int(to, a->f[l]);
    } else {
        for (int l = 0; l < n; l++) r->i[l] = eval_wrap(to, a->i[l]);
    }
}

/* ---- memory ---- */

#define READ(T, field, expr)                                                                                           \
    for (int l = 0; l < n; l++) {                                                                                      \
        T v;                                                                                                           \
        memcpy(&v, m->at + off[l] * (int64_t)sizeof v, sizeof v);                                                      \
        r->field[l] = (expr);                                                                                          \
    }                                                                                                                  \
    break

void eval_read(const Memory *m, const int64_t *off, Slot *r, int n) {
    switch (m->dtype) {
    case DT_f32: READ(float, f, (double)v);
    case DT_f64: READ(double, f, v);
    case DT_f16: READ(uint16_t, f, (double)f16_to_f32(v));
    case DT_bf16: READ(uint16_t, f, (double)bf16_to_f32(v));
    case DT_i8: READ(int8_t, i, v);
    case DT_i16: READ(int16_t, i, v);
    case DT_i32: READ(int32_t, i, v);
    case DT_u16: READ(uint16_t, i, v);
    case DT_u32: READ(uint32_t, i, v);
    case DT_u8: READ(uint8_t, i, v);
    case DT_i4:
    case DT_i2: READ(int8_t, i, eval_wrap(m->dtype, v));
    case DT_u4:
    case DT_u2: READ(uint8_t, i, eval_wrap(m->dtype, v));
    case DT_i64:
    case DT_u64: READ(int64_t, i, v);
    case DT_string: READ(const char *, i, (int64_t)(intptr_t)v);
    case DT_bool: READ(uint8_t, i, v != 0);
    default: READ(uint8_t, f, (double)dtype_decode(m->dtype, v));
    }
}

#define WRITE(T, expr)                                                                                                 \
    do {                                                                                                               \
        T v = (T)(expr);                                                                                               \
        memcpy(m->at + off * (int64_t)sizeof v, &v, sizeof v);                                                         \
        return;                                                                                                        \
    } while (0)

void eval_write(const Memory *m, int64_t off, const Slot *s, int l) {
    switch (m->dtype) {
    case DT_f32: WRITE(float, s->f[l]);
    case DT_f64: WRITE(double, s->f[l]);
    case DT_f16: WRITE(uint16_t, f16_from_f32((float)s->f[l]));
    case DT_bf16: WRITE(uint16_t, bf16_from_f32((float)s->f[l]));
    case DT_i8:
    case DT_u8:
    case DT_i4:
    case DT_u4:
    case DT_i2:
    case DT_u2: WRITE(uint8_t, s->i[l]);
    case DT_bool: WRITE(uint8_t, s->i[l] != 0);
    case DT_i16:
    case DT_u16: WRITE(uint16_t, s->i[l]);
    case DT_i32:
    case DT_u32: WRITE(uint32_t, s->i[l]);
    case DT_i64:
    case DT_u64: WRITE(int64_t, s->i[l]);
    case DT_string: WRITE(const char *, (intptr_t)s->i[l]);
    default: WRITE(uint8_t, dtype_encode(m->dtype, (float)s->f[l]));
    }
}
