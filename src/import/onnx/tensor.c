/* TensorProto -> Tensor. */
#include "base/io.h"
#include "base/size.h"
#include "base/str.h"
#include "import/onnx/internal.h"
#include <limits.h>

/* Numbers of TensorProto.DataType, with our type where there is one. */
static const struct {
    const char *name;
    DType type;
} onnx_types[] = {
    {"UNDEFINED", DT_none},      {"FLOAT", DT_f32},          {"UINT8", DT_u8},
    {"INT8", DT_i8},             {"UINT16", DT_u16},         {"INT16", DT_i16},
    {"INT32", DT_i32},           {"INT64", DT_i64},          {"STRING", DT_string},
    {"BOOL", DT_bool},           {"FLOAT16", DT_f16},        {"DOUBLE", DT_f64},
    {"UINT32", DT_u32},          {"UINT64", DT_u64},         {"COMPLEX64", DT_none},
    {"COMPLEX128", DT_none},     {"BFLOAT16", DT_bf16},      {"FLOAT8E4M3FN", DT_f8e4m3fn},
    {"FLOAT8E4M3FNUZ", DT_f8e4m3fnuz}, {"FLOAT8E5M2", DT_f8e5m2}, {"FLOAT8E5M2FNUZ", DT_f8e5m2fnuz},
    {"UINT4", DT_u4},            {"INT4", DT_i4},            {"FLOAT4E2M1", DT_f4e2m1},
    {"FLOAT8E8M0", DT_f8e8m0},   {"UINT2", DT_u2},           {"INT2", DT_i2},
    {"FLOAT6E2M3", DT_f6e2m3},   {"FLOAT6E3M2", DT_f6e3m2},
};
enum { ONNX_TYPES = sizeof onnx_types / sizeof onnx_types[0] };

DType onnx_dtype(int64_t number) { return number > 0 && number < ONNX_TYPES ? onnx_types[number].type : DT_none; }

int onnx_dtype_number(DType t) {
    for (int i = 1; i < ONNX_TYPES; i++)
        if (onnx_types[i].type == t) return i;
    return 0;
}

const char *onnx_dtype_name(int number) {
    return number >= 0 && number < ONNX_TYPES ? onnx_types[number].name : "of an unknown number";
}

static bool tensor_error(TensorSource *s, Loc loc, const TensorProto *p, const char *hint, const char *text) {
    return diag_error(s->diag, loc, hint, "tensor '%s': %s", p->name ? p->name : "", text);
}

/* Type, shape and byte count; refused types and impossible shapes are named. */
static bool tensor_head(TensorSource *s, Loc loc, const TensorProto *p, Tensor *t) {
    int64_t count, bytes;
    t->dtype = onnx_dtype(p->data_type);
    if (t->dtype == DT_none)
        return diag_error(s->diag, loc, "convert the model to a supported type",
                          "tensor '%s': element type %s (%d) is not supported", p->name ? p->name : "",
                          onnx_dtype_name(p->data_type), (int)p->data_type);
    if (p->segment) return tensor_error(s, loc, p, "save the model without segments", "segments are not supported");
    if (p->n_dims > MAX_RANK)
        return diag_error(s->diag, loc, NULL, "tensor '%s': %zu dimensions, at most %d are supported",
                          p->name ? p->name : "", p->n_dims, MAX_RANK);
    if (!size_product(p->dims, (int)p->n_dims, &count) ||
        !size_mul(count, dtype_info[t->dtype].bytes, &bytes) || bytes > INT64_MAX / 2)
        return tensor_error(s, loc, p, NULL, "a dimension is negative or the size overflows");
    t->shape = shape_of((int)p->n_dims, p->dims);
    t->bytes = (size_t)bytes;
    return true;
}

static bool external_number(const char *text, int64_t *out) {
    for (const char *c = text; *c; c++)
        if (*c < '0' || *c > '9') return false;
    return *text && int_parse(text, out);
}

/* Writers may add what they like, but a misspelt offset must not read other bytes. */
static bool external_known(const char *key) {
    static const char *const known[] = {"location", "offset", "length", "checksum", "basepath"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(key, known[i])) return true;
    return !strncmp(key, "prepacked", 9);
}

