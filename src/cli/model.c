#include "cli/model.h"
#include "base/size.h"
#include "import/onnx/onnx.h"
#include <string.h>
#include <strings.h>

static Loc input_loc(const Model *m, const char *name) {
    return (Loc){.file = m->path, .field = arena_printf(m->arena, "input '%s'", name)};
}

const char *type_name(Arena *a, const SymTable *sym, DType t, const Shape *s) {
    Str text = str_new(a);
    str_add(&text, dtype_info[t].name);
    shape_print(sym, s, &text);
    return text.at;
}

static void take_lengths(Model *m, const Options *o) {
    for (uint32_t i = 0; i < o->length.n; i++) {
        const char *text = o->length.at[i], *equals = strrchr(text, '=');
        InputLength l = {arena_strndup(m->arena, text, (size_t)(equals - text)), -1};
        if (strcmp(equals + 1, "none") != 0) int_parse(equals + 1, &l.n);
        vec_push(m->arena, &m->length, l);
    }
}

bool model_open(Model *m, Arena *a, Diag *d, const char *path, const Options *o) {
    *m = (Model){.arena = a, .diag = d, .path = path, .unroll = o->unroll, .trips = o->trips, .string_bytes = o->string_bytes, .string_parts = o->string_parts};
    take_lengths(m, o);
    const ImportOptions only_inputs = {.inputs_only = true, .lengths = m->length.at, .nlengths = (int)m->length.n};
    m->declared = import_model(a, d, path, &only_inputs);
    if (!m->declared) return false;
    m->n = m->declared->input.n;
    m->input = arena_array_of(a, m->n + 1, ModelInput);
    for (uint32_t i = 0; i < m->n; i++) {
        const Value *v = &m->declared->value.at[m->declared->input.at[i]];
        m->input[i] = (ModelInput){.name = v->name, .dtype = v->dtype, .declared = v->shape};
        m->input[i].given.rank = m->input[i].settled.rank = -1;
    }
    return true;
}

ModelInput *model_input(Model *m, const char *name) {
    for (uint32_t i = 0; i < m->n; i++)
        if (!strcmp(m->input[i].name, name)) return &m->input[i];
    return NULL;
}

static const char *input_names(const Model *m) {
    Str s = str_new(m->arena);
    str_add(&s, m->n == 0 ? "the model has no inputs" : m->n == 1 ? "the input is " : "the inputs are ");
    for (uint32_t i = 0; i < m->n; i++) str_addf(&s, "%s'%s'", i ? ", " : "", m->input[i].name);
    return s.at;
}

/* NAME=VALUE where NAME may hold '=' itself: split at the last one that has an input's name before it. */
static ModelInput *split(Model *m, const char *spec, const char **value) {
    for (size_t i = strlen(spec); i-- > 0;) {
        if (spec[i] != '=') continue;
        ModelInput *in = model_input(m, arena_strndup(m->arena, spec, i));
        if (!in) continue;
        *value = spec + i + 1;
        return in;
    }
    return NULL;
}

static bool unknown_name(const Model *m, const char *option, const char *spec) {
    return diag_error(m->diag, (Loc){.file = m->path, .field = option}, input_names(m),
                      "'%s' does not start with NAME= of an input", spec);
}

/* ---- --input-shape ---- */

static bool parse_shape(const char *text, Shape *out) {
    *out = (Shape){0};
    while (*text) {
        int64_t v = 0;
        const char *start = text;
        for (; *text >= '0' && *text <= '9'; text++)
            if (!size_mul(v, 10, &v) || !size_add(v, *text - '0', &v)) return false;
        if (text == start || out->rank == MAX_RANK) return false;
        out->dim[out->rank++] = v;
        if (!*text) return true;
        if ((*text != 'x' && *text != ',') || !text[1]) return false;
        text++;
    }
    return true;
}

ModelInput *model_shape_input(Model *m, const char *spec, const char **text) {
    ModelInput *in = split(m, spec, text);
    if (in || m->n != 1 || strchr(spec, '=')) return in;
    *text = spec;
    return &m->input[0];
}

