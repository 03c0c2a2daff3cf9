/* Which bytes of a value the iterations of a kernel's outer loops touch. */
#ifndef TENON_PLAN_TOUCH_H
#define TENON_PLAN_TOUCH_H
#include "nest/nest.h"
#include "op/op.h"

#define TOUCH_NEVER (INT64_MAX / 4)
#define TOUCH_NOTHING (INT64_MIN / 4)

typedef struct {
    int64_t count;      /* iterations of the loops that all stages share; of a single stage: of its first axis */
    int64_t *low, *high; /* one an iteration: first byte, and behind the last one; TOUCH_NEVER and TOUCH_NOTHING where none */
    bool late;          /* the last stage, which writes, reads it */
} Touched;

/* The buffer of value v that is a parameter of this kind, or NO_BUF. */
BufId touch_buffer(const Nest *n, ValueId v, BufKind kind);
/* How many outer axes there are: those that all stages share; of a single stage those up to the first of more than one point. */
int touch_axes(const Nest *n);
/* What is read of v, whole elements; false where that is not known. In an iteration all stages but the last run before that
 * one. */
bool touch_reads(Nest *n, Arena *a, ValueId v, Touched *out);
/* What is written of v; false where anything but the last stage's plain store does that. */
bool touch_writes(Nest *n, Arena *a, const Graph *g, ValueId v, Touched *out);
/* Calls each(ctx, load) for the loads of buffer b in stage s; false where there are too many. */
bool touch_loads(Nest *n, uint32_t s, BufId b, bool (*each)(void *ctx, ExprId load), void *ctx);
#endif