/* What a file packs has a byte for each element in memory. */
static void tensor_unpack(Arena *a, Tensor *t) {
    if (dtype_info[t->dtype].bits >= 8 || !t->bytes) return;
    uint8_t *out = arena_alloc(a, t->bytes);
    dtype_unpack(t->dtype, t->data, (int64_t)t->bytes, out);
    t->data = out;
}

static bool tensor_external(TensorSource *s, Loc loc, const TensorProto *p, Tensor *t) {
    const char *location = NULL;
    const int64_t need = dtype_packed_bytes(t->dtype, (int64_t)t->bytes);
    int64_t offset = 0, length = need;
    Loc file_loc = loc;
    file_loc.field = arena_printf(s->arena, "tensor '%.200s'", p->name ? p->name : "");
    for (size_t i = 0; i < p->n_external_data; i++) {
        const char *key = p->external_data[i]->key, *value = p->external_data[i]->value;
        if (!key || !value) return tensor_error(s, loc, p, NULL, "an entry of external_data lacks its key or value");
        if (!external_known(key))
            return diag_error(s->diag, loc, "known are location, offset, length and checksum",
                              "tensor '%s': external_data key '%s' is not known", p->name ? p->name : "", key);
        if (!strcmp(key, "location")) location = value;
        if (!strcmp(key, "offset") && !external_number(value, &offset))
            return diag_error(s->diag, loc, NULL, "tensor '%s': external_data offset \"%s\" is not a decimal number",
                              p->name ? p->name : "", value);
        if (!strcmp(key, "length") && !external_number(value, &length))
            return diag_error(s->diag, loc, NULL, "tensor '%s': external_data length \"%s\" is not a decimal number",
                              p->name ? p->name : "", value);
    }
    if (!location || !*location) return tensor_error(s, loc, p, NULL, "external_data has no location");
    if (length != need)
        return diag_error(s->diag, loc, NULL, "tensor '%s': external_data length is %lld, its shape and type need %lld",
                          p->name ? p->name : "", (long long)length, (long long)need);
    uint32_t at = map_get(&s->files, location);
    if (at == MAP_NONE) {
        Bytes b;
        if (!io_map_beneath(s->arena, s->diag, file_loc, s->folder, location, &b)) return false;
        at = s->mapped.n;
        vec_push(s->arena, &s->mapped, b);
        map_set(s->arena, &s->files, location, at);
    }
    Bytes b = s->mapped.at[at];
    if ((uint64_t)offset > b.n || (uint64_t)length > b.n - (uint64_t)offset)
        return diag_error(s->diag, loc, "the file is shorter than the model says",
                          "tensor '%s': %lld bytes from byte %lld on lie outside external file '%s' of %zu bytes",
                          p->name ? p->name : "", (long long)length, (long long)offset, location, b.n);
    t->data = length ? b.data + offset : (const uint8_t *)"";
    tensor_unpack(s->arena, t);
    return true;
}

/* Values from int32_data: the small integers, bool, and the bits of the smaller floats; a byte of packed elements each. */
static bool tensor_from_i32(TensorSource *s, Loc loc, const TensorProto *p, Tensor *t) {
    static const struct {
        int32_t min, max;
    } range[DT_count] = {
        [DT_i8] = {INT8_MIN, INT8_MAX},     [DT_u8] = {0, UINT8_MAX},    [DT_i16] = {INT16_MIN, INT16_MAX},
        [DT_u16] = {0, UINT16_MAX},         [DT_bool] = {0, 1},          [DT_f16] = {0, UINT16_MAX},
        [DT_bf16] = {0, UINT16_MAX},        [DT_i32] = {INT32_MIN, INT32_MAX},
    };
    int32_t min = dtype_is_small(t->dtype) ? 0 : range[t->dtype].min;
    int32_t max = dtype_is_small(t->dtype) ? UINT8_MAX : range[t->dtype].max;
    int size = dtype_info[t->dtype].bytes;
    uint8_t *out = arena_array(s->arena, p->n_int32_data + 1, (size_t)size);
    for (size_t i = 0; i < p->n_int32_data; i++) {
        int32_t v = p->int32_data[i];
        if (v < min || v > max)
            return diag_error(s->diag, loc, NULL, "tensor '%s': element %zu, %d, is outside the range of %s",
                              p->name ? p->name : "", i, (int)v, dtype_info[t->dtype].name);
        memcpy(out + i * (size_t)size, &v, (size_t)size);
    }
    t->data = out;
    tensor_unpack(s->arena, t);
    return true;
}

