/* Graph passes: bool f(Graph *, PassContext *) returns whether it changed anything. The order is passes.def. */
#ifndef TENON_PASS_PASS_H
#define TENON_PASS_PASS_H
#include "ir/graph.h"
#include "target/target.h"

typedef struct {
    Arena *tmp;           /* reset after each pass */
    Diag *diag;
    const Target *target;
    uint32_t hits;        /* a pass adds how often it rewrote, for the report */
    bool precise;         /* nothing that rounds more than the model's own arithmetic: no Winograd */
    bool small;           /* quantised weights stay as they are, and are dequantised by each run */
    bool half_weights;    /* constants of floats are stored as f16 */
    int64_t fold_limit;   /* bytes that constant folding may make per tensor */
} PassContext;

typedef bool PassFn(Graph *, PassContext *);

typedef struct {
    const char *name, *help;
    PassFn *run;
} Pass;

extern const Pass passes[]; /* ends with a NULL name; made from passes.def */

typedef struct {
    const char *const *skip; /* NULL-terminated names, or NULL */
    const char *stop_after;  /* name or NULL */
    const char *dump;        /* name, "all", or NULL: prints the graph after it */
    bool precise, small, half_weights; /* see PassContext */
    bool verify;             /* verifier after each pass */
    FILE *report;            /* one line a pass, or NULL */
    FILE *dump_to;
} PassOptions;

/* Runs all in order. False when a name is unknown or a verifier complained. */
bool passes_run(Graph *g, const Target *t, const PassOptions *o, Diag *d);
#endif
