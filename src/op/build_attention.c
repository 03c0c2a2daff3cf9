/* Attention: softmax(scale * q k + mask) v, a block of queries at a time. Scores are kept as [key, query]: queries are
 * the lanes of vectors, so that maxima and sums over keys need no sums across lanes, and keys and values are read as
 * they lie. Stages share the loops over batches and blocks; their locals are one block large. */
#include "op/build.h"

typedef struct {
    NestBuild *b;
    int nbatch;
    ExprId batch[MAX_RANK], mb; /* of the stage that is being built */
    AxisId axis[2 * MAX_RANK];
    int naxis;
    int64_t m, n, k, d, block, blocks;
    int64_t dim[MAX_RANK]; /* of locals: batches, blocks, then what the stage adds */
} Attend;

/* The axes that all stages share, made anew for each. */
static void open_stage(Attend *t) {
    Nest *n = t->b->nest;
    const Buffer *y = bd_buf(t->b, bd_out(t->b, 0));
    t->naxis = 0;
    for (int i = 0; i < t->nbatch; i++) {
        t->axis[t->naxis] = nest_axis(n, arena_printf(n->arena, "b%d", i), y->dim[i], AXIS_spatial);
        t->batch[i] = x_axis(n, t->axis[t->naxis++]);
    }
    t->axis[t->naxis] = nest_axis(n, "mb", t->blocks, AXIS_spatial);
    t->mb = x_axis(n, t->axis[t->naxis++]);
}

static ExprId add_axis(Attend *t, const char *name, int64_t extent) {
    t->axis[t->naxis] = nest_axis(t->b->nest, name, extent, AXIS_inner);
    return x_axis(t->b->nest, t->axis[t->naxis++]);
}

static BufId local(Attend *t, const char *name, DType type, int extra, int64_t d0, int64_t d1) {
    t->dim[t->nbatch + 1] = d0;
    t->dim[t->nbatch + 2] = d1;
    return bd_local(t->b, name, type, t->nbatch + 1 + extra, t->dim);
}

/* Element of a local of this block. */
static ExprId here(Attend *t, BufId buf, ExprId i, ExprId j) {
    ExprId at[MAX_RANK];
    int rank = 0;
    for (; rank < t->nbatch; rank++) at[rank] = t->batch[rank];
    at[rank++] = t->mb;
    at[rank++] = i;
    if (j != NO_EXPR) at[rank++] = j;
    return x_load(t->b->nest, buf, at);
}

static void store_here(Attend *t, BufId buf, ExprId i, ExprId j, ExprId value) {
    ExprId at[MAX_RANK];
    int rank = 0;
    for (; rank < t->nbatch; rank++) at[rank] = t->batch[rank];
    at[rank++] = t->mb;
    at[rank++] = i;
    if (j != NO_EXPR) at[rank++] = j;
    bd_store_at(t->b, buf, t->naxis, t->axis, at, value);
}

/* Element [batch.., i, j] of an operand, broadcast where its extent is 1. */
static ExprId operand(Attend *t, BufId buf, ExprId i, ExprId j) {
    ExprId at[MAX_RANK];
    int rank = bd_buf(t->b, buf)->rank;
    for (int r = 0; r < rank; r++) {
        int from = r + t->nbatch + 2 - rank; /* dimension of the result */
        at[r] = bd_buf(t->b, buf)->dim[r] == 1 ? x_index(t->b->nest, 0)
                : from < t->nbatch             ? t->batch[from]
                : from == t->nbatch            ? i
                                               : j;
    }
    return bd_load(t->b, buf, at);
}

/* The row of query mi of this block; beyond the last one that one again. */
static ExprId query(Attend *t, ExprId mi) {
    Nest *n = t->b->nest;
    ExprId row = x_fn2(n, FN_add, bd_times(t->b, t->mb, t->block), mi);
    return t->m % t->block ? x_fn2(n, FN_min, row, x_index(n, t->m - 1)) : row;
}

static ExprId reduce(Attend *t, Combine c, ExprId value, AxisId axis) {
    return x_reduce(t->b->nest, c, value, NO_EXPR, 1, &axis);
}

