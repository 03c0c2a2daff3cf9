#include "cli/npy.h"
#include "base/size.h"
#include "base/str.h"
#include <string.h>

/* The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), } */
typedef struct {
    const char *at, *end;
} Text;

typedef struct {
    char descr[32];
    bool fortran, has_descr, has_order, has_shape;
    Shape shape;
} Header;

static void skip_space(Text *t) {
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\n' || *t->at == '\r')) t->at++;
}

static bool take(Text *t, char c) {
    skip_space(t);
    if (t->at >= t->end || *t->at != c) return false;
    t->at++;
    return true;
}

static bool take_word(Text *t, const char *word) {
    size_t n = strlen(word);
    skip_space(t);
    if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n)) return false;
    t->at += n;
    return true;
}

/* A quoted string without escapes, at most room - 1 characters. */
static bool take_string(Text *t, char *to, size_t room) {
    skip_space(t);
    if (t->at >= t->end || (*t->at != '\'' && *t->at != '"')) return false;
    char quote = *t->at++;
    size_t n = 0;
    while (t->at < t->end && *t->at != quote && *t->at != '\\') {
        if (n + 1 >= room) return false;
        to[n++] = *t->at++;
    }
    to[n] = 0;
    return take(t, quote);
}

static bool take_number(Text *t, int64_t *out) {
    int64_t v = 0;
    skip_space(t);
    const char *start = t->at;
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++)
        if (!size_mul(v, 10, &v) || !size_add(v, *t->at - '0', &v)) return false;
    if (t->at == start) return false;
    if (t->at < t->end && *t->at == 'L') t->at++; /* written by Python 2 */
    *out = v;
    return true;
}

static bool take_shape(Text *t, Shape *out, const char **reason) {
    *out = (Shape){0};
    if (!take(t, '(')) return false;
    while (!take(t, ')')) {
        int64_t v;
        if (!take_number(t, &v)) return false;
        if (out->rank == MAX_RANK) {
            *reason = "arrays of more than 8 dimensions are not supported";
            return false;
        }
        out->dim[out->rank++] = v;
        if (take(t, ',')) continue;
        return out->rank > 1 && take(t, ')'); /* (3) would be a number */
    }
    return true;
}

static bool take_entry(Text *t, Header *h, const char **reason) {
    char key[32];
    if (!take_string(t, key, sizeof key) || !take(t, ':')) return false;
    if (!strcmp(key, "descr")) {
        h->has_descr = true;
        if (take(t, '[')) {
            *reason = "structured arrays are not supported";
            return false;
        }
        return take_string(t, h->descr, sizeof h->descr);
    }
    if (!strcmp(key, "fortran_order")) {
        h->has_order = true;
        h->fortran = take_word(t, "True");
        return h->fortran || take_word(t, "False");
    }
    h->has_shape = true;
    return !strcmp(key, "shape") && take_shape(t, &h->shape, reason);
}

static bool parse_header(Text t, Header *h, const char **reason) {
    *reason = "the header is not what NumPy writes";
    if (!take(&t, '{')) return false;
    while (!take(&t, '}')) {
        if (!take_entry(&t, h, reason)) return false;
        if (take(&t, ',')) continue;
        if (!take(&t, '}')) return false;
        break;
    }
    skip_space(&t);
    return t.at == t.end && h->has_descr && h->has_order && h->has_shape;
}

/* "<f4", ">f4", "|u1", "=i8"; DT_none when it is none of ours. Types that NumPy has no name for, those of ml_dtypes among
 * them, are bytes. */
static DType parse_descr(const char *descr, bool *swapped) {
    char order = *descr ? *descr : '|';
    *swapped = order == '>';
    if (!strcmp(descr, "bfloat16")) return DT_bf16;
    if (!strchr("<>|=", order)) return DT_none;
    for (int t = DT_none + 1; t < DT_count; t++)
        if (t != DT_string && !strcmp(descr + 1, dtype_info[t].npy + 1)) return dtype_is_small((DType)t) ? DT_u8 : (DType)t;
    return !strcmp(descr + 1, "f1") ? DT_u8 : DT_none;
}

static void swap_bytes(uint8_t *p, int64_t count, int size) {
    for (int64_t i = 0; i < count; i++, p += size)
        for (int k = 0; k < size / 2; k++) {
            uint8_t byte = p[k];
            p[k] = p[size - 1 - k];
            p[size - 1 - k] = byte;
        }
}

/* Column-major contents made row-major. */
static void transpose(const Shape *s, int size, const uint8_t *from, uint8_t *to, int64_t count) {
    int64_t stride[MAX_RANK], at[MAX_RANK] = {0}, step = size, offset = 0;
    for (int i = 0; i < s->rank; i++) {
        stride[i] = step;
        step *= s->dim[i];
    }
    for (int64_t i = 0; i < count; i++) {
        memcpy(to + i * size, from + offset, (size_t)size);
        for (int k = s->rank - 1; k >= 0; k--) {
            offset += stride[k];
            if (++at[k] < s->dim[k]) break;
            offset -= stride[k] * at[k];
            at[k] = 0;
        }
    }
}

