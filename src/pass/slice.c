#include "pass/slice.h"
#include "base/size.h"

bool cut_of(Rw *r, NodeId n, Cut *c) {
    const Attr_Slice *a = RW_ATTR(r, n, Slice);
    const Shape *s = value_shape(r->g, rw_in(r, n, 0));
    *c = (Cut){.rank = s->rank};
    if (s->rank < 1 || a->starts.n != (uint32_t)s->rank || a->counts.n != a->starts.n || a->steps.n != a->starts.n)
        return false;
    for (int i = 0; i < s->rank; i++) {
        c->start[i] = a->starts.at[i];
        c->step[i] = a->steps.at[i];
        c->count[i] = a->counts.at[i];
        c->cut[i] = a->starts.at[i] != 0 || a->steps.at[i] != 1 || a->counts.at[i] != s->dim[i];
        c->ncut += c->cut[i];
        bool known = dim_known(a->starts.at[i]) && dim_known(a->counts.at[i]) && dim_known(s->dim[i]);
        if (c->cut[i] && !known) return false;
    }
    return c->ncut > 0;
}

void *slice_attr(Rw *r, int rank, const int64_t *start, const int64_t *step, const int64_t *count) {
    Attr_Slice *a = rw_attr_new(r, OP_Slice);
    a->starts = (Dims){(uint32_t)rank, arena_copy(r->g->arena, start, (size_t)rank * sizeof *start)};
    a->counts = (Dims){(uint32_t)rank, arena_copy(r->g->arena, count, (size_t)rank * sizeof *count)};
    attr_set_ints(r->g->arena, &a->steps, (uint32_t)rank, step);
    return a;
}

/* A new Slice of v: map[k] is the dimension of the cut that dimension k of v follows, -1: taken whole. v itself where
 * nothing is cut. */
static ValueId sliced(Rw *r, NodeId like, ValueId v, const Cut *c, const int *map) {
    int64_t start[MAX_RANK], step[MAX_RANK], count[MAX_RANK];
    int rank = value_shape(r->g, v)->rank;
    bool any = false;
    for (int k = 0; k < rank; k++) {
        int m = map[k];
        bool cut = m >= 0 && c->cut[m];
        start[k] = cut ? c->start[m] : 0;
        step[k] = cut ? c->step[m] : 1;
        count[k] = cut ? c->count[m] : value_shape(r->g, v)->dim[k];
        any |= cut;
    }
    return any ? rw_node(r, like, OP_Slice, 1, &v, slice_attr(r, rank, start, step, count)) : v;
}

/* n, the Slice, becomes the node it moved above. */
static bool trade(Rw *r, NodeId n, NodeId p, int nin, const ValueId *in, void *attr) {
    Op op = rw_at(r, p)->op;
    rw_rename(r, n, p);
    rw_become(r, n, op, nin, in, attr);
    return true;
}

/* ---- through one operator each: n is the Slice, p what it reads, read by nobody else --------------------------- */

static bool through_slice(Rw *r, NodeId n, NodeId p, const Cut *c) {
    Cut d;
    int64_t start[MAX_RANK], step[MAX_RANK], count[MAX_RANK], at;
    if (!cut_of(r, p, &d)) return false;
    for (int i = 0; i < c->rank; i++) {
        bool whole = !c->cut[i];
        if (!whole && !d.cut[i]) d.start[i] = 0, d.step[i] = 1;
        if (!size_mul(whole ? 0 : c->start[i], d.step[i], &at) || !size_add(d.start[i], at, &start[i])) return false;
        if (!size_mul(d.step[i], whole ? 1 : c->step[i], &step[i])) return false;
        count[i] = c->count[i];
    }
    ValueId x = rw_in(r, p, 0);
    rw_become(r, n, OP_Slice, 1, &x, slice_attr(r, c->rank, start, step, count));
    return true;
}

/* Nodes that a kernel in front will take in; a slice between them would keep them apart. */
static bool fuses_behind(Op op) {
    return op_info[op].cls == CLASS_contract && op != OP_MatMul && op != OP_Gemm;
}

bool slice_worth(Rw *r, ValueId v) {
    for (int i = 0; i < 16; i++) {
        NodeId p = rw_def(r, v);
        if (p == NO_NODE || !rw_single(r, v)) return true;
        if (fuses_behind(rw_at(r, p)->op)) return false;
        if (!op_pointwise(rw_at(r, p)->op)) return true;
        v = rw_in(r, p, 0);
        if (v == NO_VALUE) return true;
    }
    return true;
}

