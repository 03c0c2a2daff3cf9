/* Program -> C and the files around it. */
#ifndef TENON_EMIT_EMIT_H
#define TENON_EMIT_EMIT_H
#include "base/io.h"
#include "plan/program.h"

/* What a run returns when a loop goes on for longer than the user has made room for (--trips). */
#define RUN_ERROR_TRIPS (-4)

/* c.c: the body of one kernel function (with its signature, without the heading comment) in the target's dialect.
 * prefix: of the function's name. Marks in `uses` which snippets of runtime/snippet it needs. */
typedef struct {
    Vec(const char *) snippet; /* file names, in the order of the output, each once */
} EmitUses;
/* For a target (NULL: any), and, before it, the snippets that its text names. */
void emit_need(EmitUses *u, const Target *t, Arena *a, const char *snippet);
void emit_function(const Program *p, const Function *f, EmitUses *uses, Str *out);
/* Kernels whose C differs in numbers alone get one function where that is less code (Function.shared, in arena a): the numbers are
 * its parameters. Kernels whose loops threads share keep theirs. */
void emit_share(Arena *a, Program *p);
/* C type of a parameter's elements. */
const char *emit_c_type(DType t);
const char *emit_const_type(DType t); /* `const float`, `const char *const` */
const char *emit_pointer(DType t, bool writes); /* to them: `float *`, `const float *`, `const char **` */

/* Weights up to this size are written as numbers in C unless the user asks otherwise, larger ones as a file. */
#define TEXT_WEIGHT_BYTES (256 << 10)

typedef struct {
    bool text_weights;  /* NAME_weights.c holds numbers; else NAME_weights.bin beside it, taken in by .incbin */
    const char *command; /* for the heading comment, without paths */
    const char *model;   /* file name without folders */
    uint64_t model_hash;
    bool profile; /* NAME_run calls tenon_profile_mark(0), then (N) behind step N; whoever measures defines it */
} EmitOptions;

/* The whole package into folder `dir`: NAME.h NAME.c NAME_weights.{h,c[,bin]} NAME_example.c Makefile CMakeLists.txt
 * NAME.map.json. Files appear together or not at all. */
bool emit_package(const Program *p, const EmitOptions *o, const char *dir, Diag *d);
/* The same for a target with variants, p[i] for the i-th: there is the code of each variant, NAME.c picks the one that
 * runs, and equal weights of several are stored once. */
bool emit_variants(const Target *t, Program *const *p, const EmitOptions *o, const char *dir, Diag *d);
/* A dimension that the model leaves open, with its number in each of several plans. */
typedef struct {
    const char *name, *help; /* `height`; `dimension 2 of 'input'` */
    const int64_t *value;    /* one a plan */
} ShapeDim;
/* A dimension that may be of any size from 1: its samples go through the plans that have a step, in parts. */
typedef struct {
    int dim;              /* of the ShapeDims */
    const int64_t **step; /* one a plan: elements of a sample in each input and output, or NULL; NULL: there is none */
} ShapeBatch;
/* The program for all sizes of some dims. */
typedef struct {
    const Program *program;     /* NULL: there is none */
    const uint32_t *dim;        /* of the ShapeDims, one a size of the program */
    int64_t *low, *high, *step; /* one a ShapeDim; of a dim with one size step is 0 */
} ShapeGeneral;
/* One package of n plans of a model for different shapes: NAME.h and NAME.c, which pick one by the dims, NAME_320x320.h, .c
 * and .map.json of each, and the weights of all, equal ones once. For a target with variants p has those of each plan, and
 * NAME_320x320.c picks one. */
bool emit_shapes(const Target *t, Program *const *p, uint32_t n, const ShapeDim *dim, uint32_t ndim, const ShapeBatch *batch,
                 const ShapeGeneral *general, const EmitOptions *o, const char *dir, Diag *d);
/* What the files and symbols of a plan begin with: "NAME_320x240", the numbers that are not the same in all plans. */
const char *emit_plan_name(Arena *a, const char *name, const ShapeDim *dim, uint32_t ndim, uint32_t n, uint32_t plan);
/* What the files and symbols of variant i begin with: "NAME_v4" */
const char *emit_variant_name(Arena *a, const char *name, const Target *t, int i);
#endif
