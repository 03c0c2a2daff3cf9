/* softmax(q k [* scale] [+ mask]) v with the scores read by nobody else: Attention. */
#include "pass/rewrite.h"

#define FEW_QUERIES 8 /* fewer do not fill a vector */

typedef struct {
    ValueId q, k, v, mask;
    double scale;
    NodeId scores; /* the first product */
} Attend;

/* v times a number, or divided by it: what is scaled. */
static ValueId unscaled(Rw *r, ValueId v, double *scale) {
    NodeId n = rw_def(r, v);
    double by;
    if (n == NO_NODE || !rw_single(r, v) || (rw_at(r, n)->op != OP_Mul && rw_at(r, n)->op != OP_Div)) return v;
    if (!const_scalar(r->g, rw_in(r, n, 1), &by) || !same_shape(r->g, rw_in(r, n, 0), v)) return v;
    *scale *= rw_at(r, n)->op == OP_Mul ? by : 1 / by;
    return rw_in(r, n, 0);
}

static bool is_scores(Rw *r, ValueId v, Attend *a) {
    double scale = 1;
    NodeId n = rw_def_op(r, unscaled(r, v, &scale), OP_MatMul);
    if (n == NO_NODE || !rw_single(r, v) || !rw_single(r, rw_out(r, n))) return false;
    a->q = rw_in(r, n, 0);
    a->k = rw_in(r, n, 1);
    a->scale = scale;
    a->scores = n;
    return true;
}

/* What goes into the softmax: the scores, perhaps with something added. */
static bool find_scores(Rw *r, ValueId v, Attend *a) {
    a->mask = NO_VALUE;
    if (is_scores(r, v, a)) return true;
    NodeId add = rw_def_op(r, v, OP_Add);
    if (add == NO_NODE || !rw_single(r, v)) return false;
    for (unsigned i = 0; i < 2; i++) {
        ValueId s = rw_in(r, add, i);
        if (!same_shape(r->g, s, v) || !is_scores(r, s, a)) continue;
        a->mask = rw_in(r, add, 1 - i);
        return true;
    }
    return false;
}

static bool fits(Rw *r, const Attend *a, const Shape *y, int64_t lanes) {
    const ValueId in[] = {a->q, a->k, a->v};
    for (int i = 0; i < 3; i++) {
        const Shape *s = value_shape(r->g, in[i]);
        if (!shape_known(s) || s->rank != y->rank || r->g->value.at[in[i]].dtype != DT_f32) return false;
    }
    return y->rank < MAX_RANK - 1 && y->dim[y->rank - 2] >= FEW_QUERIES && shape_count(y) > 0 && lanes >= 4;
}

/* Rows of scores kept at a time: so many vectors that as few as possible are beyond the last query, and the scores of
 * one block and their exponentials stay in the first-level cache. */
static int64_t block_of(const Target *t, int64_t queries, int64_t keys) {
    int64_t lanes = target_lanes(t, DT_f32), most = t->l1_bytes / (8 * keys);
    while (lanes > 4 && queries <= lanes / 2) lanes /= 2;
    int64_t best = lanes;
    for (int64_t b = 2 * lanes; b <= 4 * lanes && b <= most; b += lanes)
        if ((queries + b - 1) / b * b <= (queries + best - 1) / best * best) best = b;
    return best;
}

bool pass_fuse_attention(Graph *g, PassContext *c) {
    if (!c->target || target_lanes(c->target, DT_f32) < 4) return false;
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < r.nodes_at_start; n++) {
        if (rw_at(&r, n)->op != OP_MatMul) continue;
        const Shape *y = value_shape(g, rw_out(&r, n));
        NodeId s = rw_def_op(&r, rw_in(&r, n, 0), OP_Softmax);
        Attend a = {.v = rw_in(&r, n, 1)};
        if (s == NO_NODE || !rw_single(&r, rw_in(&r, n, 0)) || RW_ATTR(&r, s, Axis)->axis != y->rank - 1 ||
            !find_scores(&r, rw_in(&r, s, 0), &a) || !fits(&r, &a, y, target_lanes(c->target, DT_f32)))
            continue;
        Attr_Attention *attr = rw_attr_new(&r, OP_Attention);
        attr->scale = a.scale;
        attr->block = block_of(c->target, y->dim[y->rank - 2], value_shape(g, a.k)->dim[y->rank - 1]);
        ValueId in[4] = {a.q, a.k, a.v, a.mask};
        rw_absorb(&r, n, a.scores);
        rw_become(&r, n, OP_Attention, a.mask == NO_VALUE ? 3 : 4, in, attr);
        c->hits++;
    }
    return rw_end(&r);
}
