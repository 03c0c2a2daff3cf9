#include "base/size.h"
#include "base/str.h"
#include "ir/internal.h"
#include <math.h>
#include <string.h>

Tensor *tensor_new(Arena *a, DType t, Shape s) {
    Tensor *r = arena_new_of(a, Tensor);
    int64_t count = shape_count(&s), bytes;
    r->dtype = t;
    r->shape = s;
    if (count < 0 || !size_mul(count, (int64_t)element_bytes(t), &bytes) || (uint64_t)bytes > SIZE_MAX / 8) return r;
    r->bytes = (size_t)bytes;
    r->data = arena_alloc(a, r->bytes);
    return r;
}

Tensor *tensor_first(Arena *a, const Tensor *t, int axis, int64_t count) {
    Shape s = t->shape;
    int64_t outer = 1, inner = dtype_info[t->dtype].bytes;
    for (int d = 0; d < s.rank; d++) *(d < axis ? &outer : &inner) *= d == axis ? 1 : s.dim[d];
    s.dim[axis] = count;
    Tensor *to = tensor_new(a, t->dtype, s);
    for (int64_t i = 0; to->data && i < outer; i++)
        memcpy((char *)(uintptr_t)to->data + i * count * inner, (const char *)t->data + i * t->shape.dim[axis] * inner,
               (size_t)(count * inner));
    return to;
}

const Tensor *tensor_contents(const Tensor *t, Arena *a) {
    if (t->data || !t->rule) return t;
    Tensor *made = tensor_new(a, t->dtype, t->shape);
    if (made->data) t->rule->fill(t->rule, (void *)(uintptr_t)made->data);
    return made;
}

#define LOAD(T)                                                                                                        \
    T x;                                                                                                               \
    memcpy(&x, (const char *)t->data + (size_t)i * sizeof x, sizeof x)

double tensor_float(const Tensor *t, int64_t i) {
    switch (t->dtype) {
    case DT_f32: {
        LOAD(float);
        return x;
    }
    case DT_f64: {
        LOAD(double);
        return x;
    }
    case DT_f16:
    case DT_bf16: {
        LOAD(uint16_t);
        return dtype_decode(t->dtype, x);
    }
    case DT_u64: {
        LOAD(uint64_t);
        return (double)x;
    }
    default: break;
    }
    if (!dtype_is_coded(t->dtype)) return (double)tensor_int(t, i);
    LOAD(uint8_t);
    return dtype_decode(t->dtype, x);
}

/* Towards zero, and to the nearest number there is; NaN gives 0. */
static int64_t clamp_to_int(double v) {
    if (isnan(v)) return 0;
    return v >= 0x1p63 ? INT64_MAX : v < -0x1p63 ? INT64_MIN : (int64_t)v;
}

/* What the bits of an integer type hold of v. */
static int64_t int_wrapped(DType t, int64_t v) {
    int bits = dtype_info[t].bits;
    if (!dtype_is_small(t) || !dtype_is_int(t)) return v;
    uint64_t code = (uint64_t)v & ((UINT64_C(1) << bits) - 1), top = UINT64_C(1) << (bits - 1);
    return dtype_info[t].cls == 'i' ? (int64_t)((code ^ top) - top) : (int64_t)code;
}

int64_t tensor_int(const Tensor *t, int64_t i) {
    switch (t->dtype) {
    case DT_i8: {
        LOAD(int8_t);
        return x;
    }
    case DT_i16: {
        LOAD(int16_t);
        return x;
    }
    case DT_i32: {
        LOAD(int32_t);
        return x;
    }
    case DT_i64: {
        LOAD(int64_t);
        return x;
    }
    case DT_u8: {
        LOAD(uint8_t);
        return x;
    }
    case DT_i4:
    case DT_u4:
    case DT_i2:
    case DT_u2: {
        LOAD(uint8_t);
        return int_wrapped(t->dtype, x);
    }
    case DT_bool: {
        LOAD(uint8_t);
        return x != 0;
    }
    case DT_u16: {
        LOAD(uint16_t);
        return x;
    }
    case DT_u32: {
        LOAD(uint32_t);
        return x;
    }
    case DT_u64: {
        LOAD(uint64_t);
        return (int64_t)x;
    }
    default: return dtype_is_float(t->dtype) ? clamp_to_int(tensor_float(t, i)) : 0;
    }
}

static void store(Tensor *t, int64_t i, const void *from, size_t size) {
    memcpy((char *)(uintptr_t)t->data + (size_t)i * size, from, size);
}

void tensor_set_int(Tensor *t, int64_t i, int64_t v) {
    if (dtype_is_float(t->dtype)) {
        /* Once, from the integer: a detour over double would round twice. */
        float f = (float)v;
        if (t->dtype == DT_f32)
            store(t, i, &f, sizeof f);
        else
            tensor_set_float(t, i, (double)v);
        return;
    }
    if (t->dtype == DT_bool) v = v != 0;
    v = int_wrapped(t->dtype, v);
    /* The low bytes come first on the hosts this runs on. */
    if (t->dtype != DT_string && t->dtype != DT_none) store(t, i, &v, element_bytes(t->dtype));
}

/* To the nearest even integer, clamped to the type's range. */
static void set_rounded(Tensor *t, int64_t i, double v) {
    int bits = dtype_info[t->dtype].bits;
    v = isnan(v) ? 0 : rint(v);
    if (dtype_info[t->dtype].cls == 'u') {
        double top = ldexp(1, bits);
        uint64_t u = v <= 0 ? 0 : v >= top ? UINT64_MAX : (uint64_t)v;
        tensor_set_int(t, i, (int64_t)u);
    } else {
        double top = ldexp(1, bits - 1);
        int64_t most = (int64_t)(UINT64_MAX >> (65 - bits));
        tensor_set_int(t, i, v >= top ? most : v < -top ? -most - 1 : (int64_t)v);
    }
}

void tensor_set_float(Tensor *t, int64_t i, double v) {
    float f = (float)v;
    uint32_t code;
    switch (t->dtype) {
    case DT_f32: store(t, i, &f, sizeof f); return;
    case DT_f64: store(t, i, &v, sizeof v); return;
    case DT_bool: tensor_set_int(t, i, v != 0); return;
    case DT_none:
    case DT_string:
    case DT_count: return;
    default: break;
    }
    if (dtype_is_coded(t->dtype)) {
        code = dtype_encode(t->dtype, f32_odd(v));
        store(t, i, &code, element_bytes(t->dtype));
    } else {
        set_rounded(t, i, v);
    }
}

bool tensor_is_exact(const Tensor *t) {
    while (t && t->rule) t = t->rule->from;
    return t && t->exact;
}

bool tensor_equal(const Tensor *a, const Tensor *b) {
    if (a == b) return true;
    if (a->dtype != b->dtype || a->bytes != b->bytes || a->exact != b->exact || !shape_equal(&a->shape, &b->shape)) return false;
    if (a->dtype != DT_string) return a->bytes == 0 || memcmp(a->data, b->data, a->bytes) == 0;
    const char *const *as = a->data, *const *bs = b->data;
    for (size_t i = 0; i < a->bytes / sizeof *as; i++)
        if (strcmp(as[i] ? as[i] : "", bs[i] ? bs[i] : "") != 0) return false;
    return true;
}
