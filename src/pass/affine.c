#include "pass/affine.h"
#include <math.h>
#include <string.h>

/* Weights that other nodes read too are copied only while small. */
#define SHARED_LIMIT ((size_t)1 << 16)

bool affine_is_linear_op(Op op) { return op == OP_Conv || op == OP_ConvTranspose || op == OP_Gemm || op == OP_MatMul; }

Affine affine_identity(Rw *r, int64_t n) {
    double *all = arena_array(r->tmp, (size_t)n, 6 * sizeof *all);
    Affine a = {n, all, all + n, all + 2 * n};
    for (int64_t i = 0; i < n; i++) a.scale[i] = 1;
    return a;
}

static bool batch_norm_then(Rw *r, NodeId n, int axis, Affine *to) {
    double *p[4], eps = RW_ATTR(r, n, Epsilon)->epsilon;
    if (axis != 1) return false;
    for (int k = 0; k < 4; k++) {
        p[k] = to->scratch + k * to->n;
        if (!const_channels(r->g, rw_in(r, n, (unsigned)k + 1), 1, 0, to->n, p[k])) return false;
    }
    for (int64_t i = 0; i < to->n; i++)
        if (!(p[3][i] + eps > 0)) return false;
    for (int64_t i = 0; i < to->n; i++) {
        double s = p[0][i] / sqrt(p[3][i] + eps);
        to->shift[i] = (to->shift[i] - p[2][i]) * s + p[1][i];
        to->scale[i] *= s;
    }
    return true;
}

static void apply(Op op, bool constant_first, const double *c, Affine *to) {
    for (int64_t i = 0; i < to->n; i++) {
        double m = op == OP_Mul ? c[i] : op == OP_Div ? 1 / c[i] : op == OP_Sub && constant_first ? -1 : 1;
        double t = op == OP_Add || (op == OP_Sub && constant_first) ? c[i] : op == OP_Sub ? -c[i] : 0;
        to->scale[i] *= m;
        to->shift[i] = to->shift[i] * m + t;
    }
}

bool affine_then(Rw *r, NodeId n, ValueId from, int axis, Affine *to) {
    const Node *node = rw_at(r, n);
    const Graph *g = r->g;
    if (node->nout != 1 || !same_type(g, from, node->out[0])) return false;
    if (node->op == OP_BatchNormalization) return rw_in(r, n, 0) == from && batch_norm_then(r, n, axis, to);
    if (node->op != OP_Mul && node->op != OP_Div && node->op != OP_Add && node->op != OP_Sub) return false;
    bool first = rw_in(r, n, 1) == from; /* the constant stands first */
    if (first && node->op == OP_Div) return false;
    double *c = to->scratch;
    if (!const_channels(g, rw_in(r, n, first ? 0 : 1), value_shape(g, from)->rank, axis, to->n, c)) return false;
    for (int64_t i = 0; i < to->n; i++)
        if (!isfinite(c[i]) || (node->op == OP_Div && c[i] == 0)) return false;
    apply(node->op, first, c, to);
    return true;
}

/* ---- the linear node ------------------------------------------------------------------------------------------- */

typedef struct {
    NodeId n;
    ValueId x, w, b;       /* b may be NO_VALUE */
    int axis_in, axis_out; /* channel axis of the operand and the result */
    int64_t in, out;       /* channels */
    int64_t d0, d1, rest;  /* the weights as [d0][d1][rest] */
    int64_t groups;
    bool out_first;        /* output channels run along d0, otherwise along d1 */
    bool exact;            /* the weights: they take no factor, as their sums are exact */
    bool bias, padded;     /* takes a bias; reads zeros beyond the operand or writes unevenly */
    double alpha, beta;
    Affine pre, post;
    NodeId last; /* of the nodes behind */
    uint32_t npre, npost;
    bool has_bn;
} Linear;

