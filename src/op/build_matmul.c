/* MatMul with numpy's batch broadcasting and one-dimensional operands, its integer form, and Gemm. */
#include "op/build.h"

typedef struct {
    const NestBuild *b;
    BufId buf;
    int batch;   /* leading dimensions */
    bool vector;  /* one-dimensional: its only index is k */
    bool integer; /* taken as i32, less the zero point, which is broadcast to the operand */
    BufId zero;
} Matrix;

static Matrix matrix(const NestBuild *b, unsigned i) {
    int rank = bd_buf(b, bd_in(b, i))->rank;
    return (Matrix){b, bd_in(b, i), rank > 2 ? rank - 2 : 0, rank == 1, false, NO_BUF};
}

static ExprId taken(const Matrix *m, const ExprId *at) {
    ExprId e = bd_load(m->b, m->buf, at);
    return m->integer ? bd_centred(m->b, e, m->zero, bd_buf(m->b, m->buf)->rank, at) : e;
}

/* Element [batch.., row, column]; batch dims of extent 1 are broadcast over the result's. */
static ExprId element(const Matrix *m, int nbatch, const ExprId *batch, ExprId row, ExprId column, ExprId k) {
    ExprId at[MAX_RANK];
    if (m->vector) return taken(m, &k);
    for (int i = 0; i < m->batch; i++)
        at[i] = bd_buf(m->b, m->buf)->dim[i] == 1 ? x_index(m->b->nest, 0) : batch[nbatch - m->batch + i];
    at[m->batch] = row;
    at[m->batch + 1] = column;
    return taken(m, at);
}

static bool product_of(NestBuild *b, Matrix x, Matrix y) {
    Nest *n = b->nest;
    BufId out = bd_out(b, 0);
    if (bd_buf(b, x.buf)->rank == 0 || bd_buf(b, y.buf)->rank == 0) return bd_error(b, NULL, "an operand is a scalar");
    int nbatch = x.batch > y.batch ? x.batch : y.batch, rank = nbatch + !x.vector + !y.vector;
    if (!bd_rank(b, out, rank)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    for (int i = 0; i < rank; i++) {
        const char *name = i < nbatch ? arena_printf(n->arena, "b%d", i) : i == nbatch && !x.vector ? "m" : "n";
        axes[i] = nest_axis(n, name, bd_buf(b, out)->dim[i], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    int64_t depth = bd_buf(b, x.buf)->dim[bd_buf(b, x.buf)->rank - 1];
    if (depth != bd_buf(b, y.buf)->dim[y.vector ? 0 : y.batch]) return bd_error(b, NULL, "the inner sizes differ");
    AxisId k = nest_axis(n, "k", depth, AXIS_reduce);
    ExprId ke = x_axis(n, k);
    ExprId p = element(&x, nbatch, at, x.vector ? ke : at[nbatch], ke, ke);
    ExprId q = element(&y, nbatch, at, ke, y.vector ? ke : at[rank - 1], ke);
    bd_store(b, out, rank, axes, x_reduce(n, COMBINE_sum, x_fn2(n, FN_mul, p, q), NO_EXPR, 1, &k));
    return true;
}

bool build_MatMul(NestBuild *b) {
    return product_of(b, matrix(b, 0), matrix(b, 1));
}

bool build_MatMulInteger(NestBuild *b) {
    Matrix x = matrix(b, 0), y = matrix(b, 1);
    x.integer = y.integer = true;
    x.zero = bd_in(b, 2);
    y.zero = bd_in(b, 3);
    return product_of(b, x, y);
}

bool build_Gemm(NestBuild *b) {
    const Attr_Gemm *g = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), w = bd_in(b, 1), c = bd_in(b, 2), out = bd_out(b, 0);
    if (!bd_rank(b, x, 2) || !bd_rank(b, w, 2) || !bd_rank(b, out, 2)) return false;
    int64_t depth = bd_buf(b, x)->dim[g->transA ? 0 : 1];
    if (depth != bd_buf(b, w)->dim[g->transB ? 1 : 0]) return bd_error(b, NULL, "the inner sizes differ");
    AxisId axes[2] = {nest_axis(n, "m", bd_buf(b, out)->dim[0], AXIS_spatial),
                      nest_axis(n, "n", bd_buf(b, out)->dim[1], AXIS_spatial)};
    AxisId k = nest_axis(n, "k", depth, AXIS_reduce);
    ExprId at[2] = {x_axis(n, axes[0]), x_axis(n, axes[1])}, ke = x_axis(n, k);
    ExprId xi[2] = {g->transA ? ke : at[0], g->transA ? at[0] : ke},
           wi[2] = {g->transB ? at[1] : ke, g->transB ? ke : at[1]};
    ExprId product = x_fn2(n, FN_mul, bd_load(b, x, xi), bd_load(b, w, wi));
    ExprId sum = x_reduce(n, COMBINE_sum, product, NO_EXPR, 1, &k);
    DType t = (DType)x_get(n, sum)->dtype;
    sum = x_fn2(n, FN_mul, sum, x_number(n, t, g->alpha));
    if (c != NO_BUF && g->beta != 0) {
        ExprId term = x_cast(n, t, bd_broadcast(b, c, 2, at));
        sum = x_fn2(n, FN_add, sum, x_fn2(n, FN_mul, term, x_number(n, t, g->beta)));
    }
    bd_store(b, out, 2, axes, sum);
    return true;
}
