/* The compiled model before it is written: kernels as functions, steps that call them, weights, one arena. */
#ifndef TENON_PLAN_PROGRAM_H
#define TENON_PLAN_PROGRAM_H
#include "ir/graph.h"
#include "nest/lower.h"
#include "plan/pack.h"
#include "target/target.h"

/* Kernels that differ in numbers alone as one function, which is called with them (emit_share). */
typedef struct {
    uint32_t first;               /* the function that is written; the others of them are called by its name */
    uint32_t nparameter;          /* behind all others */
    const char *const *parameter; /* `int n_oh` */
    const char *const *name;      /* `n_oh` */
    const char *const *number;    /* one a number of the C, in its order: what stands for it, NULL: itself */
} SharedFunction;

/* One C function; equal kernels share one. */
typedef struct {
    const char *name;      /* C identifier without the model's prefix, made of its first step's nodes: "conv1_relu1" */
    Nest *nest;            /* buffers of kind in, out, const in this order are its parameters, then scratch */
    LoopTree *tree;
    const char *schedule;  /* one line, "" for the plain order */
    const char *meaning;   /* nest as text, one line a stage */
    int64_t macs;          /* per call */
    int64_t scratch_bytes; /* of arena that each call needs, 0: no scratch parameter */
    uint32_t calls;        /* steps that use it */
    bool *aliased;         /* one a nest buffer: may share memory with another (in place): no restrict */
    uint32_t parallel;     /* loops that threads share; with any the pool is the last parameter */
    const SharedFunction *shared; /* NULL: its C is its own */
    const char *const *given; /* then: a call's numbers */
    const char *const *part; /* as the package calls the functions that hold these loops, without prefix */
    uint32_t *rows; /* its outermost loop runs between two numbers, the last parameters: variables of the tree; NULL: over all */
    /* Of a program for all sizes (general.h): */
    const char **lift;     /* one an expression of the nest: what stands for this number, NULL: itself */
    uint32_t nlift, *lift_uses; /* one an expression: bits of Program.size */
    uint32_t *sizes;       /* bits of those that are parameters, behind all others: known when the function is written */
    bool lift_wide;        /* some are no indices, and may be larger */
    const Nest *largest;   /* at the largest sizes */
} Function;

/* Weights as the kernels read them. */
typedef struct {
    const char *name;    /* C identifier without prefix, unique */
    const char *source;  /* value name in the model */
    DType dtype;
    Shape shape;         /* logical */
    const Tensor *tensor;
    const Buffer *layout; /* packed order: nphys/phys; NULL: row-major */
    int64_t elements;    /* stored, padding included */
    int64_t offset;      /* bytes in the weights file, aligned to 64; strings are not there */
} Weight;

typedef enum { ARG_arena, ARG_input, ARG_output, ARG_weight } ArgKind;

typedef struct {
    ArgKind kind;
    uint32_t index;  /* input, output or weight number */
    int64_t offset;  /* bytes from its start (arena: from the arena's start) */
    ValueId value;   /* NO_VALUE for scratch */
} Arg;

/* Most steps are calls; the others make blocks of those between them, which end with CALL_end. */
typedef enum {
    CALL_call,
    CALL_if,   /* arg 0: the condition */
    CALL_else,
    CALL_loop, /* arg 0: the counter, arg 1: the condition, arg 2: the number of turns, if it is data */
    CALL_end,
    CALL_copy, /* arg 0: to, arg 1: from */
    CALL_clear, /* arg 0 */
    CALL_rows,  /* a loop over `trips` rows, around calls that take turns */
} CallKind;

typedef struct {
    CallKind kind;
    uint32_t function;   /* of CALL_call */
    int64_t from, to, by, most, last_turn; /* of a call of a function with rows: in row k from + by * k to to + by * k, at most `most` */
    int64_t trips;       /* of CALL_loop and CALL_rows: the most, -1: any number */
    bool limited;        /* more turns than `trips` end the run with an error */
    int64_t bytes;       /* of CALL_copy and CALL_clear */
    bool turning;        /* CALL_copy: behind what earlier turns of the loop wrote */
    uint32_t narg;
    Arg *arg;            /* one a parameter, scratch last */
    const char *nodes;   /* source nodes: `"conv1" (Conv) + "relu1" (Relu)`, safe in a comment */
    const char *shapes;  /* `x[1,3,8,8] -> y[1,8,8,8]`, safe in a comment */
    NodeId first, last;  /* of the group, for messages and profiles */
} ProgramStep;

