/* Typed attributes: one struct an operator, and a field table beside it, both made from attrs.def. */
#ifndef TENON_IR_ATTR_H
#define TENON_IR_ATTR_H
#include "base/arena.h"
#include "ir/dim.h"
#include "ir/types.h"

typedef struct {
    uint32_t n;
    const int64_t *at;
} Ints;
typedef struct {
    uint32_t n;
    const double *at;
} Floats;
typedef struct {
    uint32_t n;
    const Dim *at;
} Dims;

typedef enum { ATTR_int, ATTR_float, ATTR_ints, ATTR_floats, ATTR_string, ATTR_dtype, ATTR_dims } AttrKind;

typedef struct {
    const char *name; /* ONNX's name where ONNX has the attribute */
    AttrKind kind;
    uint16_t offset;
    const char *def; /* default in text form; NULL: empty list, 0, "" or none */
} AttrField;

typedef struct {
    const char *name;
    uint16_t size; /* of the struct */
    uint16_t n;
    const AttrField *field;
} AttrSpec;

/* The structs: Attr_Conv and so on. */
#define ATTR_STRUCT(name) typedef struct Attr_##name {
#define INT(in, name, def) int64_t name;
#define FLOAT(in, name, def) double name;
#define INTS(in, name) Ints name;
#define FLOATS(in, name) Floats name;
#define STRING(in, name, def) const char *name;
#define DTYPE(in, name) DType name;
#define DIMS(in, name) Dims name;
#define ATTR_END(name) \
    char end_; \
    } \
    Attr_##name;
#include "ir/attrs.def"
#undef ATTR_STRUCT
#undef INT
#undef FLOAT
#undef INTS
#undef FLOATS
#undef STRING
#undef DTYPE
#undef DIMS
#undef ATTR_END

/* The tables beside them: attr_spec_Conv and so on. */
#define ATTR_STRUCT(name) extern const AttrSpec attr_spec_##name;
#define INT(in, name, def)
#define FLOAT(in, name, def)
#define INTS(in, name)
#define FLOATS(in, name)
#define STRING(in, name, def)
#define DTYPE(in, name)
#define DIMS(in, name)
#define ATTR_END(name)
#include "ir/attrs.def"
#undef ATTR_STRUCT
#undef INT
#undef FLOAT
#undef INTS
#undef FLOATS
#undef STRING
#undef DTYPE
#undef DIMS
#undef ATTR_END

/* A zeroed struct with the defaults filled in. */
void *attr_new(Arena *a, const AttrSpec *spec);
void *attr_copy(Arena *a, const AttrSpec *spec, const void *from);
bool attr_equal(const AttrSpec *spec, const void *a, const void *b);
uint64_t attr_hash(const AttrSpec *spec, const void *a);
const AttrField *attr_field(const AttrSpec *spec, const char *name);
void attr_set_ints(Arena *a, Ints *to, uint32_t n, const int64_t *from);
#endif
