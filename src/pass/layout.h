/* The choice of layouts over a whole graph, as a smallest cut. */
#ifndef TENON_PASS_LAYOUT_H
#define TENON_PASS_LAYOUT_H
#include "base/arena.h"
#include "base/vec.h"

typedef struct {
    uint32_t to, next; /* edges of a node are a list; edge e and e ^ 1 are each other's reverse */
    double room;
} FlowEdge;

/* A flow network; node 0 is the source, node 1 the sink. */
typedef struct {
    Arena *arena;
    uint32_t nodes;
    uint32_t *first, *level, *at;
    Vec(FlowEdge) edge;
} FlowCut;

#define CUT_SOURCE 0u
#define CUT_SINK 1u
#define CUT_NEVER 1e30

FlowCut *cut_new(Arena *a, uint32_t nodes);
/* Cutting from `a` (source side) to b (sink side) costs ab, the other way round ba. */
void cut_edge(FlowCut *c, uint32_t a, uint32_t b, double ab, double ba);
/* side[i]: node i is on the source's side of a smallest cut (Dinic 1970: level graphs and blocking flows). False where
 * that takes more than `most` steps; side is then not set. */
bool cut_solve(FlowCut *c, bool *side, uint64_t most);
#endif
