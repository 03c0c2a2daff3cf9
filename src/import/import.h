/* A model file -> graph. The format is found by its contents, then its name. */
#ifndef TENON_IMPORT_IMPORT_H
#define TENON_IMPORT_IMPORT_H
#include "ir/graph.h"

typedef struct {
    const char *input; /* name */
    Shape shape;
} InputShape;

/* An input that is known already at compile time. */
typedef struct {
    const char *input;
    const Tensor *tensor;
} InputValue;

/* How many tensors an input that is a sequence or an optional stands for: they become inputs NAME_0, NAME_1 ... */
typedef struct {
    const char *input;
    int64_t n; /* -1: an optional without element; an optional tensor has 1 and keeps its name */
} InputLength;

/* Inputs whose contents an operator needs at compile time (Reshape's shape ...), filled in by import_model as it
 * reports them: a caller that has the contents may bind them and import again. */
typedef struct {
    Arena *arena;
    Vec(const char *) name;
} ImportNeeds;

typedef struct {
    const InputShape *shapes; /* given with --input-shape */
    int nshapes;
    const InputValue *values; /* given with --bind */
    int nvalues;
    const InputLength *lengths; /* given with --length */
    int nlengths;
    int64_t unroll;           /* the most iterations of a loop; 0: a few hundred */
    int64_t trips;            /* room for what the iterations of a loop give, where the model does not tell how many; 0: none */
    int64_t string_bytes;     /* room for each string that is made, its 0 included, and parts that StringSplit gives; */
    int64_t string_parts;     /* 0: 256 and 16 */
    bool names_only;          /* info: the graph is returned although nodes were refused; it lacks those nodes, what
                                 is computed from them, and such outputs */
    ImportNeeds *needs;       /* or NULL */
    bool inputs_only;         /* to learn what the inputs are called: no nodes; an unknown shape has rank -1 */
} ImportOptions;

/* NULL with diagnostics (all unsupported operators at once). Shapes are inferred and shape arithmetic is folded. */
Graph *import_model(Arena *a, Diag *d, const char *path, const ImportOptions *o);
/* The formats: import.def rows {name, extensions, probe, read}. */
typedef struct {
    const char *name, *extensions, *help;
    bool (*probe)(const uint8_t *data, size_t n, const char *path);
    Graph *(*read)(Arena *a, Diag *d, const char *path, const ImportOptions *o);
} ImportFormat;
extern const ImportFormat import_formats[];
#endif
