/* A model with what the command line says about its inputs: names, shapes, contents. */
#ifndef TENON_CLI_MODEL_H
#define TENON_CLI_MODEL_H
#include "cli/npz.h"
#include "cli/options.h"
#include "import/import.h"

typedef enum { FILL_none, FILL_tensor, FILL_picture, FILL_random, FILL_zeros } Fill;

typedef struct {
    const char *name;
    DType dtype;
    Shape declared; /* by the model: symbols stay, rank -1 when it does not say */
    Shape given;    /* by --input-shape; rank -1: not given */
    Shape settled;  /* numbers, after model_settle */
    Fill fill;
    uint64_t seed;        /* FILL_random */
    const char *path;     /* of the file that fills it */
    Bytes picture;        /* FILL_picture */
    const Tensor *tensor; /* FILL_tensor, and FILL_picture after model_settle */
} ModelInput;

typedef struct {
    Arena *arena;
    Diag *diag;
    const char *path;
    const Graph *declared; /* its inputs only */
    ModelInput *input;
    uint32_t n;
    Vec(InputLength) length;
    int64_t unroll, trips, string_bytes, string_parts;
    Vec(InputShape) shape; /* for import_model */
    Vec(InputValue) value;
} Model;

/* Learns what the inputs are called, by --length too. False with diagnostics. */
bool model_open(Model *m, Arena *a, Diag *d, const char *path, const Options *o);
/* Takes --input-shape, --bind and --input. */
bool model_apply(Model *m, const Options *o);
ModelInput *model_input(Model *m, const char *name); /* NULL when there is none */
/* The input that an --input-shape is for, and its numbers; NULL when there is none. */
ModelInput *model_shape_input(Model *m, const char *spec, const char **text);
/* Settles every dimension: from --input-shape, from files, and by what has the same symbol; what is left counts as 1,
 * with a warning if `warn`. Makes pictures into tensors. */
bool model_settle(Model *m, const PictureOptions *o, bool warn);
/* The whole graph with the shapes settled so far (all symbols without model_settle). */
Graph *model_import(const Model *m, Arena *a, Diag *d, bool names_only, ImportNeeds *needs);
/* The same with all there is to say about it. `bind`: inputs whose contents it asks for become constants where they are
 * given. */
Graph *model_import_bound(Model *m, Arena *a, Diag *d, bool bind);
/* One tensor for each input of g, checked against it. `seeded`: what is not given becomes random:1; else all that is
 * missing is reported. NULL with diagnostics. */
const Tensor **model_tensors(Model *m, Arena *a, const Graph *g, bool seeded);

/* The tensor in a .npy, .npz (array `key`, or its only one) or .pb file. */
const Tensor *tensor_file(Arena *a, Diag *d, const char *path, const char *key);
/* Seeded contents: floats in [-1, 1), u8 and i8 of full range, other integers in [0, 100), bool 0 or 1. */
Tensor *tensor_random(Arena *a, DType t, const Shape *s, uint64_t seed);
/* f32[1,3,8,8] */
const char *type_name(Arena *a, const SymTable *sym, DType t, const Shape *s);
#endif
