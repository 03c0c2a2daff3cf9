/* Reshape of Reshape, and a Reshape that undoes others across element-wise nodes. */
#include "pass/rewrite.h"

#define REGION 32

/* Element-wise nodes between the last Reshape and the first ones. */
typedef struct {
    Shape from, to; /* of all values inside now, and then */
    NodeId node[REGION];
    int n;
    bool any; /* a Reshape disappears */
} Region;

static bool is_scalar(const Graph *g, ValueId v) { return value_data(g, v) && shape_count(value_shape(g, v)) == 1; }

static bool is_leaf(Rw *r, const Region *a, ValueId x) {
    const Graph *g = r->g;
    if (is_scalar(g, x)) return true;
    if (value_data(g, x)) return shape_equal(value_shape(g, x), &a->from);
    NodeId p = rw_def_op(r, x, OP_Reshape);
    return p != NO_NODE && shape_equal(value_shape(g, rw_in(r, p, 0)), &a->to) &&
           shape_equal(value_shape(g, x), &a->from);
}

/* Leaf x under the shape `to`, which is free. */
static ValueId reshaped(Rw *r, const Region *a, ValueId x) {
    if (!value_data(r->g, x)) return rw_in(r, rw_def_op(r, x, OP_Reshape), 0);
    if (!is_scalar(r->g, x)) return rw_const_view(r, x, &a->to);
    Shape s = shape_of(0, NULL);
    return value_shape(r->g, x)->rank <= a->to.rank ? x : rw_const_view(r, x, &s);
}

static bool inside(Rw *r, const Region *a, ValueId x) {
    NodeId p = rw_def(r, x);
    return p != NO_NODE && a->n < REGION && op_pointwise(rw_at(r, p)->op) && rw_single(r, x) &&
           shape_equal(value_shape(r->g, x), &a->from);
}

static bool grow(Rw *r, Region *a) {
    for (int at = 0; at < a->n; at++) {
        for (unsigned i = 0; i < rw_at(r, a->node[at])->nin; i++) {
            ValueId x = rw_in(r, a->node[at], i);
            if (x == NO_VALUE) continue;
            if (is_leaf(r, a, x)) {
                a->any |= !value_data(r->g, x);
            } else if (inside(r, a, x)) {
                a->node[a->n++] = rw_def(r, x);
            } else {
                return false;
            }
        }
    }
    return a->any;
}

static bool cancel(Rw *r, NodeId n) {
    Graph *g = r->g;
    ValueId v = rw_in(r, n, 0);
    Region a = {.from = *value_shape(g, v), .to = *value_shape(g, rw_out(r, n))};
    if (a.from.rank < 0 || a.to.rank < 0 || !inside(r, &a, v)) return false;
    a.node[a.n++] = rw_def(r, v);
    if (!grow(r, &a)) return false;
    for (int at = 0; at < a.n; at++) {
        NodeId e = a.node[at];
        for (unsigned i = 0; i < rw_at(r, e)->nin; i++) {
            ValueId x = rw_in(r, e, i);
            if (x == NO_VALUE || !is_leaf(r, &a, x)) continue;
            ValueId y = reshaped(r, &a, x);
            if (y != x) rw_set_in(r, e, i, y);
        }
        g->value.at[rw_out(r, e)].shape = a.to;
    }
    return rw_replace(r, n, v);
}

/* The dimensions of more than one element of a and b are the same in the same order: from[k] in a is to[k] in b. */
static int long_dims(const Shape *a, const Shape *b, int *from, int *to) {
    int n = 0, j = 0;
    for (int i = 0; i < a->rank; i++) {
        if (a->dim[i] == 1) continue;
        while (j < b->rank && b->dim[j] == 1) j++;
        if (j == b->rank || b->dim[j] != a->dim[i]) return -1;
        from[n] = i;
        to[n++] = j++;
    }
    while (j < b->rank && b->dim[j] == 1) j++;
    return j == b->rank ? n : -1;
}

/* A Reshape that only adds or drops dimensions of one element stands before the Transpose t, so that it meets other
 * Reshapes, and the Transpose other Transposes. */
static bool above_transpose(Rw *r, NodeId n, NodeId t) {
    ValueId x = rw_in(r, t, 0);
    const Shape *y = value_shape(r->g, rw_in(r, n, 0)), *z = value_shape(r->g, rw_out(r, n));
    const Ints *perm = &RW_ATTR(r, t, Perm)->perm;
    int from[MAX_RANK], to[MAX_RANK], m = long_dims(y, z, from, to), ones = 0, at[MAX_RANK], k = 0;
    if (m < 0 || !rw_single(r, rw_in(r, n, 0)) || (int)perm->n != y->rank) return false;
    Shape s = {.rank = z->rank};
    int64_t p[MAX_RANK];
    while (ones < z->rank - m) s.dim[ones++] = 1;
    for (int i = 0; i < y->rank; i++) { /* the long dimensions in the order of x, behind the ones */
        if (value_shape(r->g, x)->dim[i] == 1) continue;
        at[i] = ones + k++;
        s.dim[at[i]] = value_shape(r->g, x)->dim[i];
    }
    for (int i = 0; i < z->rank; i++) p[i] = -1;
    for (int i = 0; i < m; i++) p[to[i]] = at[perm->at[from[i]]];
    for (int i = 0, one = 0; i < z->rank; i++)
        if (p[i] < 0) p[i] = one++;
    Attr_ShapeTo *shape = rw_attr_new(r, OP_Reshape);
    shape->shape = (Dims){(uint32_t)s.rank, arena_copy(r->g->arena, s.dim, sizeof s.dim)};
    Attr_Perm *a = rw_attr_new(r, OP_Transpose);
    attr_set_ints(r->g->arena, &a->perm, (uint32_t)z->rank, p);
    ValueId u = rw_node(r, n, OP_Reshape, 1, &x, shape);
    rw_rename(r, n, t);
    rw_become(r, n, OP_Transpose, 1, &u, a);
    return true;
}

static bool merge(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    NodeId p = rw_def_op(r, x, OP_Reshape);
    if (p == NO_NODE) {
        NodeId t = rw_def_op(r, x, OP_Transpose);
        return t != NO_NODE ? above_transpose(r, n, t) : cancel(r, n);
    }
    ValueId y = rw_in(r, p, 0);
    if (same_type(r->g, y, rw_out(r, n)) && rw_replace(r, n, y)) return true;
    if (rw_at(r, n)->op == OP_Reshape) rw_set_in(r, n, 0, y);
    return true;
}

bool pass_merge_reshape(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n && rw_budget(&r); n++)
        if (rw_at(&r, n)->op == OP_Reshape && merge(&r, n)) c->hits++;
    return rw_end(&r);
}