static bool apply_shape(Model *m, const char *spec) {
    const char *text;
    ModelInput *in = model_shape_input(m, spec, &text);
    if (!in) return unknown_name(m, "--input-shape", spec);
    if (!parse_shape(text, &in->given))
        return diag_error(m->diag, input_loc(m, in->name), "write it like 1x3x224x224",
                          "--input-shape: '%s' is no shape", text);
    return true;
}

/* ---- files ---- */

static bool has_extension(const char *path, const char *extension) {
    size_t n = strlen(path), k = strlen(extension);
    return n > k && !strcasecmp(path + n - k, extension);
}

static const Tensor *from_npz(Arena *a, Diag *d, const char *path, Bytes file, const char *key) {
    Npz *z = npz_parse(a, d, path, file.data, file.n);
    if (!z) return NULL;
    uint32_t at = key ? npz_find(z, key) : MAP_NONE;
    if (at == MAP_NONE && npz_count(z) == 1) at = 0;
    if (at != MAP_NONE) return npz_get(z, at);
    Str s = str_new(a);
    for (uint32_t i = 0; i < npz_count(z); i++) str_addf(&s, "%s'%s'", i ? ", " : "it has ", npz_name(z, i));
    diag_error(d, (Loc){.file = path}, s.at, "the archive has no array '%s'", key ? key : "");
    return NULL;
}

static const Tensor *from_bytes(Arena *a, Diag *d, const char *path, Bytes file, const char *key) {
    const char *name;
    if (file.n >= 6 && !memcmp(file.data, "\x93NUMPY", 6)) return npy_parse(a, d, path, file.data, file.n);
    if (file.n >= 4 && (!memcmp(file.data, "PK\3\4", 4) || !memcmp(file.data, "PK\5\6", 4)))
        return from_npz(a, d, path, file, key);
    if (has_extension(path, ".npy")) return npy_parse(a, d, path, file.data, file.n);
    if (has_extension(path, ".npz")) return from_npz(a, d, path, file, key);
    if (has_extension(path, ".pb")) return onnx_read_tensor(a, d, path, &name);
    diag_error(d, (Loc){.file = path}, "give a .npy, .npz, .pb, .png, .jpg or .bmp file",
               "it is not a tensor or picture that can be read");
    return NULL;
}

const Tensor *tensor_file(Arena *a, Diag *d, const char *path, const char *key) {
    Bytes file;
    return io_map(a, d, path, &file) ? from_bytes(a, d, path, file, key) : NULL;
}

static bool check_tensor(const Model *m, ModelInput *in) {
    const Tensor *t = in->tensor = npy_as(m->arena, in->tensor, in->dtype);
    if (t->dtype != in->dtype)
        return diag_error(m->diag, input_loc(m, in->name), "convert the array with astype()",
                          "%s holds %s, the model takes %s", in->path ? in->path : "the data",
                          dtype_info[t->dtype].name, dtype_info[in->dtype].name);
    bool fits = in->declared.rank < 0 || in->declared.rank == t->shape.rank;
    for (int i = 0; fits && i < in->declared.rank; i++)
        fits = !dim_known(in->declared.dim[i]) || in->declared.dim[i] == t->shape.dim[i];
    return fits || diag_error(m->diag, input_loc(m, in->name), NULL, "%s holds %s, the model takes %s",
                              in->path ? in->path : "the data", type_name(m->arena, NULL, t->dtype, &t->shape),
                              type_name(m->arena, m->declared->sym, in->dtype, &in->declared));
}

/* ---- --input ---- */

static bool apply_file(Model *m, ModelInput *in, const char *path) {
    Bytes file;
    in->path = path;
    if (!io_map(m->arena, m->diag, path, &file)) return false;
    if (picture_probe(file.data, file.n)) {
        in->fill = FILL_picture;
        in->picture = file;
        return true;
    }
    in->fill = FILL_tensor;
    in->tensor = from_bytes(m->arena, m->diag, path, file, in->name);
    return in->tensor && check_tensor(m, in);
}

