/* The classes of a convolution's results along one dimension: those whose windows reach equally far beyond the border of
 * the operand are one class. All that lie inside are one, each at a border is one of its own. */
#ifndef TENON_OP_BORDER_H
#define TENON_OP_BORDER_H
#include "ir/attr.h"
#include "ir/dim.h"

typedef struct {
    int64_t in, out, kernel, stride, dilation, pad;
    int64_t before, after; /* results whose windows begin before the operand, or end behind it */
    int64_t classes;       /* before + 1 + after; `out` where that is less */
} Border;

/* Of spatial dimension d; in and out are the sizes of operand and result. */
Border border_of(const Attr_ConvBlocked *a, int64_t kernel, int d, int64_t in, int64_t out);
/* Does tap k, of all `spatial` dimensions row by row, lie inside for results of class `row`, counted likewise? */
bool border_reads(const Border *b, int spatial, int64_t row, int64_t k);
#endif