static bool conv_layout(Rw *r, Linear *l) {
    const Shape *w = value_shape(r->g, l->w);
    bool transposed = rw_at(r, l->n)->op == OP_ConvTranspose;
    l->rest = 1;
    for (int i = 2; i < w->rank; i++) l->rest *= w->dim[i];
    if (transposed) {
        l->groups = RW_ATTR(r, l->n, ConvTranspose)->group;
        l->padded = true; /* border outputs sum fewer taps */
    } else {
        const Attr_Conv *a = RW_ATTR(r, l->n, Conv);
        l->groups = a->group;
        for (uint32_t i = 0; i < a->pads.n; i++) l->padded |= a->pads.at[i] != 0;
    }
    l->out_first = !transposed;
    l->in = transposed ? l->d0 : l->d1 * l->groups;
    l->out = transposed ? l->d1 * l->groups : l->d0;
    l->axis_in = l->axis_out = 1;
    l->bias = true;
    return w->rank >= 3;
}

static bool matrix_layout(Rw *r, Linear *l) {
    const Graph *g = r->g;
    bool gemm = rw_at(r, l->n)->op == OP_Gemm;
    const Attr_Gemm *a = gemm ? RW_ATTR(r, l->n, Gemm) : NULL;
    if (value_shape(g, l->w)->rank != 2) return false;
    l->out_first = gemm && a->transB;
    l->in = l->out_first ? l->d1 : l->d0;
    l->out = l->out_first ? l->d0 : l->d1;
    l->axis_in = gemm && a->transA ? 0 : value_shape(g, l->x)->rank - 1;
    l->axis_out = value_shape(g, rw_out(r, l->n))->rank - 1;
    l->bias = gemm;
    l->groups = l->rest = 1;
    if (gemm) {
        l->alpha = a->alpha;
        l->beta = a->beta;
    }
    return l->axis_out >= 1;
}

static bool linear_of(Rw *r, NodeId n, Linear *l) {
    const Graph *g = r->g;
    const Node *node = rw_at(r, n);
    if (!affine_is_linear_op(node->op)) return false;
    *l = (Linear){.n = n, .x = rw_in(r, n, 0), .w = rw_in(r, n, 1), .b = rw_in(r, n, 2), .alpha = 1, .beta = 1};
    const Value *w = &g->value.at[l->w];
    DType t = g->value.at[node->out[0]].dtype;
    if (!w->data || !dtype_is_float(t) || w->dtype != t) return false;
    if (w->shape.rank < 2 || shape_count(&w->shape) < 1) return false;
    l->exact = tensor_is_exact(w->data);
    l->d0 = w->shape.dim[0];
    l->d1 = w->shape.dim[1];
    if (!(node->op == OP_Conv || node->op == OP_ConvTranspose ? conv_layout(r, l) : matrix_layout(r, l))) return false;
    return l->groups > 0 && l->d0 % l->groups == 0 && value_shape(g, node->out[0])->rank > l->axis_out &&
           value_shape(g, node->out[0])->dim[l->axis_out] == l->out;
}

/* The affine nodes behind: while each result has one reader. */
static void gather_post(Rw *r, Linear *l) {
    ValueId v = rw_out(r, l->n);
    l->post = affine_identity(r, l->out);
    l->last = l->n;
    for (NodeId u; (u = rw_user(r, v)) != NO_NODE; v = rw_out(r, u)) {
        if (l->exact && rw_at(r, u)->op != OP_Add) break;
        if (!affine_then(r, u, v, l->axis_out, &l->post)) break;
        l->has_bn |= rw_at(r, u)->op == OP_BatchNormalization;
        l->last = u;
        l->npost++;
    }
}

static bool shifts(const Affine *a) {
    for (int64_t i = 0; i < a->n; i++)
        if (a->shift[i] != 0) return true;
    return false;
}

static bool scales(const Affine *a) {
    for (int64_t i = 0; i < a->n; i++)
        if (a->scale[i] != 1) return true;
    return false;
}