static bool apply_value(Model *m, ModelInput *in, const char *text) {
    int64_t seed = 1;
    if (in->fill != FILL_none)
        return diag_error(m->diag, input_loc(m, in->name), NULL, "--input is given twice for it");
    if (!strcmp(text, "zeros")) {
        in->fill = FILL_zeros;
        return true;
    }
    if (!strcmp(text, "random") || !strncmp(text, "random:", 7)) {
        if (text[6] && !int_parse(text + 7, &seed))
            return diag_error(m->diag, input_loc(m, in->name), "write it like random:1", "'%s' has no seed", text);
        in->fill = FILL_random;
        in->seed = (uint64_t)seed;
        return true;
    }
    return apply_file(m, in, text);
}

/* An archive whose keys are names of inputs. */
static bool apply_archive(Model *m, const char *path) {
    Npz *z = npz_open(m->arena, m->diag, path);
    uint32_t found = 0;
    if (!z) return false;
    for (uint32_t i = 0; i < m->n; i++) {
        ModelInput *in = &m->input[i];
        uint32_t at = npz_find(z, in->name);
        if (at == MAP_NONE || in->fill != FILL_none) continue;
        in->path = path;
        in->tensor = npz_get(z, at);
        if (!in->tensor || !check_tensor(m, in)) return false;
        in->fill = FILL_tensor;
        found++;
    }
    return found || diag_error(m->diag, (Loc){.file = path}, input_names(m), "no array is named as an input");
}

static bool apply_input(Model *m, const char *spec) {
    const char *text;
    ModelInput *in = split(m, spec, &text);
    if (in) return apply_value(m, in, text);
    bool file = path_exists(spec), word = !strcmp(spec, "zeros") || !strncmp(spec, "random", 6);
    if (m->n != 1 && file && has_extension(spec, ".npz")) return apply_archive(m, spec);
    if (m->n == 1 && (file || word || !strchr(spec, '='))) return apply_value(m, &m->input[0], spec);
    return unknown_name(m, "--input", spec);
}

static bool apply_bind(Model *m, const char *spec) {
    const char *text = strrchr(spec, '='), *name;
    ModelInput *in = split(m, spec, &text);
    if (!text || text == spec) return unknown_name(m, "--bind", spec);
    name = in ? in->name : arena_strndup(m->arena, spec, (size_t)(text - spec));
    const Tensor *t = tensor_file(m->arena, m->diag, in ? text : text + 1, name);
    if (!t) return false;
    InputValue v = {name, t};
    vec_push(m->arena, &m->value, v);
    if (!in) return true; /* an initialiser perhaps: the importer knows */
    in->path = text;
    in->tensor = t;
    in->fill = FILL_tensor;
    return check_tensor(m, in);
}

bool model_apply(Model *m, const Options *o) {
    bool ok = true;
    for (uint32_t i = 0; i < o->shape.n; i++) ok = apply_shape(m, o->shape.at[i]) && ok;
    for (uint32_t i = 0; i < o->bind.n; i++) ok = apply_bind(m, o->bind.at[i]) && ok;
    for (uint32_t i = 0; i < o->input.n; i++) ok = apply_input(m, o->input.at[i]) && ok;
    return ok;
}

/* ---- shapes ---- */

/* A symbol is the same number everywhere; numbers in the map are one larger, for 0 is a dimension too. */
static uint64_t symbol_key(Dim d) {
    return (uint64_t)d;
}

static bool take_shape(Model *m, ModelInput *in, const Shape *s, const char *from, IdMap *symbols) {
    if (in->declared.rank >= 0 && in->declared.rank != s->rank)
        return diag_error(m->diag, input_loc(m, in->name), NULL, "%s has %d dimensions, the model's input has %d", from,
                          s->rank, in->declared.rank);
    if (in->declared.rank < 0) in->settled.rank = s->rank;
    for (int i = 0; i < s->rank; i++) {
        Dim have = in->settled.dim[i];
        if (in->declared.rank < 0) have = DIM_BAD;
        if (!dim_known(s->dim[i])) continue;
        if (dim_known(have) && have != s->dim[i])
            return diag_error(m->diag, input_loc(m, in->name), NULL, "dimension %d is %lld, %s has %lld", i,
                              (long long)have, from, (long long)s->dim[i]);
        in->settled.dim[i] = s->dim[i];
        if (have < 0 && s->dim[i] < INT32_MAX) idmap_set(m->arena, symbols, symbol_key(have), (uint32_t)s->dim[i]);
    }
    return true;
}

