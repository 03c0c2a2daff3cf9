#include "pass/rewrite.h"

/* The operands of n with each Concat along the same axis that only n reads replaced by its operands, in order. A stack
 * stands for the recursion; every operand is pushed once. */
static bool flatten(Rw *r, NodeId n) {
    int64_t axis = RW_ATTR(r, n, Axis)->axis;
    Vec(ValueId) todo = {0}, flat = {0};
    uint64_t total = rw_at(r, n)->nin;
    bool any = false;
    for (unsigned i = rw_at(r, n)->nin; i-- > 0;) vec_push(r->tmp, &todo, rw_in(r, n, i));
    while (todo.n) {
        ValueId v = todo.at[--todo.n];
        NodeId p = rw_def_op(r, v, OP_Concat);
        uint64_t with = p == NO_NODE ? 0 : total + rw_at(r, p)->nin - 1;
        if (p == NO_NODE || !rw_single(r, v) || RW_ATTR(r, p, Axis)->axis != axis || with >= UINT16_MAX) {
            vec_push(r->tmp, &flat, v);
            continue;
        }
        total = with;
        any = true;
        r->c->hits++;
        for (unsigned i = rw_at(r, p)->nin; i-- > 0;) vec_push(r->tmp, &todo, rw_in(r, p, i));
    }
    if (any) rw_become(r, n, OP_Concat, (int)flat.n, flat.at, rw_attr_copy(r, n));
    return any;
}

bool pass_merge_concat(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = g->node.n; n-- > 0;) /* from the outermost, so that a chain is walked once */
        if (rw_at(&r, n)->op == OP_Concat) flatten(&r, n);
    return rw_end(&r);
}
