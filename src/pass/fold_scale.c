#include "pass/affine.h"

bool pass_fold_scale(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n; n++) affine_fold(&r, n, false);
    return rw_end(&r);
}