static void substitute(Model *m, const IdMap *symbols) {
    for (uint32_t i = 0; i < m->n; i++)
        for (int k = 0; k < m->input[i].settled.rank; k++) {
            Dim *d = &m->input[i].settled.dim[k];
            uint32_t v = dim_known(*d) ? MAP_NONE : idmap_get(symbols, symbol_key(*d));
            if (v != MAP_NONE) *d = v;
        }
}

static bool take_given(Model *m, IdMap *symbols) {
    bool ok = true;
    for (uint32_t i = 0; i < m->n; i++) {
        ModelInput *in = &m->input[i];
        in->settled = in->declared;
        if (in->given.rank >= 0) ok = take_shape(m, in, &in->given, "--input-shape", symbols) && ok;
        if (in->fill == FILL_tensor && in->tensor)
            ok = take_shape(m, in, &in->tensor->shape, in->path ? in->path : "the data", symbols) && ok;
        substitute(m, symbols);
    }
    return ok;
}

static bool take_pictures(Model *m, const PictureOptions *o, IdMap *symbols) {
    bool ok = true;
    for (uint32_t i = 0; i < m->n; i++) {
        ModelInput *in = &m->input[i];
        if (in->fill != FILL_picture) continue;
        Shape s = in->settled;
        in->tensor = picture_tensor(m->arena, m->diag, in->path, in->picture, in->name, in->dtype, &s, o);
        ok = in->tensor && take_shape(m, in, &in->tensor->shape, in->path, symbols) && ok;
        substitute(m, symbols);
    }
    return ok;
}

static void count_as_one(Model *m, ModelInput *in, bool warn) {
    Str names = str_new(m->arena), shape = str_new(m->arena);
    int count = 0;
    for (int k = 0; k < in->settled.rank; k++) {
        if (!dim_known(in->settled.dim[k])) {
            if (count++) str_add(&names, ", ");
            dim_print(m->declared->sym, in->settled.dim[k], &names);
            in->settled.dim[k] = 1;
        }
        str_addf(&shape, "%s%lld", k ? "x" : "", (long long)in->settled.dim[k]);
    }
    if (count && warn)
        diag_warn(m->diag, input_loc(m, in->name),
                  arena_printf(m->arena, "--input-shape %s=%s says what it is", in->name, shape.at), "%s count%s as 1",
                  names.at, count == 1 ? "s" : "");
}

bool model_settle(Model *m, const PictureOptions *o, bool warn) {
    IdMap symbols = {0};
    bool ok = take_given(m, &symbols) && take_pictures(m, o, &symbols);
    m->shape.n = 0;
    for (uint32_t i = 0; ok && i < m->n; i++) {
        ModelInput *in = &m->input[i];
        count_as_one(m, in, warn);
        if (in->settled.rank >= 0 && !shape_known(&in->declared)) {
            InputShape s = {in->name, in->settled};
            vec_push(m->arena, &m->shape, s);
        }
    }
    return ok;
}

Graph *model_import(const Model *m, Arena *a, Diag *d, bool names_only, ImportNeeds *needs) {
    ImportOptions o = {.shapes = m->shape.at, .nshapes = (int)m->shape.n, .values = m->value.at};
    o.nvalues = (int)m->value.n;
    o.lengths = m->length.at;
    o.nlengths = (int)m->length.n;
    o.unroll = m->unroll;
    o.trips = m->trips;
    o.string_bytes = m->string_bytes;
    o.string_parts = m->string_parts;
    o.names_only = names_only;
    o.needs = needs;
    return import_model(a, d, m->path, &o);
}

/* The inputs whose contents the importer asks for become constants; false when there is none among them. */
static bool bind_needed(Model *m, const ImportNeeds *needs) {
    bool any = false;
    for (uint32_t i = 0; i < needs->name.n; i++) {
        ModelInput *in = model_input(m, needs->name.at[i]);
        bool bound = false;
        for (uint32_t k = 0; in && k < m->value.n; k++) bound |= !strcmp(m->value.at[k].input, in->name);
        if (!in || bound || !in->tensor) continue;
        InputValue value = {in->name, in->tensor};
        vec_push(m->arena, &m->value, value);
        any = true;
    }
    return any;
}

