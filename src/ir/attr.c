#include "ir/attr.h"
#include "ir/internal.h"
#include <string.h>

#define ATTR_STRUCT(name) static const AttrField fields_##name[] = {
#define FIELD(in, name, kind, def) {#name, ATTR_##kind, offsetof(Attr_##in, name), def},
#define INT(in, name, def) FIELD(in, name, int, def)
#define FLOAT(in, name, def) FIELD(in, name, float, def)
#define INTS(in, name) FIELD(in, name, ints, NULL)
#define FLOATS(in, name) FIELD(in, name, floats, NULL)
#define STRING(in, name, def) FIELD(in, name, string, def)
#define DTYPE(in, name) FIELD(in, name, dtype, NULL)
#define DIMS(in, name) FIELD(in, name, dims, NULL)
#define ATTR_END(name)                                                                                                 \
    { NULL, ATTR_int, 0, NULL }                                                                                        \
    }                                                                                                                  \
    ;                                                                                                                  \
    const AttrSpec attr_spec_##name = {#name, sizeof(Attr_##name), sizeof fields_##name / sizeof fields_##name[0] - 1, \
                                       fields_##name};
#include "ir/attrs.def"

void *attr_new(Arena *a, const AttrSpec *spec) {
    char *to = arena_alloc(a, spec->size);
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++) {
        void *at = to + f->offset;
        if (f->kind == ATTR_int && f->def)
            int_parse(f->def, at);
        else if (f->kind == ATTR_float && f->def)
            float_parse(f->def, NULL, at);
        else if (f->kind == ATTR_string)
            *(const char **)at = f->def ? f->def : "";
    }
    return to;
}

/* Ints, Floats and Dims hold 8-byte elements and are laid out alike; copied out because their types differ. */
typedef struct {
    uint32_t n;
    const void *at;
} List;

static List list_of(const AttrField *f, const void *at) {
    List l = {0};
    if (f->kind == ATTR_ints)
        l = (List){((const Ints *)at)->n, ((const Ints *)at)->at};
    else if (f->kind == ATTR_floats)
        l = (List){((const Floats *)at)->n, ((const Floats *)at)->at};
    else if (f->kind == ATTR_dims)
        l = (List){((const Dims *)at)->n, ((const Dims *)at)->at};
    return l;
}

void *attr_copy(Arena *a, const AttrSpec *spec, const void *from) {
    char *to = arena_copy(a, from, spec->size);
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++) {
        void *at = to + f->offset;
        List l = list_of(f, at);
        const void *items = l.n ? arena_copy(a, l.at, (size_t)l.n * 8) : NULL;
        if (f->kind == ATTR_ints)
            ((Ints *)at)->at = items;
        else if (f->kind == ATTR_floats)
            ((Floats *)at)->at = items;
        else if (f->kind == ATTR_dims)
            ((Dims *)at)->at = items;
        else if (f->kind == ATTR_string)
            *(const char **)at = arena_strdup(a, *(const char **)at ? *(const char **)at : "");
    }
    return to;
}

/* The bytes that decide equality: floats by their bits, so that -0 and NaN count as what they are. */
static const void *field_bytes(const AttrField *f, const void *attr, size_t *n) {
    const void *at = (const char *)attr + f->offset;
    switch (f->kind) {
    case ATTR_int:
    case ATTR_float: *n = 8; return at;
    case ATTR_dtype: *n = sizeof(DType); return at;
    case ATTR_string: {
        const char *s = *(const char *const *)at ? *(const char *const *)at : "";
        *n = strlen(s);
        return s;
    }
    case ATTR_ints:
    case ATTR_floats:
    case ATTR_dims: break;
    }
    List l = list_of(f, at);
    *n = (size_t)l.n * 8;
    return l.at;
}

bool field_equal(const AttrField *f, const void *a, const void *b) {
    size_t na, nb;
    const void *at = field_bytes(f, a, &na), *bt = field_bytes(f, b, &nb);
    return na == nb && (na == 0 || memcmp(at, bt, na) == 0);
}

bool attr_equal(const AttrSpec *spec, const void *a, const void *b) {
    if (a == b) return true;
    if (!a || !b) return false;
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++)
        if (!field_equal(f, a, b)) return false;
    return true;
}

uint64_t attr_hash(const AttrSpec *spec, const void *a) {
    uint64_t h = hash_bytes(spec->name, strlen(spec->name), 0);
    if (!a) return h;
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++) {
        size_t n;
        const void *at = field_bytes(f, a, &n);
        h = hash_bytes(at ? at : "", n, h);
    }
    return h;
}

const AttrField *attr_field(const AttrSpec *spec, const char *name) {
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++)
        if (strcmp(f->name, name) == 0) return f;
    return NULL;
}

void attr_set_ints(Arena *a, Ints *to, uint32_t n, const int64_t *from) {
    to->n = n;
    to->at = n ? arena_copy(a, from, (size_t)n * sizeof *from) : NULL;
}
