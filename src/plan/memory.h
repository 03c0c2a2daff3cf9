/* The arena of one graph: what lies in it when, and where. */
#ifndef TENON_PLAN_MEMORY_H
#define TENON_PLAN_MEMORY_H
#include "plan/rows.h"

typedef Vec(Rows) RowGroups;

typedef struct {
    const Job *job;
    const uint32_t *order;
    uint32_t n;
    const RowGroups *groups; /* by position; their jobs are one step in time */
    int64_t align;
    const bool *keeps;       /* one a job: its loops go in the nest's order; NULL: no results over operands */
    const bool *down;        /* one a job: its outermost loop goes down; NULL: none does */
} MemoryTask;

typedef struct {
    PlanBuffer *buf;         /* roots, then scratch; times are positions, a group counts as one */
    uint32_t *slot, *number; /* the value of a buffer that is a root; the buffer of a value, or UINT32_MAX */
    uint32_t *scratch;       /* one a job: the buffer of its scratch, or UINT32_MAX; a group's jobs share one */
    uint32_t count, values;
    PlanPair *pair;
    OverlapPair *overlap;    /* what the pairs are of */
    uint32_t pairs;
    uint32_t steps;          /* in time */
} ArenaPlan;

ArenaPlan memory_make(const Storage *s, Arena *a, const MemoryTask *t);
/* Offsets of all buffers. */
PlanResult memory_pack(Arena *a, ArenaPlan *m);
bool memory_overlaps(const ArenaPlan *m, uint32_t pair); /* as packed */
/* The least that the arena needs, results in place and over their operands; s is as it is before in-place results. */
int64_t memory_need(Storage *s, const MemoryTask *t);
/* Groups of rows, one after the other, as long as the largest step becomes smaller and the arena is above `goal`; each is
 * only taken where fits(ctx) says that its kernels can be cut. s is as it is before in-place results.
 * Returns what the arena then needs. */
int64_t memory_rows(Storage *s, Arena *a, const MemoryTask *t, int64_t goal, bool (*fits)(void *ctx, const Rows *g), void *ctx, RowGroups *out);
#endif
