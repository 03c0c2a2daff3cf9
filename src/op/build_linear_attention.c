/* Attention without softmax: what queries read is a state that every key and value is written to. Two slices of the
 * state take turns, so that its size does not grow with the sequence. For every step t, in order:
 *     d[b,h,j]       = beta[b,t,h] * (v[b,t,h,j] - sum(i) exp(g[b,t,h,i]) * s[t%2,b,h,i,j] * k[b,t,h,i])
 *     s[(t+1)%2,b,h,i,j] = exp(g[b,t,h,i]) * s[t%2,b,h,i,j] + k[b,t,h,i] * d[b,h,j]
 *     y[b,t,q,j]     = scale * sum(i) q[b,t,q,i] * s[(t+1)%2,b,q/group,i,j]
 * Without g the state does not decay, without beta d is v. */
#include "op/build.h"

typedef struct {
    const NestBuild *b;
    Nest *nest;
    DType type;
    int64_t batch, steps, heads, queries, keys, values;
    AxisId t, ab, ah, ai, aj;
    ExprId te, be, he, ie, je;
    BufId s;
} Linear;

static ExprId load(const Linear *l, unsigned in, ExprId t, ExprId h, ExprId i) {
    const Buffer *buf = bd_buf(l->b, bd_in(l->b, in));
    ExprId zero = x_index(l->nest, 0), at[4] = {l->be, t, buf->dim[2] == 1 ? zero : h, i};
    if (buf->rank == 4 && buf->dim[3] == 1) at[3] = zero;
    return x_cast(l->nest, l->type, bd_load(l->b, bd_in(l->b, in), at));
}

static ExprId mul(const Linear *l, ExprId a, ExprId b) {
    return x_fn2(l->nest, FN_mul, a, b);
}

/* Element i, j of the state before (or behind) step t. */
static ExprId state(const Linear *l, ExprId slot, ExprId h, ExprId i, ExprId j) {
    ExprId at[5] = {slot, l->be, h, i, j};
    return bd_load(l->b, l->s, at);
}

static ExprId slot(const Linear *l, int64_t ahead) {
    return bd_mod(l->b, bd_plus(l->b, l->te, ahead), 2);
}

/* The state before step t, decayed. */
static ExprId decayed(const Linear *l, ExprId i) {
    ExprId s = state(l, slot(l, 0), l->he, i, l->je);
    if (bd_in(l->b, 4) == NO_BUF) return s;
    return mul(l, x_fn1(l->nest, FN_exp, load(l, 4, l->te, l->he, i)), s);
}

static void first_state(Linear *l) {
    int64_t dim[5] = {2, l->batch, l->heads, l->keys, l->values};
    ExprId at[5] = {x_index(l->nest, 0), l->be, l->he, l->ie, l->je};
    AxisId axes[4] = {l->ab, l->ah, l->ai, l->aj};
    l->s = bd_local(l->b, "s", l->type, 5, dim);
    ExprId v = x_real(l->nest, l->type, 0);
    if (bd_in(l->b, 3) != NO_BUF) v = x_cast(l->nest, l->type, bd_load(l->b, bd_in(l->b, 3), at + 1));
    bd_store_at(l->b, l->s, 4, axes, at, v);
}

/* What is written for key k: the value, or how much it differs from what the state has for the key. */
static ExprId written(Linear *l) {
    ExprId v = load(l, 2, l->te, l->he, l->je);
    if (bd_in(l->b, 5) == NO_BUF) return v;
    int64_t dim[3] = {l->batch, l->heads, l->values};
    AxisId r = nest_axis(l->nest, "r", l->keys, AXIS_reduce), axes[4] = {l->t, l->ab, l->ah, l->aj};
    ExprId re = x_axis(l->nest, r), at[3] = {l->be, l->he, l->je};
    ExprId found = mul(l, decayed(l, re), load(l, 1, l->te, l->he, re));
    found = x_reduce(l->nest, COMBINE_sum, found, NO_EXPR, 1, &r);
    ExprId beta = load(l, 5, l->te, l->he, x_index(l->nest, 0));
    BufId d = bd_local(l->b, "d", l->type, 3, dim);
    bd_store_at(l->b, d, 4, axes, at, mul(l, beta, x_fn2(l->nest, FN_sub, v, found)));
    return bd_load(l->b, d, at);
}

static void step(Linear *l) {
    AxisId axes[5] = {l->t, l->ab, l->ah, l->ai, l->aj};
    ExprId at[5] = {slot(l, 1), l->be, l->he, l->ie, l->je}, d = written(l);
    ExprId fresh = mul(l, load(l, 1, l->te, l->he, l->ie), d);
    bd_store_at(l->b, l->s, 5, axes, at, x_fn2(l->nest, FN_add, decayed(l, l->ie), fresh));
}

static void read_state(const Linear *l, double scale) {
    AxisId q = nest_axis(l->nest, "q", l->queries, AXIS_spatial), r = nest_axis(l->nest, "i", l->keys, AXIS_reduce);
    AxisId axes[4] = {l->t, l->ab, q, l->aj};
    ExprId qe = x_axis(l->nest, q), re = x_axis(l->nest, r), at[4] = {l->be, l->te, qe, l->je};
    ExprId head = bd_div(l->b, qe, l->queries / l->heads);
    ExprId sum = mul(l, load(l, 0, l->te, qe, re), state(l, slot(l, 1), head, re, l->je));
    sum = x_reduce(l->nest, COMBINE_sum, sum, NO_EXPR, 1, &r);
    bd_store_at(l->b, bd_out(l->b, 0), 4, axes, at, mul(l, x_real(l->nest, l->type, scale), sum));
}

bool build_LinearAttention(NestBuild *b) {
    const Attr_LinearAttention *a = bd_attr(b);
    const int64_t *q = bd_buf(b, bd_in(b, 0))->dim, *k = bd_buf(b, bd_in(b, 1))->dim;
    Linear l = {.b = b, .nest = b->nest, .batch = q[0], .steps = q[1], .heads = k[2], .queries = q[2], .keys = q[3]};
    l.values = bd_buf(b, bd_in(b, 2))->dim[3];
    l.type = bd_compute(bd_buf(b, bd_in(b, 0))->dtype);
    l.t = nest_axis(b->nest, "t", l.steps, AXIS_serial);
    l.ab = nest_axis(b->nest, "b", l.batch, AXIS_spatial);
    l.ah = nest_axis(b->nest, "h", l.heads, AXIS_spatial);
    l.ai = nest_axis(b->nest, "i", l.keys, AXIS_spatial);
    l.aj = nest_axis(b->nest, "j", l.values, AXIS_spatial);
    l.te = x_axis(b->nest, l.t), l.be = x_axis(b->nest, l.ab), l.he = x_axis(b->nest, l.ah);
    l.ie = x_axis(b->nest, l.ai), l.je = x_axis(b->nest, l.aj);
    first_state(&l);
    step(&l);
    if (bd_out(b, 0) != NO_BUF) read_state(&l, a->scale);
    if (bd_out(b, 1) == NO_BUF) return true;
    AxisId axes[4] = {l.ab, l.ah, l.ai, l.aj};
    ExprId at[4] = {l.be, l.he, l.ie, l.je};
    bd_store_at(b, bd_out(b, 1), 4, axes, at, state(&l, x_index(b->nest, l.steps % 2), l.he, l.ie, l.je));
    return true;
}