static const void *contents(Arena *a, DType t, const Header *h, bool swapped, const uint8_t *data, int64_t count) {
    int size = dtype_info[t].bytes;
    bool transposed = h->fortran && h->shape.rank > 1;
    if (!transposed && !swapped && t != DT_bool) return data;
    uint8_t *to = arena_array(a, (size_t)count, (size_t)size);
    if (transposed)
        transpose(&h->shape, size, data, to, count);
    else if (count)
        memcpy(to, data, (size_t)(count * size));
    if (swapped) swap_bytes(to, count, size);
    for (int64_t i = 0; t == DT_bool && i < count; i++) to[i] = to[i] != 0;
    return to;
}

static Tensor *parse_body(Arena *a, Diag *d, Loc loc, const Header *h, const uint8_t *data, size_t n) {
    bool swapped;
    DType t = parse_descr(h->descr, &swapped);
    int64_t count, bytes;
    if (t == DT_none) {
        diag_error(d, loc, "convert the array with astype()", "element type '%s' is not supported", h->descr);
        return NULL;
    }
    if (!size_product(h->shape.dim, h->shape.rank, &count) || !size_mul(count, dtype_info[t].bytes, &bytes) ||
        bytes < 0 || (uint64_t)bytes != n) {
        Str s = str_new(a);
        shape_print(NULL, &h->shape, &s);
        diag_error(d, loc, "write it again with numpy.save", "%zu bytes of data do not fit %s%s", n, dtype_info[t].name,
                   s.at);
        return NULL;
    }
    Tensor *out = arena_new_of(a, Tensor);
    *out = (Tensor){.dtype = t, .shape = h->shape, .bytes = n};
    out->data = contents(a, t, h, swapped, data, count);
    return out;
}

Tensor *npy_parse(Arena *a, Diag *d, const char *name, const uint8_t *data, size_t n) {
    Loc loc = {.file = name};
    const char *reason;
    size_t start = 10, length = 0;
    Header h = {.shape = {0}};
    if (n < 10 || memcmp(data, "\x93NUMPY", 6)) {
        diag_error(d, loc, "give a file made by numpy.save", "is not a .npy file");
        return NULL;
    }
    if (data[6] < 1 || data[6] > 3) {
        diag_error(d, loc, NULL, "version %d of the .npy format is not supported", (int)data[6]);
        return NULL;
    }
    length = (size_t)data[8] | (size_t)data[9] << 8;
    if (data[6] > 1 && n >= 12) {
        length |= (size_t)data[10] << 16 | (size_t)data[11] << 24;
        start = 12;
    }
    if (n < start || length > n - start) {
        diag_error(d, loc, NULL, "the file is cut short within its header");
        return NULL;
    }
    const char *text = (const char *)data + start;
    if (!parse_header((Text){text, text + length}, &h, &reason)) {
        diag_error(d, loc, "write it again with numpy.save", "%s", reason);
        return NULL;
    }
    return parse_body(a, d, loc, &h, data + start + length, n - start - length);
}

Tensor *npy_read(Arena *a, Diag *d, const char *path) {
    Bytes b;
    return io_map(a, d, path, &b) ? npy_parse(a, d, path, b.data, b.n) : NULL;
}

const Tensor *npy_as(Arena *a, const Tensor *t, DType want) {
    if (!dtype_is_small(want) || (t->dtype != DT_u8 && t->dtype != DT_i8)) return t;
    Tensor *out = tensor_new(a, want, t->shape);
    if (t->bytes != out->bytes || !out->data) return t;
    for (int64_t i = 0; i < (int64_t)t->bytes; i++) {
        uint8_t *byte = (uint8_t *)(uintptr_t)out->data + i;
        if (dtype_is_float(want))
            memcpy(byte, (const uint8_t *)t->data + i, 1);
        else
            tensor_set_int(out, i, tensor_int(t, i));
    }
    return out;
}

bool npy_write(OutSet *s, const char *path, const Tensor *t) {
    char shape[MAX_RANK * 24], header[256 + sizeof shape];
    size_t n = 0;
    for (int i = 0; i < t->shape.rank; i++)
        n += (size_t)snprintf(shape + n, sizeof shape - n, "%lld%s", (long long)t->shape.dim[i],
                              i + 1 < t->shape.rank ? ", " : "");
    if (!t->shape.rank) shape[0] = 0;
    /* magic, version 1.0, length; padded so that the data start at a multiple of 64 */
    int length = snprintf(header + 10, sizeof header - 10, "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
                          dtype_info[t->dtype].npy, shape, t->shape.rank == 1 ? "," : "");
    size_t total = ((size_t)length + 11 + 63) / 64 * 64;
    memset(header + 10 + length, ' ', total - 10 - (size_t)length);
    header[total - 1] = '\n';
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)((total - 10) & 255);
    header[9] = (char)((total - 10) >> 8);
    OutFile *f = out_open(s, path);
    return f && out_write(f, header, total) && (!t->bytes || out_write(f, t->data, t->bytes)) && out_close(f);
}
