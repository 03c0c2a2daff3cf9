/* Slices, and how they move above the node that they read. */
#ifndef TENON_PASS_SLICE_H
#define TENON_PASS_SLICE_H
#include "pass/rewrite.h"

typedef struct {
    int rank;
    int64_t start[MAX_RANK], step[MAX_RANK], count[MAX_RANK];
    bool cut[MAX_RANK]; /* dimension is not taken as a whole */
    int ncut;
} Cut;

/* The slice as numbers; false with symbols in it, or where it takes everything. */
bool cut_of(Rw *r, NodeId n, Cut *c);
void *slice_attr(Rw *r, int rank, const int64_t *start, const int64_t *step, const int64_t *count);
/* The dimension that dimension `axis` of the result of a Reshape was before: of the same extent, or of *inner times
 * the extent, where the dimensions behind it were split off. -1 where there is none. */
int reshape_axis(const Shape *from, const Shape *to, int axis, int64_t *inner);

/* Slice n becomes the node p that it reads, on sliced operands (new Slice nodes). The caller knows that nobody else
 * needs what p makes. False where p does not allow it. */
bool slice_above(Rw *r, NodeId n, NodeId p, const Cut *c);
/* Whether going up from v meets something better than the end of a convolution's kernel. */
bool slice_worth(Rw *r, ValueId v);
#endif
