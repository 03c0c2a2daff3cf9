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

/* ---- strings: `<U7`, 7 characters of 4 bytes, or `|S7`, 7 bytes; zeros fill them up ---- */

/* A byte that is no UTF-8 is the character 0xdc00 + byte, as Python has it (surrogateescape). */
enum { ESCAPED = 0xdc00 };

static void utf8_add(Str *s, uint32_t c) {
    char b[4] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 63)), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63))};
    if (c < 0x80) {
        str_addn(s, (const char[]){(char)c}, 1);
    } else if (c >= ESCAPED + 0x80 && c <= ESCAPED + 0xff) {
        str_addn(s, (const char[]){(char)(c - ESCAPED)}, 1);
    } else if (c < 0x800) {
        b[2] = (char)(0xc0 | c >> 6);
        str_addn(s, b + 2, 2);
    } else if (c < 0x10000) {
        b[1] = (char)(0xe0 | c >> 12);
        str_addn(s, b + 1, 3);
    } else {
        str_addn(s, b, 4);
    }
}

/* The character at *s, which moves on. */
static uint32_t utf8_next(const char **s) {
    const uint8_t *p = (const uint8_t *)*s;
    int more = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : p[0] < 0xf5 ? 3 : 0;
    uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80) more = 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    bool bad = (more == 2 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) || (more == 3 && (c < 0x10000 || c > 0x10ffff));
    if (bad || (!more && p[0] >= 0x80)) more = 0, c = ESCAPED + p[0];
    *s += more + 1;
    return c;
}

/* Bytes of an element, 0 for other types; wide: in characters of 4 bytes. */
static int64_t string_bytes(const char *descr, bool *wide) {
    int64_t n = 0;
    if (!*descr || !strchr("<>|=", descr[0]) || (descr[1] != 'U' && descr[1] != 'S') || !descr[2]) return 0;
    for (const char *p = descr + 2; *p; p++)
        if (*p < '0' || *p > '9' || n > 100000000) return 0;
        else n = n * 10 + *p - '0';
    *wide = descr[1] == 'U';
    return *wide ? 4 * n : n;
}

static const char *string_from(Arena *a, const uint8_t *p, int64_t bytes, bool wide, bool big) {
    Str s = str_new(a);
    for (int64_t i = 0; i < bytes; i += wide ? 4 : 1, p += wide ? 4 : 1) {
        uint32_t c = !wide ? p[0] : big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
                                        : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
        if (!c) break;
        if (!wide)
            str_addn(&s, (const char *)p, 1);
        else
            utf8_add(&s, c > 0x10ffff ? 0xfffd : c);
    }
    return s.n ? s.at : "";
}

static Tensor *parse_strings(Arena *a, Diag *d, Loc loc, const Header *h, const uint8_t *data, size_t n) {
    bool wide, big = h->descr[0] == '>';
    int64_t each = string_bytes(h->descr, &wide), count, bytes;
    if (!size_product(h->shape.dim, h->shape.rank, &count) || !size_mul(count, each, &bytes) || (uint64_t)bytes != n) {
        diag_error(d, loc, "write it again with numpy.save", "%zu bytes of data do not fit the shape", n);
        return NULL;
    }
    Tensor *out = tensor_new(a, DT_string, h->shape);
    if (!out->data) return NULL;
    if (h->fortran && h->shape.rank > 1) {
        uint8_t *to = arena_alloc(a, n);
        transpose(&h->shape, (int)each, data, to, count);
        data = to;
    }
    const char **to = (const char **)(uintptr_t)out->data;
    for (int64_t i = 0; i < count; i++) to[i] = string_from(a, data + i * each, each, wide, big);
    return out;
}

/* Characters of the longest one. */
static int64_t longest_string(const Tensor *t) {
    int64_t most = 1, count = shape_count(&t->shape);
    for (int64_t i = 0; i < count; i++) {
        int64_t n = 0;
        for (const char *s = tensor_string(t, i); *s; n++) utf8_next(&s);
        if (n > most) most = n;
    }
    return most;
}

static bool write_strings(OutFile *f, const Tensor *t, int64_t width) {
    static const uint8_t zero[4];
    for (int64_t i = 0; i < shape_count(&t->shape); i++) {
        const char *s = tensor_string(t, i);
        for (int64_t k = 0; k < width; k++) {
            uint32_t c = *s ? utf8_next(&s) : 0;
            uint8_t b[4] = {(uint8_t)c, (uint8_t)(c >> 8), (uint8_t)(c >> 16), 0};
            if (!out_write(f, c ? b : zero, 4)) return false;
        }
    }
    return true;
}

/* ---- files ---- */

static Tensor *parse_body(Arena *a, Diag *d, Loc loc, const Header *h, const uint8_t *data, size_t n) {
    bool swapped, wide;
    if (string_bytes(h->descr, &wide)) return parse_strings(a, d, loc, h, data, n);
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
    int64_t width = t->dtype == DT_string ? longest_string(t) : 0;
    char descr[32];
    if (width)
        snprintf(descr, sizeof descr, "<U%lld", (long long)width);
    else
        snprintf(descr, sizeof descr, "%s", dtype_info[t->dtype].npy);
    /* magic, version 1.0, length; padded so that the data start at a multiple of 64 */
    int length = snprintf(header + 10, sizeof header - 10, "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
                          descr, shape, t->shape.rank == 1 ? "," : "");
    size_t total = ((size_t)length + 11 + 63) / 64 * 64;
    memset(header + 10 + length, ' ', total - 10 - (size_t)length);
    header[total - 1] = '\n';
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)((total - 10) & 255);
    header[9] = (char)((total - 10) >> 8);
    OutFile *f = out_open(s, path);
    if (!f || !out_write(f, header, total)) return false;
    return (width ? write_strings(f, t, width) : !t->bytes || out_write(f, t->data, t->bytes)) && out_close(f);
}
