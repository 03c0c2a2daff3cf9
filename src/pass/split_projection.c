/* One product whose columns are cut into parts that go separate ways (query, key and value packed into one matrix, with
 * a Reshape and a Transpose before the cut): the weights are cut instead. The same arithmetic, and nothing is moved. */
#include "pass/slice.h"

#define PARTS 16
#define STEPS 16

typedef struct {
    ValueId v;          /* what is cut */
    NodeId part[PARTS]; /* the slices */
    int n, axis;
    int64_t start[PARTS], count[PARTS];
    int steps; /* nodes to go up */
} Group;

/* All readers of v are slices along one axis, one behind the other, none of an element twice. */
static bool group_of(Rw *r, const Uses *u, ValueId v, Group *t) {
    uint32_t n = uses_count(u, v);
    *t = (Group){.v = v, .axis = -1};
    if (n < 2 || n > PARTS || r->uses.at[v] != n || r->g->value.at[v].is_output) return false;
    for (uint32_t i = 0; i < n; i++) {
        NodeId s = u->user[u->first[v] + i];
        Cut c;
        if (rw_at(r, s)->op != OP_Slice || rw_in(r, s, 0) != v || !cut_of(r, s, &c) || c.ncut != 1) return false;
        int axis = 0;
        while (!c.cut[axis]) axis++;
        if (c.step[axis] != 1 || (t->axis >= 0 && t->axis != axis)) return false;
        t->axis = axis;
        t->part[t->n] = s;
        t->start[t->n] = c.start[axis];
        t->count[t->n++] = c.count[axis];
    }
    for (int i = 0; i < t->n; i++)
        for (int j = 0; j < i; j++)
            if (t->start[i] < t->start[j] + t->count[j] && t->start[j] < t->start[i] + t->count[i]) return false;
    return true;
}

/* The operand of element-wise p that is no constant, if it is the only one and has the result's shape. */
static ValueId only_variable(Rw *r, NodeId p) {
    ValueId x = NO_VALUE;
    for (unsigned i = 0; i < rw_at(r, p)->nin; i++) {
        ValueId v = rw_in(r, p, i);
        if (v == NO_VALUE || value_data(r->g, v)) continue;
        if (x != NO_VALUE) return NO_VALUE;
        x = v;
    }
    return x != NO_VALUE && same_shape(r->g, x, rw_out(r, p)) ? x : NO_VALUE;
}

/* p multiplies by constant columns, and the cut is along them. */
static bool ends_at(Rw *r, NodeId p, int axis) {
    Op op = rw_at(r, p)->op;
    if (op != OP_MatMul && op != OP_Gemm) return false;
    const Tensor *b = value_data(r->g, rw_in(r, p, 1));
    ValueId c = rw_in(r, p, 2);
    return b && b->shape.rank == 2 && axis == value_shape(r->g, rw_out(r, p))->rank - 1 &&
           (c == NO_VALUE || value_data(r->g, c)) && r->uses.at[rw_in(r, p, 1)] == 1;
}

/* The dimension of p's operand that the cut along `axis` becomes, and that operand; -1 where it does not pass. */
static int axis_before(Rw *r, NodeId p, int axis, ValueId *x) {
    Op op = rw_at(r, p)->op;
    int64_t inner;
    *x = op_pointwise(op) ? only_variable(r, p) : rw_in(r, p, 0);
    if (*x == NO_VALUE || !shape_known(value_shape(r->g, *x)) || shape_count(value_shape(r->g, *x)) < 1) return -1;
    if (op_pointwise(op)) return axis;
    if (op == OP_Transpose) return (int)RW_ATTR(r, p, Perm)->perm.at[axis];
    return op == OP_Reshape ? reshape_axis(value_shape(r->g, *x), value_shape(r->g, rw_out(r, p)), axis, &inner) : -1;
}

/* Whether the way up ends at such a product, through nodes that nobody else needs. */
static bool leads_up(Rw *r, Group *t) {
    ValueId v = t->v, x;
    int axis = t->axis;
    for (t->steps = 1; t->steps <= STEPS && axis >= 0; t->steps++) {
        NodeId p = rw_def(r, v);
        if (p == NO_NODE || (t->steps > 1 && !rw_single(r, v))) return false;
        if (ends_at(r, p, axis)) return true;
        axis = axis_before(r, p, axis, &x);
        v = x;
    }
    return false;
}

/* Slice n moves up; the Slice that it leaves in front of the variable operand follows. */
static void climb(Rw *r, NodeId n, int steps) {
    Cut c;
    while (n != NO_NODE && steps-- > 0) {
        NodeId p = rw_def(r, rw_in(r, n, 0));
        if (p == NO_NODE || !cut_of(r, n, &c) || !slice_above(r, n, p, &c)) return;
        NodeId next = NO_NODE;
        for (unsigned i = 0; i < rw_at(r, n)->nin && next == NO_NODE; i++) {
            NodeId s = rw_def_op(r, rw_in(r, n, i), OP_Slice);
            if (s != NO_NODE && !value_data(r->g, rw_in(r, s, 0))) next = s;
        }
        n = next;
    }
}

bool pass_split_projection(Graph *g, PassContext *c) {
    Uses u = graph_uses(g, c->tmp);
    Rw r = rw_begin(g, c);
    for (ValueId v = 0, end = g->value.n; v < end && rw_budget(&r); v++) {
        Group t;
        if (g->value.at[v].producer == NO_NODE || !group_of(&r, &u, v, &t) || !leads_up(&r, &t)) continue;
        for (int i = 0; i < t.n; i++) climb(&r, t.part[i], t.steps);
        c->hits++;
    }
    return rw_end(&r);
}
