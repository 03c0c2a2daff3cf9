#include "pass/rewrite.h"

/* f2(f1(x, c1), c2) is f(x, g(c1, c2)) */
static const struct {
    Op inner, outer, now;
    bool swap; /* g(c2, c1) */
    double (*g)(double, double);
} chain[] = {
    {OP_Add, OP_Add, OP_Add, false, const_add}, {OP_Mul, OP_Mul, OP_Mul, false, const_mul},
    {OP_Mul, OP_Div, OP_Mul, false, const_div}, {OP_Div, OP_Div, OP_Div, false, const_mul},
    {OP_Div, OP_Mul, OP_Mul, true, const_div},
};

static bool merge(Rw *r, NodeId n) {
    ValueId mid = rw_in(r, n, 0), c2 = rw_in(r, n, 1);
    NodeId p = rw_def(r, mid);
    if (!value_data(r->g, c2) || p == NO_NODE || !rw_single(r, mid) || !dtype_is_float(r->g->value.at[mid].dtype))
        return false;
    for (size_t k = 0; k < sizeof chain / sizeof *chain; k++) {
        if (rw_at(r, p)->op != chain[k].inner || rw_at(r, n)->op != chain[k].outer) continue;
        ValueId x = rw_in(r, p, 0), c1 = rw_in(r, p, 1);
        if (!value_data(r->g, c1) || value_data(r->g, x)) return false;
        ValueId c = rw_const_zip(r, chain[k].swap ? c2 : c1, chain[k].swap ? c1 : c2, chain[k].g);
        if (c == NO_VALUE) return false;
        rw_absorb(r, n, p);
        rw_become(r, n, chain[k].now, 2, (ValueId[2]){x, c}, NULL);
        return true;
    }
    return false;
}

bool pass_merge_constants(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n; n++)
        if (rw_at(&r, n)->op != OP_none && rw_at(&r, n)->nin == 2 && merge(&r, n)) c->hits++;
    return rw_end(&r);
}
