/* How to walk a nest. A schedule is a short list of steps; it prints and parses as one line:
 *     interior(ow) tile(oc,4) tile(ow,16) vector(ow.i) pack(w,oc,4)
 * Axes are named as in the nest; after split(oc,4) there are oc.o and oc.i. Every step is checked; a refused one says
 * why and leaves the plan as it was. */
#ifndef TENON_NEST_SCHEDULE_H
#define TENON_NEST_SCHEDULE_H
#include "nest/nest.h"
#include "target/target.h"

/*  STEP(name, operands: axes a, number n, buffer b; what it does) */
#define STEP_TABLE(STEP) \
    STEP(split, "an", "axis -> axis.o, axis.i of n points; a last, shorter piece where n does not divide") \
    STEP(reorder, "a*", "the named pieces take each other's places in this order") \
    STEP(tile, "an", "split, and the inner piece goes innermost: n points held in registers across the reduction") \
    STEP(fuse, "aa", "two neighbouring axes that every access walks as one become one") \
    STEP(flatten, "aa", "fuse where only the target walks both as one: lanes of operands may stand anywhere") \
    STEP(block, "an", "axis -> axis_b of blocks, axis_l of the n points in one, two axes of their own; n divides") \
    STEP(vector, "a", "the piece's points are the lanes of one vector") \
    STEP(turn, "aa", "the two innermost pieces: tiles loaded in vectors of the first, turned, stored in vectors of the second") \
    STEP(apart, "a", "each point of the reduced piece has an accumulator of its own, joined at the end") \
    STEP(partial, "a", "each iteration of the outermost reduced piece sums from 0, then adds that up: smaller rounding errors") \
    STEP(unroll, "a", "the piece's loop is written out") \
    STEP(edges, "a", "tiles at the borders, where a guard may fail, are written out on their own") \
    STEP(interior, "a", "borders, where the guard may fail, become loops of their own") \
    STEP(pack, "ban", "constant b is stored with the dimension that the axis walks in innermost blocks of n") \
    STEP(stream, "b", "constant b is stored in the order in which the loops read it") \
    STEP(dot, "aab", "sums of bytes: points of the reduced piece times lanes of the last one, constant b stored so") \
    STEP(mmla, "aaab", "sums of bytes: eight points of the reduced piece for two of the next and two lanes of the last one, constant b stored so") \
    STEP(elements, "a", "neighbours along the reduced piece that all lanes share are one vector; products take its elements") \
    STEP(pair, "aab", "sums of 16-bit numbers by bytes: two points of the reduced piece times two of the last one, constant b stored so") \
    STEP(twos, "a", "sums of 16-bit numbers by 16-bit numbers: two neighbouring points of the reduced piece at a time") \
    STEP(row, "a", "sums of bytes by a constant i8: all lanes of the innermost piece, the whole reduction at once") \
    STEP(inline, "b", "a local is computed where it is read") \
    STEP(parallel, "a", "iterations are shared among threads, together with those of the parallel axis outside it")

typedef enum StepKind {
#define STEP(name, operands, help) STEP_##name,
    STEP_TABLE(STEP)
#undef STEP
        STEP_count
} StepKind;

#define MAX_STEP_AXES 16
typedef struct {
    StepKind kind;
    uint8_t naxis;
    const char *axis[MAX_STEP_AXES];
    const char *buffer;
    int64_t number;
} Step;

typedef struct {
    Vec(Step) step;
} Schedule;

bool schedule_parse(Arena *a, const char *text, Schedule *out, char **why);
void schedule_print(const Schedule *s, Str *out);

/* A piece of a root axis: points begin + sum of piece * step. */
typedef struct {
    AxisId root;
    const char *name;
    int64_t step;   /* distance between its iterations, in points of the root axis */
    int64_t size;   /* iterations; the outermost piece of an axis: rounded up */
    bool outermost; /* of its root axis */
    bool vector, unroll, parallel, reduce;
    bool apart;     /* reduced: an accumulator for each iteration (for each lane, where it is a vector) */
    bool dot;       /* reduced: one instruction sums its points for all lanes */
    bool mmla;      /* spatial: two of its points at a time are the rows of one instruction */
    bool elements;  /* reduced: its points of what all lanes share are loaded as one vector */
    bool pair;      /* reduced: two points whose products one instruction sums */
    bool lanes;     /* then: for one of the last piece's two, by a constant of bytes */
    bool row;       /* the innermost: one call sums all its points */
    bool partial;   /* reduced: accumulators begin anew in each iteration and are added up */
    uint8_t place;  /* of its axis in the stage's order */
} Piece;

#define MAX_PIECES 40
typedef struct {
    int npiece; /* none where stages are joined: their loops are as they stand */
    Piece piece[MAX_PIECES];           /* outside in; spatial pieces behind the first reduced one are the register tile */
    AxisId interior[MAX_RANK];
    int ninterior;
    AxisId edges[MAX_RANK];
    int nedges;
    bool scattered; /* lanes of operands may be loaded one by one */
    bool turn; /* the last two pieces are loaded in vectors of one and stored in vectors of the other */
    AxisId turns; /* the serial axis by which the stage takes turns with its neighbours, no piece; or NO_AXIS */
} StagePlan;

typedef struct {
    Nest *nest; /* steps change it: fuse, pack, inline */
    StagePlan *stage; /* one a stage */
    const Target *target;
    bool small;     /* code size before speed */
    bool tight;     /* memory is counted: no arrays on the stack that could lie in scratch */
    bool general;   /* whatever the sizes: arrays lie in scratch memory */
    Arena *scratch; /* while a step is checked */
    bool shared[2 * MAX_RANK]; /* one an axis that all stages share: its iterations are shared among threads */
    int64_t grain;             /* parallel loops of less work than this run on one thread; 0: all are as the steps say */
} Plan;

Plan *plan_new(Arena *a, Nest *n, const Target *t);
/* False and *why (in the nest's arena) when the step is illegal. */
bool plan_apply(Plan *p, const Step *s, const char **why);
bool plan_apply_all(Plan *p, const Schedule *s, const char **why);
/* The rule-of-thumb schedule for a target: scalar order for C99, vectors and register tiles for vector targets. The
 * steps have been applied to p and are returned for the comment and the log. */
Schedule schedule_default(Arena *a, Plan *p);

/* Loops whose iterations are shared among threads (parallel.c), after the other steps: the outermost loops of each stage that is worth it. The steps are applied to p and appended. */
#define PARALLEL_GRAIN 16384 /* operations, a few microseconds: some tens of what sharing a loop costs */
bool schedule_parallel(Arena *a, Plan *p, int threads, int64_t grain, Schedule *out);
#endif