static bool through_elementwise(Rw *r, NodeId n, NodeId p, const Cut *c) {
    ValueId in[3];
    unsigned nin = rw_at(r, p)->nin;
    int map[MAX_RANK];
    if (nin > 3) return false;
    for (unsigned i = 0; i < nin; i++) {
        ValueId v = in[i] = rw_in(r, p, i);
        if (v == NO_VALUE) continue;
        int rank = value_shape(r->g, v)->rank;
        if (rank < 0 || (!value_data(r->g, v) && !slice_worth(r, v))) return false;
        for (int k = 0; k < rank; k++) {
            int m = k + c->rank - rank;
            if (c->cut[m] && !dim_known(value_shape(r->g, v)->dim[k])) return false;
        }
    }
    for (unsigned i = 0; i < nin; i++) {
        if (in[i] == NO_VALUE) continue;
        int rank = value_shape(r->g, in[i])->rank;
        for (int k = 0; k < rank; k++) map[k] = value_shape(r->g, in[i])->dim[k] == 1 ? -1 : k + c->rank - rank;
        in[i] = sliced(r, n, in[i], c, map);
    }
    return trade(r, n, p, (int)nin, in, rw_attr_copy(r, p));
}

static bool through_transpose(Rw *r, NodeId n, NodeId p, const Cut *c) {
    const Ints *perm = &RW_ATTR(r, p, Perm)->perm;
    int map[MAX_RANK];
    if ((int)perm->n != c->rank) return false;
    for (int k = 0; k < c->rank; k++) map[perm->at[k]] = k;
    ValueId x = sliced(r, n, rw_in(r, p, 0), c, map);
    return trade(r, n, p, 1, &x, rw_attr_copy(r, p));
}

/* Normalisation along dimensions from..to that the slice leaves whole. */
static bool through_norm(Rw *r, NodeId n, NodeId p, const Cut *c, int64_t from, int64_t to) {
    ValueId in[3];
    int map[MAX_RANK];
    for (int64_t k = from; k <= to; k++)
        if (k < 0 || k >= c->rank || c->cut[k]) return false;
    if (from < 0 || !slice_worth(r, rw_in(r, p, 0)) || rw_at(r, p)->nin > 3) return false;
    for (unsigned i = 0; i < rw_at(r, p)->nin; i++) {
        in[i] = rw_in(r, p, i);
        if (i && in[i] != NO_VALUE && value_shape(r->g, in[i])->rank > c->rank - from) return false;
    }
    for (int k = 0; k < c->rank; k++) map[k] = k;
    in[0] = sliced(r, n, in[0], c, map);
    return trade(r, n, p, rw_at(r, p)->nin, in, rw_attr_copy(r, p));
}

/* Rows follow a, columns b, the dimensions in front both. */
static bool through_matmul(Rw *r, NodeId n, NodeId p, const Cut *c) {
    ValueId in[2] = {rw_in(r, p, 0), rw_in(r, p, 1)};
    int map[2][MAX_RANK];
    for (int i = 0; i < 2; i++) {
        int rank = value_shape(r->g, in[i])->rank, keep = i ? rank - 1 : rank - 2, sum = i ? rank - 2 : rank - 1;
        if (rank < 2) return false;
        for (int k = 0; k < rank; k++) {
            int m = k + c->rank - rank;
            bool mine = k == keep || (k < rank - 2 && value_shape(r->g, in[i])->dim[k] != 1);
            map[i][k] = mine && k != sum ? m : -1;
            if (map[i][k] >= 0 && c->cut[m] && !dim_known(value_shape(r->g, in[i])->dim[k])) return false;
        }
    }
    for (int i = 0; i < 2; i++) in[i] = sliced(r, n, in[i], c, map[i]);
    return trade(r, n, p, 2, in, rw_attr_copy(r, p));
}

static bool through_gemm(Rw *r, NodeId n, NodeId p, const Cut *c) {
    const Attr_Gemm *a = RW_ATTR(r, p, Gemm);
    ValueId in[3] = {rw_in(r, p, 0), rw_in(r, p, 1), rw_in(r, p, 2)};
    int ma[2] = {a->transA ? -1 : 0, a->transA ? 0 : -1}, mb[2] = {a->transB ? 1 : -1, a->transB ? -1 : 1}, mc[2];
    if (c->rank != 2) return false;
    if (in[2] != NO_VALUE) {
        const Shape *s = value_shape(r->g, in[2]);
        if (s->rank < 0 || s->rank > 2) return false;
        for (int k = 0; k < s->rank; k++) {
            if (!dim_known(s->dim[k])) return false;
            mc[k] = s->dim[k] == 1 ? -1 : k + 2 - s->rank;
        }
        in[2] = sliced(r, n, in[2], c, mc);
    }
    in[0] = sliced(r, n, in[0], c, ma);
    in[1] = sliced(r, n, in[1], c, mb);
    return trade(r, n, p, rw_at(r, p)->nin, in, rw_attr_copy(r, p));
}

