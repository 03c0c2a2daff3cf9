/* Shared by pack.c and pack_search.c. */
#ifndef TENON_PLAN_PACK_INTERNAL_H
#define TENON_PLAN_PACK_INTERNAL_H
#include "plan/pack.h"

enum {
    PACK_SEARCH_BUFFERS = 2048, /* larger groups get the greedy result: tables grow with the square */
    PACK_UNITS = 1 << 29        /* sum of sizes in units stays below, so that int32 holds every offset */
};

/* One group of buffers that time does not separate, sizes in units. Sections are the largest live sets (maximal
 * cliques of the interval graph) in time order: no other step can bind. */
typedef struct {
    int n, sections;
    int32_t *lower, *upper; /* [n] steps */
    int32_t *size, *align;  /* [n] units */
    int32_t *first, *last;  /* [n] live in sections [first, last) */
    int32_t *total;         /* [sections] sum of sizes */
    int32_t *start, *next;  /* buffers that overlap i in time: next[start[i] .. start[i + 1]) */
    int32_t *twin;          /* [n] the buffer before i with the same lifetime, size and alignment, or -1 */
} PackGroup;

typedef struct {
    int32_t goal;    /* in: stop at this peak or below */
    int32_t peak;    /* in and out: best known */
    int32_t proven;  /* out: no packing is lower */
    int32_t *offset; /* [n] out, where `found` */
    bool found;      /* offset holds a packing of `peak` */
    int64_t nodes, node_limit;
    int64_t work, work_limit; /* inner loop steps: bounds the time where nodes are costly */
} PackSearch;

/* Lowers s->peak towards s->goal within the limits; deterministic. */
void pack_search(Arena *tmp, const PackGroup *g, PackSearch *s);

typedef struct {
    int64_t key, tie;
    int index;
} PackItem;
/* Ascending by key, then tie, then index. */
void pack_sort(PackItem *item, int n);
#endif