/* A tensor in the arena, for the drawing and the map: root buffers and the views into them. */
typedef struct {
    const char *name;   /* value name, or "scratch of STEP" */
    ValueId value;
    int64_t offset, bytes;
    int32_t lower, upper; /* live in steps [lower, upper) */
    int32_t view_of;      /* index of the tensor it lies inside, -1 for a root */
} ArenaTensor;

/* A size that is known when the program runs. */
typedef struct {
    const char *name; /* of the variable: "height_32" */
    const char *dim;  /* "height" */
    int64_t step;     /* name = dim / step */
} ProgramSize;

typedef struct {
    Graph *graph;          /* after the passes */
    const Target *target;
    const char *name;      /* C prefix */
    Vec(Function) function;
    Vec(ProgramStep) step;
    Vec(Weight) weight;
    Vec(ArenaTensor) tensor;
    PlanResult plan;       /* peak is the arena's size, bytes; lower bound and proof */
    int64_t arena_bytes;   /* plan.peak rounded up to the alignment */
    int64_t ram_bytes;     /* arena, inputs, outputs and what the stack may need, an estimate */
    int64_t arena_align;   /* 64; 8 where memory is counted and there are no vectors */
    const int64_t *port_at; /* where inputs, then outputs begin in the arena; NULL: the caller has them elsewhere */
    int threads;           /* that may share a loop, 1: there are no parallel loops */
    bool small;            /* code size before speed */
    bool rounds;           /* numbers are rounded to whole ones: so that all targets have the same, no product is summed unrounded */
    int64_t weight_bytes;  /* of the weights file */
    int64_t macs;
    uint32_t nodes_imported, nodes_after_passes; /* for the report */
    Vec(ProgramSize) size; /* empty: all is known; else numbers are those of the largest sizes */
    const char **port_dim; /* with sizes: the dimensions of inputs and outputs, one behind the other */
} Program;

/* Each has what those before it do. */
typedef enum {
    FRUGAL_not,
    FRUGAL_stack, /* arrays of kernels lie in the arena, where other steps have something else */
    FRUGAL_rows,  /* kernels take turns row by row where that makes the largest step smaller (rows.h) */
    FRUGAL_count
} Frugality;

/* Is the function's C its own, or that of the first kernel that shares it? */
static inline bool function_written(const Program *p, uint32_t function) {
    const SharedFunction *s = p->function.at[function].shared;
    return !s || s->first == function;
}

typedef struct {
    const char *name;      /* C prefix; NULL: from the file name */
    const Target *target;
    bool keep_all;         /* every kernel output becomes an output of the program (verify's search for the bad node) */
    bool small;            /* code size before speed */
    bool precise;          /* nothing rounds more than the model: no halves in memory */
    const char *schedules; /* lines `kernel-name: schedule` that override, or NULL */
    int threads;           /* 0 and 1: plain code */
    int64_t grain;         /* operations that a loop needs to be shared; 0: PARALLEL_GRAIN */
    bool general;          /* plain loops that differ between sizes in numbers alone */
    bool no_memory;        /* the arena is not planned */
    int64_t goal;          /* FRUGAL_rows: an arena that is small enough */
    Frugality frugal;      /* what time may be spent on using less memory */
    bool ports;            /* inputs and outputs lie in the arena, so that what overwrites them needs no room of its own */
} ProgramOptions;

/* Fusion into kernels, schedules, order, memory plan; the passes ran before (pass/compile.h). g is changed. NULL with diagnostics (a symbolic dim that
 * is left, for one: names the input and --input-shape). */
Program *program_build(Arena *a, Graph *g, const ProgramOptions *o, Diag *d);
/* The step that needs the most memory, and what lies there, largest first: `step 3, "conv1" (Conv): t 16384, x 8192`. */
const char *program_largest_step(Arena *a, const Program *p);
/* Writes the weights in the order the kernels read them through `put` (called with consecutive pieces). */
bool program_weight(const Weight *w, bool (*put)(void *ctx, const void *data, size_t n), void *ctx); /* one of them */
bool program_weights(const Program *p, bool (*put)(void *ctx, const void *data, size_t n), void *ctx);
#endif
