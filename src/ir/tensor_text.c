#include "ir/internal.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* float_text keeps what a double can hold of a NaN, which is not every float NaN. */
static bool element_exact(Arena *scratch, const Tensor *t, int64_t i) {
    uint8_t raw[8] = {0}, back[8] = {0};
    size_t size = element_bytes(t->dtype);
    memcpy(raw, (const char *)t->data + (size_t)i * size, size);
    if (t->dtype == DT_bool) return raw[0] <= 1;
    if (!dtype_is_float(t->dtype) && !dtype_is_small(t->dtype)) return true;
    Tensor one = {.dtype = t->dtype, .data = back, .bytes = size};
    return element_parse(&one, 0, element_text(scratch, t, i)) && memcmp(raw, back, size) == 0;
}

bool tensor_is_list(const Tensor *t) {
    if (t->dtype == DT_string) return true;
    int64_t count = shape_count(&t->shape);
    if (count < 0 || count > SMALL_TENSOR) return false;
    Arena *scratch = arena_new("list");
    bool exact = true;
    for (int64_t i = 0; i < count && exact; i++) exact = element_exact(scratch, t, i);
    arena_free(scratch);
    return exact;
}

const char *element_text(Arena *scratch, const Tensor *t, int64_t i) {
    if (t->dtype == DT_bool) return tensor_int(t, i) ? "true" : "false";
    if (dtype_is_float(t->dtype)) return float_text(scratch, tensor_float(t, i), t->dtype == DT_f64);
    int64_t v = tensor_int(t, i);
    if (t->dtype == DT_u64) return arena_printf(scratch, "%" PRIu64, (uint64_t)v);
    return arena_printf(scratch, "%" PRId64, v);
}

static bool parse_u64(const char *word, uint64_t *v) {
    uint64_t r = 0;
    if (!*word) return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9') return false;
        if (__builtin_mul_overflow(r, 10, &r) || __builtin_add_overflow(r, (uint64_t)(*word - '0'), &r)) return false;
    }
    *v = r;
    return true;
}

bool element_parse(Tensor *t, int64_t i, const char *word) {
    int64_t v;
    uint64_t u;
    double f;
    if (t->dtype == DT_bool) {
        bool yes = strcmp(word, "true") == 0 || strcmp(word, "1") == 0;
        if (!yes && strcmp(word, "false") != 0 && strcmp(word, "0") != 0) return false;
        tensor_set_int(t, i, yes);
        return true;
    }
    if (dtype_is_float(t->dtype)) {
        if (!float_parse(word, NULL, &f)) return false;
        tensor_set_float(t, i, f);
        double back = tensor_float(t, i);
        return isnan(f) || (!isnan(back) && (isinf(f) || !isinf(back)));
    }
    if (t->dtype == DT_u64) {
        if (!parse_u64(word, &u)) return false;
        tensor_set_int(t, i, (int64_t)u);
        return true;
    }
    if (!dtype_is_int(t->dtype) || !int_parse(word, &v)) return false;
    tensor_set_int(t, i, v);
    return tensor_int(t, i) == v;
}

/* ---- base64, RFC 4648 with padding ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(Str *out, const void *data, size_t n) {
    const uint8_t *p = data;
    char part[4096];
    size_t fill = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t x = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        part[fill++] = digits[x >> 18];
        part[fill++] = digits[x >> 12 & 63];
        part[fill++] = left > 1 ? digits[x >> 6 & 63] : '=';
        part[fill++] = left > 2 ? digits[x & 63] : '=';
        if (fill == sizeof part) {
            str_addn(out, part, fill);
            fill = 0;
        }
    }
    str_addn(out, part, fill);
}

bool base64_read(const char *text, size_t n, void *to, size_t bytes) {
    uint8_t value[256];
    memset(value, 0xff, sizeof value);
    for (uint8_t i = 0; i < 64; i++) value[(uint8_t)digits[i]] = i;
    if (n != base64_size(bytes)) return false;
    uint8_t *out = to;
    uint32_t wrong = 0;
    size_t whole = bytes / 3;
    for (size_t i = 0; i < whole; i++, text += 4, out += 3) {
        uint32_t a = value[(uint8_t)text[0]], b = value[(uint8_t)text[1]], c = value[(uint8_t)text[2]],
                 d = value[(uint8_t)text[3]], x = a << 18 | b << 12 | c << 6 | d;
        wrong |= (a | b | c | d) & 0x80;
        out[0] = (uint8_t)(x >> 16);
        out[1] = (uint8_t)(x >> 8);
        out[2] = (uint8_t)x;
    }
    size_t rest = bytes % 3;
    if (rest == 0) return !wrong;
    uint32_t a = value[(uint8_t)text[0]], b = value[(uint8_t)text[1]],
             c = rest == 2        ? value[(uint8_t)text[2]]
                 : text[2] == '=' ? 0
                                  : 0x80,
             x = a << 18 | b << 12 | c << 6;
    wrong |= (a | b | c) & 0x80;
    out[0] = (uint8_t)(x >> 16);
    if (rest == 2) out[1] = (uint8_t)(x >> 8);
    return !wrong && text[3] == '=' && (x & (rest == 2 ? 0xff : 0xffff)) == 0;
}

/* ---- for both forms ---- */

static size_t text_bytes(const Graph *g) {
    size_t n = 256;
    for (ValueId v = 0; v < g->value.n; v++) {
        const Tensor *t = g->value.at[v].data;
        n += 100;
        if (t) n += base64_size(t->bytes);
    }
    return n + (size_t)g->node.n * 200;
}

void text_reserve(const Graph *g, Str *out) {
    size_t need = out->n + text_bytes(g);
    if (need <= out->cap) return;
    char *at = arena_alloc(out->arena, need);
    memcpy(at, out->at, out->n);
    out->at = at;
    out->cap = need;
}
