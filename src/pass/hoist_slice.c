/* Slices move up through what produces more than is read. A Gather with constant indices in equal steps is a Slice. */
#include "pass/slice.h"

static bool hoist(Rw *r, NodeId n) {
    ValueId v = rw_in(r, n, 0);
    NodeId p = rw_def(r, v);
    Cut c;
    if (p == NO_NODE || !cut_of(r, n, &c)) return false;
    Op op = rw_at(r, p)->op;
    return (op == OP_Slice || op == OP_Concat || rw_single(r, v)) && slice_above(r, n, p, &c);
}

/* ---- Gather ---------------------------------------------------------------------------------------------------- */

/* Constant indices first, first + step, ...; false where they are not, or the step is 0. */
static bool in_steps(const Tensor *t, int64_t extent, int64_t *first, int64_t *step) {
    int64_t n = shape_count(&t->shape), before = 0;
    *step = 1;
    for (int64_t i = 0; i < n; i++) {
        int64_t x = tensor_int(t, i);
        if (x < -extent || x >= extent) return false;
        if (x < 0) x += extent;
        if (i == 0) *first = x;
        if (i == 1) *step = x - before;
        if (i > 0 && (x - before != *step || *step == 0)) return false;
        before = x;
    }
    return n > 0;
}

static bool gather_to_slice(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    const Tensor *t = value_data(r->g, rw_in(r, n, 1));
    const Shape *s = value_shape(r->g, x), *out = value_shape(r->g, rw_out(r, n));
    int64_t axis = RW_ATTR(r, n, Axis)->axis, first, by;
    int64_t start[MAX_RANK] = {0}, step[MAX_RANK], count[MAX_RANK];
    if (!t || s->rank < 1 || value_data(r->g, x) || !dim_known(s->dim[axis]) || !in_steps(t, s->dim[axis], &first, &by))
        return false;
    for (int k = 0; k < s->rank; k++) {
        step[k] = k == axis ? by : 1;
        count[k] = k == axis ? shape_count(&t->shape) : s->dim[k];
    }
    start[axis] = first;
    void *attr = slice_attr(r, s->rank, start, step, count);
    if (t->shape.rank == 1) {
        rw_become(r, n, OP_Slice, 1, &x, attr);
        return true;
    }
    Attr_ShapeTo *a = rw_attr_new(r, OP_Reshape);
    a->shape = (Dims){(uint32_t)out->rank, arena_copy(r->g->arena, out->dim, sizeof out->dim)};
    ValueId u = rw_node(r, n, OP_Slice, 1, &x, attr);
    rw_become(r, n, OP_Reshape, 1, &u, a);
    return true;
}

bool pass_hoist_slice(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n && rw_budget(&r); n++) {
        Op op = rw_at(&r, n)->op;
        if ((op == OP_Slice && hoist(&r, n)) || (op == OP_Gather && gather_to_slice(&r, n))) c->hits++;
    }
    return rw_end(&r);
}
