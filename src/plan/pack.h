/* Dynamic storage allocation: buffers with a lifetime and a size get offsets in one arena.
 * Greedy portfolio, then branch and bound over canonical solutions (after the published idea of MiniMalloc,
 * Moffitt 2023: sections, floor inference, dominance, symmetry), written from the description. */
#ifndef TENON_PLAN_PACK_H
#define TENON_PLAN_PACK_H
#include "base/arena.h"

typedef struct {
    int32_t lower, upper; /* live in steps [lower, upper) */
    int64_t size;         /* bytes, > 0 */
    int64_t align;        /* power of two, >= 1: the offset is a multiple */
    int64_t offset;       /* result */
} PlanBuffer;

typedef struct {
    int64_t peak;        /* bytes used: max(offset + size) */
    int64_t lower_bound; /* largest live set: max over steps of the sum of live sizes */
    bool optimal;        /* proven: peak == lower_bound, or the search was exhausted */
    const char *method;  /* which member of the portfolio, or "branch and bound" */
    int64_t nodes;       /* search nodes visited */
} PlanResult;

typedef struct {
    int64_t capacity;   /* stop as soon as the peak fits; 0: aim for the lower bound */
    int64_t node_limit; /* search effort, deterministic (no clock); 0: default */
} PlanOptions;

/* Fills every offset; result is always a valid packing. Scratch memory from `tmp`. Deterministic. */
PlanResult plan_pack(Arena *tmp, PlanBuffer *buffers, int n, PlanOptions options);
/* Independent checker: true when no two buffers that live together overlap, all aligned and inside [0, peak). */
bool plan_check(const PlanBuffer *buffers, int n, int64_t peak);
#endif