/* total(x) = total(one(x)) */
static void compose_before(Affine *total, const Affine *one) {
    for (int64_t i = 0; i < total->n; i++) {
        total->shift[i] += total->scale[i] * one->shift[i];
        total->scale[i] *= one->scale[i];
    }
}

/* The affine nodes before: a shift passes only where no zeros are read beyond the operand and a bias can take it. */
static void gather_pre(Rw *r, Linear *l) {
    l->pre = affine_identity(r, l->in);
    const Shape *s = value_shape(r->g, l->x);
    if (s->rank <= l->axis_in || s->dim[l->axis_in] != l->in) return;
    ValueId v = l->x;
    Affine one = affine_identity(r, l->in);
    for (NodeId p; !l->exact && rw_single(r, v) && (p = rw_def(r, v)) != NO_NODE;) {
        for (int64_t i = 0; i < one.n; i++) one.scale[i] = 1, one.shift[i] = 0;
        const Node *node = rw_at(r, p);
        if (node->nin < 2) break;
        ValueId from = value_data(r->g, rw_in(r, p, 0)) ? rw_in(r, p, 1) : rw_in(r, p, 0);
        if (!affine_then(r, p, from, l->axis_in, &one)) break;
        if (shifts(&one) && (l->padded || !l->bias)) break;
        compose_before(&l->pre, &one);
        l->has_bn |= node->op == OP_BatchNormalization;
        l->npre++;
        l->x = v = from;
    }
}

/* The bias as a list per output channel; false where it is none. */
static bool bias_of(Rw *r, const Linear *l, double *b) {
    if (!l->bias || l->b == NO_VALUE) return true;
    bool conv = rw_at(r, l->n)->op != OP_Gemm;
    if (!const_channels(r->g, l->b, conv ? 1 : 2, conv ? 0 : 1, l->out, b)) return false;
    for (int64_t i = 0; i < l->out; i++) b[i] *= l->beta;
    return true;
}

static int64_t channel_in(const Linear *l, int64_t i0, int64_t i1) {
    return l->out_first ? i0 / (l->d0 / l->groups) * l->d1 + i1 : i0;
}

static int64_t channel_out(const Linear *l, int64_t i0, int64_t i1) {
    return l->out_first ? i0 : i0 / (l->d0 / l->groups) * l->d1 + i1;
}

/* What the shift before adds to each output. */
static void shift_to_bias(Rw *r, const Linear *l, double *b) {
    const Tensor *w = value_data(r->g, l->w);
    if (!shifts(&l->pre)) return;
    for (int64_t i0 = 0, at = 0; i0 < l->d0; i0++)
        for (int64_t i1 = 0; i1 < l->d1; i1++)
            for (int64_t k = 0; k < l->rest; k++, at++)
                b[channel_out(l, i0, i1)] += l->alpha * tensor_float(w, at) * l->pre.shift[channel_in(l, i0, i1)];
}

static const Tensor *scaled_weights(Rw *r, const Linear *l) {
    const Tensor *w = value_data(r->g, l->w);
    Tensor *to = tensor_new(r->g->arena, w->dtype, w->shape);
    for (int64_t i0 = 0, at = 0; i0 < l->d0; i0++) {
        for (int64_t i1 = 0; i1 < l->d1; i1++) {
            double f = l->alpha * l->pre.scale[channel_in(l, i0, i1)] * l->post.scale[channel_out(l, i0, i1)];
            if (w->dtype == DT_f32) {
                const char *from = (const char *)w->data + at * 4;
                float *row = (float *)(uintptr_t)to->data + at, x;
                for (int64_t k = 0; k < l->rest; k++) {
                    memcpy(&x, from + k * 4, 4);
                    row[k] = (float)(x * f);
                }
                at += l->rest;
            } else {
                for (int64_t k = 0; k < l->rest; k++, at++) tensor_set_float(to, at, tensor_float(w, at) * f);
            }
        }
    }
    return to;
}