Graph *model_import_bound(Model *m, Arena *a, Diag *d, bool bind) {
    ImportNeeds needs = {.arena = a};
    while (bind) {
        needs.name.n = 0;
        Graph *g = model_import(m, a, diag_new(a), false, &needs);
        if (g) return g;
        if (!bind_needed(m, &needs)) break;
    }
    needs.name.n = 0;
    Graph *g = model_import(m, a, d, false, &needs);
    if (!g && !bind && needs.name.n)
        diag_warn(d, (Loc){.file = m->path}, NULL, "--bind-parameters takes such contents from the data");
    return g;
}

/* ---- contents ---- */

static uint64_t next_random(uint64_t *state) { /* splitmix64, Steele, Lea, Flood 2014 */
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

Tensor *tensor_random(Arena *a, DType t, const Shape *s, uint64_t seed) {
    Tensor *out = tensor_new(a, t, *s);
    int64_t n = shape_count(s);
    uint64_t range = t == DT_bool ? 2 : dtype_info[t].bits <= 8 ? UINT64_C(1) << dtype_info[t].bits : 100;
    for (int64_t i = 0; out->data && i < n; i++) {
        uint64_t r = next_random(&seed);
        if (dtype_is_float(t))
            tensor_set_float(out, i, (double)(r >> 40) * 0x1p-23 - 1);
        else if (t == DT_string)
            ((const char **)(uintptr_t)out->data)[i] = arena_printf(a, "%u", (unsigned)(r % range));
        else
            tensor_set_int(out, i, (int64_t)(r % range) - (dtype_info[t].bits <= 8 && dtype_info[t].cls == 'i' ? (int64_t)(range / 2) : 0));
    }
    return out;
}

static const Tensor *filled(Model *m, Arena *a, const Value *v, bool seeded) {
    const ModelInput *in = model_input(m, v->name);
    Fill fill = in ? in->fill : FILL_none;
    if (fill == FILL_none && seeded) fill = FILL_random;
    if (fill == FILL_none) {
        diag_error(m->diag, input_loc(m, v->name),
                   arena_printf(m->arena, "give --input %s=FILE.npy, or %s=random:1", v->name, v->name),
                   "%s is not given", type_name(m->arena, m->declared->sym, v->dtype, &v->shape));
        return NULL;
    }
    if (in && (fill == FILL_tensor || fill == FILL_picture)) return in->tensor;
    if (shape_count(&v->shape) < 0) {
        diag_error(m->diag, input_loc(m, v->name), "give it in a file", "%s cannot be made up",
                   type_name(m->arena, m->declared->sym, v->dtype, &v->shape));
        return NULL;
    }
    if (fill == FILL_zeros) return tensor_new(a, v->dtype, v->shape);
    uint64_t seed = hash_bytes(v->name, strlen(v->name), in && in->fill == FILL_random ? in->seed : 1);
    return tensor_random(a, v->dtype, &v->shape, seed);
}

const Tensor **model_tensors(Model *m, Arena *a, const Graph *g, bool seeded) {
    const Tensor **out = arena_array_of(a, g->input.n + 1, const Tensor *);
    bool ok = true;
    for (uint32_t i = 0; i < g->input.n; i++) {
        const Value *v = &g->value.at[g->input.at[i]];
        const Tensor *t = out[i] = filled(m, a, v, seeded);
        if (!t) {
            ok = false;
        } else if (!t->data) {
            ok = diag_error(m->diag, input_loc(m, v->name), NULL, "is too large");
        } else if (t->dtype != v->dtype || !shape_equal(&t->shape, &v->shape)) {
            ok = diag_error(m->diag, input_loc(m, v->name), NULL, "%s is given, the model takes %s",
                            type_name(m->arena, NULL, t->dtype, &t->shape),
                            type_name(m->arena, g->sym, v->dtype, &v->shape));
        }
    }
    return ok ? out : NULL;
}
