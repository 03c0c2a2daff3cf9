/* The choice of layouts over a whole graph, as a smallest cut, and the constants of nodes on blocked channels. */
#ifndef TENON_PASS_LAYOUT_H
#define TENON_PASS_LAYOUT_H
#include "base/arena.h"
#include "base/vec.h"
#include "pass/rewrite.h"

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

/* ---- constants (layout_const.c); v and w are f32 constants ------------------------------------------------------ */

/* Dimension `dim` of channels filled with zeros up to whole blocks; v itself where there is nothing to fill. */
ValueId const_padded(Rw *r, ValueId v, int64_t block, int dim);
/* Dimension `dim` of channels split into blocks, [.., c, ..] -> [.., c/block, .., c%block], and filled with zeros. */
ValueId const_blocked(Rw *r, ValueId v, int64_t block, int dim);
/* Weights [oc, ic, kernel] of a convolution with groups, `merged` of which become one: [oc, ic * merged, kernel]. */
ValueId const_merged(Rw *r, ValueId w, int64_t group, int64_t merged);
/* Weights [ic, oc, kernel] of a transposed convolution -> [phase, oc, ic, taps], see OP_ConvTransposeBlocked. */
ValueId const_phases(Rw *r, ValueId w, const Ints *strides, const Ints *pads);
bool phases_fit(const Ints *strides); /* whether const_phases can be called */
#endif