static bool tensor_from_u64(TensorSource *s, Loc loc, const TensorProto *p, Tensor *t) {
    uint32_t *out = arena_array(s->arena, p->n_uint64_data + 1, sizeof *out);
    for (size_t i = 0; i < p->n_uint64_data; i++) {
        if (p->uint64_data[i] > UINT32_MAX)
            return tensor_error(s, loc, p, NULL, "an element is outside the range of u32");
        out[i] = (uint32_t)p->uint64_data[i];
    }
    t->data = out;
    return true;
}

/* Copies, since each ends with a 0. */
static bool tensor_strings(TensorSource *s, Loc loc, const TensorProto *p, Tensor *t) {
    const char **out = arena_array_of(s->arena, p->n_string_data + 1, const char *);
    for (size_t i = 0; i < p->n_string_data; i++) {
        const ProtobufCBinaryData *d = &p->string_data[i];
        if (d->len && memchr(d->data, 0, d->len))
            return diag_error(s->diag, loc, "strings end with their first byte 0",
                              "tensor '%s': string %zu has a byte 0 within", p->name ? p->name : "", i);
        out[i] = d->len ? arena_strndup(s->arena, (const char *)d->data, d->len) : "";
    }
    t->data = out;
    return true;
}

/* Contents in two places contradict each other. */
static bool tensor_once(TensorSource *s, Loc loc, const TensorProto *p) {
    int places = (p->has_raw_data && p->raw_data.len) + (p->n_float_data > 0) + (p->n_int32_data > 0) +
                 (p->n_string_data > 0) + (p->n_int64_data > 0) + (p->n_double_data > 0) + (p->n_uint64_data > 0);
    return places <= 1 ||
           tensor_error(s, loc, p, "save the model again", "its contents are stored in more than one field");
}

/* The one typed field that holds this type's elements. */
static bool tensor_typed(TensorSource *s, Loc loc, const TensorProto *p, Tensor *t) {
    size_t have;
    switch (t->dtype) {
    case DT_f32: have = p->n_float_data, t->data = p->float_data; break;
    case DT_f64: have = p->n_double_data, t->data = p->double_data; break;
    case DT_i64: have = p->n_int64_data, t->data = p->int64_data; break;
    case DT_u64: have = p->n_uint64_data, t->data = p->uint64_data; break;
    case DT_u32: have = p->n_uint64_data; break;
    case DT_string: have = p->n_string_data; break;
    default: have = p->n_int32_data; break;
    }
    size_t need = (size_t)dtype_packed_bytes(t->dtype, (int64_t)t->bytes) / (size_t)dtype_info[t->dtype].bytes;
    if (have != need)
        return diag_error(s->diag, loc, have ? NULL : "the file lacks the tensor's contents",
                          "tensor '%s': %zu elements stored, its shape needs %zu", p->name ? p->name : "", have, need);
    if (!need) {
        t->data = "";
        return true;
    }
    if (t->dtype == DT_u32) return tensor_from_u64(s, loc, p, t);
    if (t->dtype == DT_string) return tensor_strings(s, loc, p, t);
    return t->data || tensor_from_i32(s, loc, p, t);
}

/* A bool is 0 or 1 in memory, whatever the file says. */
static void tensor_clean_bool(Arena *a, Tensor *t) {
    const uint8_t *in = t->data;
    size_t i = 0;
    while (i < t->bytes && in[i] <= 1) i++;
    if (i == t->bytes) return;
    uint8_t *out = arena_copy(a, in, t->bytes);
    for (; i < t->bytes; i++) out[i] = out[i] != 0;
    t->data = out;
}

