/* The reference interpreter's tape: a stage's expressions as instructions over blocks of LANES points. */
#ifndef TENON_OP_EVAL_H
#define TENON_OP_EVAL_H
#include "base/vec.h"
#include "nest/nest.h"

#define LANES 128
/* Runs over the lanes in eights, so that compilers see constant trip counts: up to 7 lanes behind n compute junk. */
#define EACH_LANE(l, n)                                                                                                \
    for (int l##_ = 0; l##_ < (n); l##_ += 8)                                                                          \
        for (int l = l##_; l < l##_ + 8; l++)
#define NO_SLOT UINT32_MAX

/* A value of every point of the block. Floats of any type are doubles (rounded to the type after each operation),
 * integers, booleans and indices are int64 (u64 by its bits). */
typedef union {
    int64_t i[LANES];
    double f[LANES];
} Slot;

typedef enum {
    T_fn,
    T_cast,
    T_offset, /* index times stride; OFFSET_BAD outside the dimension */
    T_load,   /* at the offset arg[0] */
    T_address, /* of what T_load would read */
    T_reduce,
    T_mask,
    T_mask_not,
} TapeOp;
#define OFFSET_BAD (INT64_MIN / 16) /* keeps a sum with offsets inside buffers negative */

typedef struct {
    uint8_t op, fn, dtype, from; /* from: type of the first operand */
    bool is_index;
    uint32_t to, arg[3];
    uint32_t extra; /* T_offset, T_load, T_reduce: which of the tape's */
} Ins;

typedef struct {
    Vec(Ins) ins;
} Segment;

typedef struct {
    int64_t dim, stride;
} TapeOffset;

typedef struct {
    BufId buf;
    uint32_t mask; /* lanes that are read; NO_SLOT: all */
} TapeLoad;

/* Nested loops, the outermost first; level[d] is what the axes 0..d decide. */
typedef struct {
    int naxis;
    Segment *level[2 * MAX_RANK];
    uint32_t axis[2 * MAX_RANK]; /* slots */
    int64_t extent[2 * MAX_RANK];
    uint32_t value, guard; /* guard: lanes that count, NO_SLOT: all */
} TapeReduce;

typedef struct {
    Segment *root;
    Vec(TapeOffset) offset;
    Vec(TapeLoad) load;
    Vec(TapeReduce) reduce;
    Slot *slot;
    uint32_t nslot;
    uint32_t axis[2 * MAX_RANK]; /* slots of the stage's axes */
    uint32_t index[MAX_RANK], value, guard;
} Tape;

/* NULL when the expression nests too deeply or names an axis that nothing runs over. */
Tape *tape_make(const Nest *n, const Stage *s, Arena *a);

/* v rounded to (wrapped at) the width of t. */
double eval_round(DType t, double v);
int64_t eval_wrap(DType t, int64_t v);
/* Operators on `n` lanes; from: the operands' type. */
void eval_fn(const Ins *ins, const Slot *a, const Slot *b, const Slot *c, Slot *to, int n);
void eval_cast(DType from, DType to, const Slot *a, Slot *r, int n);

/* Memory of a buffer. */
typedef struct {
    char *at;
    DType dtype;
    int rank;
    int64_t dim[MAX_RANK], stride[MAX_RANK];
} Memory;

typedef struct {
    const Tape *tape;
    const Memory *memory;
} TapeRun;

/* Reads elements at off[] into r. */
void eval_read(const Memory *m, const int64_t *off, Slot *r, int n);
void eval_write(const Memory *m, int64_t off, const Slot *v, int lane);
/* Runs the tape's root segment over n lanes; false: an element outside a buffer was read. */
bool tape_run(const TapeRun *run, int n);
#endif
