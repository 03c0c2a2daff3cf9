/* Dynamic storage allocation: buffers with a lifetime and a size get offsets in one arena.
 * Parts that time separates are packed apart: a greedy portfolio, then branch and bound over canonical solutions
 * (sections, floor inference, dominance, symmetry, restarts). Written from the published ideas of MiniMalloc (Moffitt
 * 2023) and of disjunctive scheduling.
 *
 * Sizes count rounded up to the smallest alignment among the buffers, in the peak and in the lower bound too. */
#ifndef TENON_PLAN_PACK_H
#define TENON_PLAN_PACK_H
#include "base/arena.h"

typedef struct {
    int32_t lower, upper; /* live in steps [lower, upper); none: offset 0, and shares its place with any other */
    int64_t size;         /* bytes; 0 gets offset 0 */
    int64_t align;        /* power of two, >= 1: the offset is a multiple */
    int64_t offset;       /* result */
} PlanBuffer;

typedef struct {
    int64_t peak;        /* bytes used: max(offset + size); INT64_MAX when that many cannot be counted */
    int64_t lower_bound; /* largest live set: max over steps of the sum of live sizes; at most INT64_MAX */
    bool optimal;        /* proven: peak == lower_bound, or the search was exhausted */
    const char *method;  /* what packed the part with the peak: member of the portfolio, or "branch and bound" */
    int64_t nodes;       /* search nodes visited */
} PlanResult;

typedef struct {
    int64_t capacity;   /* stop as soon as the peak fits; 0: aim for the lower bound */
    int64_t node_limit; /* search effort, deterministic (no clock); 0: default, at most two or three seconds */
} PlanOptions;

/* Fills every offset. The result is a valid packing unless the peak is INT64_MAX. Scratch memory from `tmp`, which
 * keeps a few times the buffers' own size. Deterministic: the same on every machine. */
PlanResult plan_pack(Arena *tmp, PlanBuffer *buffers, int n, PlanOptions options);
/* Two buffers that live together in one step alone, where the second is read while the first is written: they may overlap
 * where the first begins at least `before` bytes before the second, and where the distance from byte `inside` of the second
 * to the first is a multiple of `multiple`. */
typedef struct {
    int result, operand;
    int64_t before;   /* may be negative */
    bool down;        /* the other way: the first begins at least `before` bytes behind the second */
    int64_t inside;
    int64_t multiple; /* 0: the first way alone */
} PlanPair;

/* The same with pairs (pack_pairs.c): first fit in many orders, then changes of the best one; the lower bound counts what
 * pairs can save. */
PlanResult plan_pack_pairs(Arena *tmp, PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs);
/* The most bytes of a step, pairs as near as they may be, and that step. excess, if not NULL: what steps have above `goal`,
 * all together. */
int64_t plan_pairs_bound(const PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs, int32_t *step, int64_t goal, int64_t *excess);
bool plan_check_pairs(const PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs, int64_t peak);
/* Independent checker: true when no two buffers that live together overlap, all aligned and inside [0, peak). */
bool plan_check(const PlanBuffer *buffers, int n, int64_t peak);
#endif
