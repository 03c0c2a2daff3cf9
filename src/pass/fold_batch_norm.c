#include "pass/affine.h"

/* What no linear node could take: x * scale + shift, constants shaped [c,1,1..]. */
static bool lower(Rw *r, NodeId n) {
    const Shape *s = value_shape(r->g, rw_in(r, n, 0));
    ValueId x = rw_in(r, n, 0);
    if (s->rank < 2 || !dim_known(s->dim[1])) return false;
    DType t = r->g->value.at[x].dtype;
    Affine a = affine_identity(r, s->dim[1]);
    Shape c = {.rank = (int8_t)(s->rank - 1), .dim = {s->dim[1]}};
    for (int i = 1; i < c.rank; i++) c.dim[i] = 1;
    if (!affine_then(r, n, x, 1, &a)) return false;
    bool shift = false;
    for (int64_t i = 0; i < a.n; i++) shift |= a.shift[i] != 0;
    ValueId in[2] = {x, rw_const(r, "scale", t, &c, a.scale)};
    if (!shift) {
        rw_become(r, n, OP_Mul, 2, in, NULL);
        return true;
    }
    in[0] = rw_node(r, n, OP_Mul, 2, in, NULL);
    in[1] = rw_const(r, "shift", t, &c, a.shift);
    rw_become(r, n, OP_Add, 2, in, NULL);
    return true;
}

bool pass_fold_batch_norm(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n; n++) affine_fold(&r, n, true);
    for (NodeId n = 0, end = g->node.n; n < end; n++)
        if (rw_at(&r, n)->op == OP_BatchNormalization && lower(&r, n)) c->hits++;
    return rw_end(&r);
}
