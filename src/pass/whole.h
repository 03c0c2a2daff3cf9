/* Constants of whole numbers, whose sums of products floats compute exactly as long as they stay below 2^24. */
#ifndef TENON_PASS_WHOLE_H
#define TENON_PASS_WHOLE_H
#include "pass/rewrite.h"

#define WHOLE_LIMIT 16777216.0 /* f32 holds every whole number up to here */

/* Integer constant v less its zero point (one for all, or one a position of `axis`; NO_VALUE: none) as f32 constant,
 * marked exact. NO_VALUE where v is no constant or an element lies beyond WHOLE_LIMIT. */
ValueId whole_const(Rw *r, ValueId v, ValueId zero, int axis);
void whole_range(const Graph *g, ValueId v, double *lo, double *hi);
/* The largest sum of absolute values that belongs to one output channel: `axis` 0: of w[axis]; the last: of a column of
 * a matrix. */
double whole_sum(const Graph *g, ValueId w, int axis);
/* New nodes on whole floats: v + x (v itself where x is 0), v between lo and hi, v as a t. */
ValueId whole_plus(Rw *r, NodeId like, ValueId v, double x);
ValueId whole_clip(Rw *r, NodeId like, ValueId v, double lo, double hi);
ValueId whole_cast(Rw *r, NodeId like, ValueId v, DType t);
void *whole_cast_attr(Rw *r, DType t); /* of Cast, for rw_become */

typedef struct {
    bool known, whole;
    double lo, hi;
} WholeBound;

/* What was found out about the values that a pass began with. */
typedef struct {
    uint32_t n;
    WholeBound *at;
} WholeBounds;
WholeBounds whole_bounds_new(const Rw *r);
/* Are the elements of v whole numbers? Between which they lie, also of others: infinities where that is not known. */
bool whole_bounds(Rw *r, WholeBounds *b, ValueId v, double *lo, double *hi);
bool whole_bytes(const Tensor *w); /* contents, all whole, from -128 to 127 */
#endif
