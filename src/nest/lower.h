/* Nest + plan -> loop tree: what the renderers print. */
#ifndef TENON_NEST_LOWER_H
#define TENON_NEST_LOWER_H
#include "nest/schedule.h"

typedef enum {
    LOOP_block,  /* body[] */
    LOOP_for,    /* for (axis = lo; axis < hi; axis++) body */
    LOOP_vector, /* body once, for all lanes of axis together */
    LOOP_if,     /* if (lo) body */
    LOOP_var,    /* declares var, filled with `value` (all elements) unless NO_EXPR */
    LOOP_set,    /* var[index] combine= value */
    LOOP_fold,   /* var[index] combine= the lanes of vector `value`, combined */
    LOOP_store,  /* buffer[offset] combine= value */
    LOOP_clear,  /* all of local buf, stored in an order of its own, becomes 0 */
    LOOP_call,   /* snippet `note` on var, an array of vectors */
    LOOP_tile,   /* array var of sums = offset (a load of the first lane's, or NO_EXPR: 0) + products `value` of pairs of
                    bytes and 16-bit numbers, for axis from lo to hi; without axis: products that its body sums */
    LOOP_note,   /* comment */
} LoopKind;

typedef struct LoopNode {
    LoopKind kind;
    AxisId axis;
    ExprId lo, hi; /* index expressions; lo is the condition of LOOP_if */
    bool unroll, parallel;
    bool down;  /* LOOP_for: from the last iteration to the first */
    AxisId dot; /* LOOP_set: the sum of value over this axis of bytes, in one instruction; NO_AXIS */
    AxisId mmla; /* LOOP_set: with `dot`, of two points of this axis in one instruction; lo and hi: the second one counts, the
                    first one does, or NO_EXPR: always */
    bool pair;  /* that axis has two points; lo: the second one counts, or NO_EXPR: always */
    uint32_t var;
    BufId buf;
    ExprId offset, value;
    uint8_t nindex;
    ExprId index[MAX_RANK];
    Combine combine;
    const char *note;
    Vec(struct LoopNode *) body;
} LoopNode;

/* A scalar, a vector, or an array of either, in registers or on the stack. X_var expressions name it: args are its
 * indices, one more (the lane) where a single lane of a vector is meant. */
typedef struct {
    const char *name;
    DType dtype;
    int lanes; /* 1: scalar */
    int ndim;
    int64_t dim[MAX_RANK];
} LoopVar;

typedef struct {
    Nest *nest;
    LoopNode *root;
    Vec(LoopVar) var;
    /* Locals too big for the stack: one scratch block, a parameter of the kernel. */
    int64_t scratch_bytes;
    int64_t *scratch_offset; /* one a buffer; -1: not in scratch */
    int64_t stack_bytes; /* locals */
    int64_t row_bytes;   /* the largest row of sums (rows.c), on the stack too */
    bool scratch_each; /* scratch is used inside a loop that threads share: one for each */
} LoopTree;

#define LOWER_STACK_LIMIT 2048 /* bytes of one local array before it goes to scratch */
#define LOWER_STACK_TIGHT 128  /* the same where memory is counted */

LoopTree *lower(Arena *a, Plan *p);
/* The loops that threads share, those inside another one not counted (parallel.c). */
uint32_t parallel_loops(const LoopTree *t);
/* Parallel loops of less work than this become plain ones. */
void parallel_settle(LoopTree *t, int64_t grain);
void loop_print(const LoopTree *t, Str *out); /* for tests and dumps: reads like the C it becomes */
#endif
