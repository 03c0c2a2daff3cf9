/* Groups of a graph as jobs: nests, what they read and write, what must run before. */
#ifndef TENON_PLAN_JOBS_H
#define TENON_PLAN_JOBS_H
#include "plan/storage.h"

typedef struct {
    Job *at;
    uint32_t n;
    Storage *storage;
} Jobs;

/* keep_all: every kernel's result becomes a graph output first. plain: for all sizes (program.h), views at no offset
 * alone. halves: values lie in memory as halves where they can (half.h). False with diagnostics. */
bool jobs_make(Arena *a, Graph *g, bool keep_all, bool plain, bool halves, Diag *d, Jobs *out);
#endif