int reshape_axis(const Shape *from, const Shape *to, int axis, int64_t *inner) {
    int64_t want = 1, have = 1;
    for (int j = 0; j < axis; j++) want *= to->dim[j];
    for (int k = 0; k < from->rank; have *= from->dim[k++]) {
        int64_t extent = to->dim[axis];
        *inner = 1;
        for (int j = axis + 1; have == want && extent < from->dim[k] && j < to->rank; j++) {
            extent *= to->dim[j];
            *inner *= to->dim[j];
        }
        if (have == want && extent == from->dim[k]) return k;
    }
    return -1;
}

static bool through_reshape(Rw *r, NodeId n, NodeId p, const Cut *c) {
    ValueId x = rw_in(r, p, 0);
    const Shape *from = value_shape(r->g, x), *to = value_shape(r->g, rw_in(r, n, 0));
    Cut before = {.rank = from->rank};
    int map[MAX_RANK];
    if (!shape_known(from) || !shape_known(to) || shape_count(from) < 1 || !slice_worth(r, x)) return false;
    for (int k = 0; k < from->rank; k++) map[k] = k;
    for (int i = 0; i < to->rank; i++) {
        int64_t inner;
        if (!c->cut[i]) continue;
        int k = reshape_axis(from, to, i, &inner);
        if (k < 0 || before.cut[k] || (inner > 1 && c->step[i] != 1)) return false;
        before.cut[k] = true;
        before.start[k] = c->start[i] * inner;
        before.count[k] = c->count[i] * inner;
        before.step[k] = c->step[i];
    }
    x = sliced(r, n, x, &before, map);
    const Shape *s = value_shape(r->g, rw_out(r, n));
    Attr_ShapeTo *a = rw_attr_new(r, OP_Reshape);
    a->shape = (Dims){(uint32_t)s->rank, arena_copy(r->g->arena, s->dim, sizeof s->dim)};
    return trade(r, n, p, 1, &x, a);
}

/* A slice that lies in one operand of the Concat reads that one. */
static bool through_concat(Rw *r, NodeId n, NodeId p, const Cut *c) {
    int64_t axis = RW_ATTR(r, p, Axis)->axis, at = 0;
    if (!c->cut[axis] || c->count[axis] < 1) return false;
    int64_t first = c->start[axis], last = first + (c->count[axis] - 1) * c->step[axis];
    for (unsigned i = 0; i < rw_at(r, p)->nin; i++) {
        ValueId v = rw_in(r, p, i);
        int64_t extent = value_shape(r->g, v)->dim[axis];
        if (!dim_known(extent)) return false;
        if (first >= at && first < at + extent && last >= at && last < at + extent) {
            int64_t start[MAX_RANK];
            for (int k = 0; k < c->rank; k++) start[k] = c->start[k] - (k == axis ? at : 0);
            rw_become(r, n, OP_Slice, 1, &v, slice_attr(r, c->rank, start, c->step, c->count));
            return true;
        }
        at += extent;
    }
    return false;
}

bool slice_above(Rw *r, NodeId n, NodeId p, const Cut *c) {
    Op op = rw_at(r, p)->op;
    if (op_pointwise(op)) return through_elementwise(r, n, p, c);
    switch (op) {
    case OP_Slice: return through_slice(r, n, p, c);
    case OP_Concat: return through_concat(r, n, p, c);
    case OP_Transpose: return through_transpose(r, n, p, c);
    case OP_Reshape: return through_reshape(r, n, p, c);
    case OP_MatMul: return through_matmul(r, n, p, c);
    case OP_Gemm: return through_gemm(r, n, p, c);
    case OP_Softmax:
    case OP_LogSoftmax: {
        int64_t axis = RW_ATTR(r, p, Axis)->axis;
        return through_norm(r, n, p, c, axis, axis);
    }
    case OP_LayerNormalization:
    case OP_RMSNormalization: return through_norm(r, n, p, c, RW_ATTR(r, p, Norm)->axis, c->rank - 1);
    default: return false;
    }
}