Tensor *onnx_tensor(TensorSource *s, Loc loc, const TensorProto *p) {
    Tensor *t = arena_new_of(s->arena, Tensor);
    if (!tensor_head(s, loc, p, t) || !tensor_once(s, loc, p)) return NULL;
    if (t->dtype == DT_string && ((p->has_data_location && p->data_location == 1) || (p->has_raw_data && p->raw_data.len))) {
        tensor_error(s, loc, p, "store them in string_data", "strings are neither raw_data nor external data");
        return NULL;
    }
    if (p->has_data_location && p->data_location == 1) {
        if (!tensor_external(s, loc, p, t)) return NULL;
    } else if (p->has_raw_data && (p->raw_data.len || !t->bytes)) {
        const int64_t need = dtype_packed_bytes(t->dtype, (int64_t)t->bytes);
        if (p->raw_data.len != (uint64_t)need) {
            diag_error(s->diag, loc, NULL, "tensor '%s': raw_data has %zu bytes, its shape and type need %lld",
                       p->name ? p->name : "", p->raw_data.len, (long long)need);
            return NULL;
        }
        t->data = t->bytes ? p->raw_data.data : (const uint8_t *)"";
        tensor_unpack(s->arena, t);
    } else if (!tensor_typed(s, loc, p, t)) {
        return NULL;
    }
    if (t->dtype == DT_bool) tensor_clean_bool(s->arena, t);
    return t;
}

/* Row-major position of sparse element i, or -1. Indices are [n] positions or [n, rank] coordinates. */
static int64_t sparse_position(const Tensor *indices, const Shape *shape, int64_t count, int64_t i) {
    if (indices->shape.rank == 1) {
        int64_t at = tensor_int(indices, i);
        return at >= 0 && at < count ? at : -1;
    }
    int64_t at = 0;
    for (int d = 0; d < shape->rank; d++) {
        int64_t c = tensor_int(indices, i * shape->rank + d);
        if (c < 0 || c >= shape->dim[d]) return -1;
        at = at * shape->dim[d] + c;
    }
    return at;
}

Tensor *onnx_sparse_tensor(TensorSource *s, Loc loc, const SparseTensorProto *p) {
    const char *name = p->values && p->values->name ? p->values->name : "";
    int64_t count, bytes;
    if (!p->values || !p->indices) {
        diag_error(s->diag, loc, NULL, "sparse tensor '%s': values or indices are missing", name);
        return NULL;
    }
    const Tensor *values = onnx_tensor(s, loc, p->values), *indices = onnx_tensor(s, loc, p->indices);
    if (!values || !indices) return NULL;
    if (p->n_dims > MAX_RANK || !size_product(p->dims, (int)p->n_dims, &count) ||
        !size_mul(count, dtype_info[values->dtype].bytes, &bytes) || bytes > INT32_MAX) {
        diag_error(s->diag, loc, "dense contents may have at most 2 GiB", "sparse tensor '%s': its shape is too large",
                   name);
        return NULL;
    }
    Shape shape = shape_of((int)p->n_dims, p->dims);
    int64_t n = values->shape.rank == 1 ? values->shape.dim[0] : -1;
    bool linear = indices->shape.rank == 1 && indices->shape.dim[0] == n;
    bool coordinates = indices->shape.rank == 2 && indices->shape.dim[0] == n && indices->shape.dim[1] == shape.rank;
    if (n < 0 || indices->dtype != DT_i64 || (!linear && !coordinates)) {
        diag_error(s->diag, loc, NULL, "sparse tensor '%s': values must be [n] and indices int64 [n] or [n, rank]",
                   name);
        return NULL;
    }
    Tensor *t = tensor_new(s->arena, values->dtype, shape);
    size_t size = (size_t)dtype_info[t->dtype].bytes;
    for (int64_t i = 0; i < n; i++) {
        int64_t at = sparse_position(indices, &shape, count, i);
        if (at < 0) {
            diag_error(s->diag, loc, NULL, "sparse tensor '%s': index %lld is outside the tensor", name, (long long)i);
            return NULL;
        }
        memcpy((uint8_t *)(uintptr_t)t->data + (size_t)at * size, (const uint8_t *)values->data + (size_t)i * size,
               size);
    }
    return t;
}

Tensor *onnx_read_tensor(Arena *a, Diag *d, const char *path, const char **name) {
    const TensorProto *p = (const TensorProto *)onnx_unpack(a, d, path, &tenon_onnx__tensor_proto__descriptor);
    if (!p) return NULL;
    if (!p->has_data_type || p->segment) {
        diag_error(d, (Loc){.file = path}, "sequences and optionals are not supported", "not a single TensorProto");
        return NULL;
    }
    TensorSource s = {.arena = a, .diag = d, .folder = path_folder(a, path)};
    *name = p->name ? arena_strdup(a, p->name) : "";
    return onnx_tensor(&s, (Loc){.file = path}, p);
}