/* weights[n,mi] = exp(score - its row's maximum); returns 1 / the row's sum. */
static BufId softmax_stages(Attend *t, DType type, BufId scores, BufId weights) {
    Nest *n = t->b->nest;
    BufId top = local(t, "top", type, 1, t->block, 0), part = local(t, "part", type, 1, t->block, 0);
    open_stage(t);
    ExprId mi = add_axis(t, "mi", t->block);
    AxisId key = nest_axis(n, "n", t->n, AXIS_reduce);
    store_here(t, top, mi, NO_EXPR, reduce(t, COMBINE_max, here(t, scores, x_axis(n, key), mi), key));
    open_stage(t);
    ExprId ni = add_axis(t, "n", t->n);
    mi = add_axis(t, "mi", t->block);
    store_here(t, weights, ni, mi,
               x_fn1(n, FN_exp, x_fn2(n, FN_sub, here(t, scores, ni, mi), here(t, top, mi, NO_EXPR))));
    open_stage(t);
    mi = add_axis(t, "mi", t->block);
    key = nest_axis(n, "n", t->n, AXIS_reduce);
    ExprId sum = reduce(t, COMBINE_sum, here(t, weights, x_axis(n, key), mi), key);
    store_here(t, part, mi, NO_EXPR, x_fn2(n, FN_div, x_number(n, type, 1), sum));
    return part;
}

static bool sizes(NestBuild *b, Attend *t) {
    const Attr_Attention *a = bd_attr(b);
    const Buffer *q = bd_buf(b, bd_in(b, 0)), *k = bd_buf(b, bd_in(b, 1)), *y = bd_buf(b, bd_out(b, 0));
    t->b = b;
    t->nbatch = y->rank - 2;
    t->m = y->dim[y->rank - 2];
    t->d = y->dim[y->rank - 1];
    t->k = q->dim[q->rank - 1];
    t->n = k->dim[k->rank - 1];
    t->block = a->block;
    t->blocks = (t->m + t->block - 1) / t->block;
    if (t->nbatch + 3 > MAX_RANK) return bd_error(b, NULL, "too many dimensions");
    for (int i = 0; i < t->nbatch; i++) t->dim[i] = y->dim[i];
    t->dim[t->nbatch] = t->blocks;
    return true;
}

bool build_Attention(NestBuild *b) {
    const Attr_Attention *a = bd_attr(b);
    Nest *n = b->nest;
    Attend at = {0}, *t = &at;
    if (!sizes(b, t)) return false;
    open_stage(t);
    ExprId ki = add_axis(t, "k", t->k), mi = add_axis(t, "mi", t->block);
    ExprId q = operand(t, bd_in(b, 0), query(t, mi), ki);
    DType type = (DType)x_get(n, q)->dtype;
    BufId turned = local(t, "turned", type, 2, t->k, t->block);
    store_here(t, turned, ki, mi, x_fn2(n, FN_mul, q, x_number(n, type, a->scale)));
    BufId scores = local(t, "scores", type, 2, t->n, t->block), weights = local(t, "weights", type, 2, t->n, t->block);
    open_stage(t);
    ExprId ni = add_axis(t, "n", t->n);
    mi = add_axis(t, "mi", t->block);
    AxisId k = nest_axis(n, "k", t->k, AXIS_reduce);
    ExprId ke = x_axis(n, k), product = x_fn2(n, FN_mul, operand(t, bd_in(b, 1), ke, ni), here(t, turned, ke, mi));
    ExprId score = reduce(t, COMBINE_sum, product, k);
    if (bd_in(b, 3) != NO_BUF) score = x_fn2(n, FN_add, score, operand(t, bd_in(b, 3), query(t, mi), ni));
    store_here(t, scores, ni, mi, score);
    BufId part = softmax_stages(t, type, scores, weights);
    open_stage(t);
    mi = add_axis(t, "mi", t->block);
    ExprId di = add_axis(t, "d", t->d), to[MAX_RANK];
    AxisId key = nest_axis(n, "n", t->n, AXIS_reduce);
    ExprId ne = x_axis(n, key), row = x_fn2(n, FN_add, bd_times(b, t->mb, t->block), mi);
    ExprId sum = reduce(t, COMBINE_sum, x_fn2(n, FN_mul, here(t, weights, ne, mi), operand(t, bd_in(b, 2), ne, di)), key);
    for (int i = 0; i < t->nbatch; i++) to[i] = t->batch[i];
    to[t->nbatch] = row;
    to[t->nbatch + 1] = di;
    Stage *last =
        bd_store_at(b, bd_out(b, 0), t->naxis, t->axis, to, x_fn2(n, FN_mul, sum, here(t, part, mi, NO_EXPR)));
    if (t->m % t->block) last->guard = x_fn2(n, FN_lt, row, x_index(n, t->m));
    return true;
}