static void set_weights(Rw *r, Linear *l, const Tensor *t) {
    Value *w = &r->g->value.at[l->w];
    if (r->uses.at[l->w] == 1 && !w->is_output) {
        w->data = t;
        return;
    }
    ValueId v = graph_constant(r->g, w->name, t);
    rw_grow(r);
    l->w = v;
}

static ValueId new_bias(Rw *r, const Linear *l, const double *b) {
    DType t = r->g->value.at[l->w].dtype;
    bool any = l->b != NO_VALUE;
    for (int64_t i = 0; i < l->out && !any; i++) any = b[i] != 0;
    if (!any) return NO_VALUE;
    const char *hint = l->b != NO_VALUE ? r->g->value.at[l->b].name : "bias";
    Shape s = shape_of(1, &l->out);
    return rw_const(r, hint, t, &s, b);
}

/* MatMul takes no bias: the shift stays as one Add, in the place of the last node behind. */
static void leave_shift(Rw *r, const Linear *l) {
    Shape s = shape_of(1, &l->out);
    ValueId c = rw_const(r, "shift", r->g->value.at[l->w].dtype, &s, l->post.shift);
    rw_become(r, l->last, OP_Add, 2, (ValueId[2]){rw_out(r, l->n), c}, NULL);
}

static void absorb_names(Rw *r, const Linear *l) {
    ValueId v = rw_in(r, l->n, 0);
    for (uint32_t i = 0; i < l->npre; i++) {
        NodeId p = rw_def(r, v);
        rw_absorb(r, l->n, p);
        v = value_data(r->g, rw_in(r, p, 0)) ? rw_in(r, p, 1) : rw_in(r, p, 0);
    }
    v = rw_out(r, l->n);
    for (uint32_t i = 0; i < l->npost; i++) {
        NodeId u = rw_user(r, v);
        rw_absorb(r, l->n, u);
        v = rw_out(r, u);
    }
}

static void rebuild(Rw *r, Linear *l, const double *b, bool weights) {
    Op op = rw_at(r, l->n)->op;
    if (weights) set_weights(r, l, scaled_weights(r, l));
    void *attr = rw_attr_copy(r, l->n);
    if (op == OP_Gemm) ((Attr_Gemm *)attr)->alpha = ((Attr_Gemm *)attr)->beta = 1;
    ValueId in[3] = {l->x, l->w, l->bias ? new_bias(r, l, b) : NO_VALUE};
    rw_become(r, l->n, op, in[2] == NO_VALUE ? 2 : 3, in, attr);
    if (l->last == l->n) return;
    if (!l->bias && shifts(&l->post)) {
        leave_shift(r, l);
    } else {
        rw_replace(r, l->last, rw_out(r, l->n));
    }
}

bool affine_fold(Rw *r, NodeId n, bool batch_norm) {
    Linear l;
    if (!linear_of(r, n, &l)) return false;
    gather_post(r, &l);
    gather_pre(r, &l);
    if (batch_norm && !l.has_bn) return false;
    bool weights = l.alpha != 1 || scales(&l.pre) || scales(&l.post);
    if (!l.npre && !l.npost && !weights && l.beta == 1) return false;
    if (!l.bias && !scales(&l.post) && !l.npre) return false; /* MatMul, Add stays */
    const Tensor *w = value_data(r->g, l.w);
    if (weights && (r->uses.at[l.w] != 1 || r->g->value.at[l.w].is_output) && w->bytes > SHARED_LIMIT) return false;
    double *b = arena_array_of(r->tmp, l.out, double);
    if (!bias_of(r, &l, b)) return false;
    shift_to_bias(r, &l, b);
    for (int64_t i = 0; i < l.out; i++) b[i] = b[i] * l.post.scale[i] + l.post.shift[i];
    absorb_names(r, &l);
    rebuild(r, &l, b, weights);
    r->c->hits += l.npre + l.npost + !(l.npre + l.npost);
    return true;
}
