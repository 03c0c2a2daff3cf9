/* Probabilities of classes from those of pairs, as libsvm does it: rounds over the classes in which one probability
 * after another is set to its best value and all are scaled back to a sum of 1. A round begins with fresh products;
 * when they hardly differ the row is settled and its steps change nothing. All stages take turns along the steps. */
#include "op/build.h"

enum { ROUNDS = 100 };

typedef struct {
    const NestBuild *b;
    Nest *n;
    DType type;
    int64_t rows, classes;
    AxisId s, row, j;
    ExprId se, ne, je, t;            /* t: the class whose turn it is */
    BufId q, p, qp, pqp, live, diff; /* Q p, p Q p */
} Coupling;

static ExprId load1(const Coupling *c, BufId buf) {
    return x_load(c->n, buf, &c->ne);
}
static ExprId load2(const Coupling *c, BufId buf, ExprId i) {
    return x_load(c->n, buf, (ExprId[]){c->ne, i});
}
static ExprId load3(const Coupling *c, BufId buf, ExprId i, ExprId j) {
    return x_load(c->n, buf, (ExprId[]){c->ne, i, j});
}
static ExprId op(const Coupling *c, Fn f, ExprId a, ExprId b) {
    return x_fn2(c->n, f, a, b);
}
static ExprId real(const Coupling *c, double v) {
    return x_real(c->n, c->type, v);
}

static BufId local(const Coupling *c, const char *name, int rank) {
    return bd_local(c->b, name, c->type, rank, (int64_t[]){c->rows, c->classes, c->classes});
}

static AxisId reduced(const Coupling *c) {
    return nest_axis(c->n, "k", c->classes, AXIS_reduce);
}

/* Before the steps: Q, equal probabilities, every row live. */
static void begin(Coupling *c) {
    BufId r = bd_in(c->b, 0);
    AxisId axes[3] = {nest_axis(c->n, "n", c->rows, AXIS_spatial), nest_axis(c->n, "i", c->classes, AXIS_spatial),
                      nest_axis(c->n, "j", c->classes, AXIS_spatial)};
    ExprId n = x_axis(c->n, axes[0]), i = x_axis(c->n, axes[1]), j = x_axis(c->n, axes[2]);
    AxisId k = reduced(c);
    ExprId ke = x_axis(c->n, k);
    ExprId forth = bd_load(c->b, r, (ExprId[]){n, i, j}), back = bd_load(c->b, r, (ExprId[]){n, j, i});
    ExprId square = x_fn1(c->n, FN_sq, bd_load(c->b, r, (ExprId[]){n, ke, i}));
    square = x_select(c->n, op(c, FN_ne, ke, i), square, real(c, 0));
    ExprId sum = x_reduce(c->n, COMBINE_sum, square, NO_EXPR, 1, &k);
    ExprId product = x_fn1(c->n, FN_neg, op(c, FN_mul, back, forth));
    bd_store(c->b, c->q, 3, axes, x_select(c->n, op(c, FN_eq, i, j), sum, product));
    AxisId two[2] = {nest_axis(c->n, "n", c->rows, AXIS_spatial), nest_axis(c->n, "i", c->classes, AXIS_spatial)};
    bd_store(c->b, c->p, 2, two, real(c, 1.0 / (double)c->classes));
    AxisId zero[2] = {nest_axis(c->n, "n", c->rows, AXIS_spatial), nest_axis(c->n, "i", c->classes, AXIS_spatial)};
    bd_store(c->b, c->qp, 2, zero, real(c, 0));
    BufId one[3] = {c->pqp, c->live, c->diff};
    for (int b = 0; b < 3; b++) {
        AxisId row = nest_axis(c->n, "n", c->rows, AXIS_spatial);
        bd_store(c->b, one[b], 1, &row, real(c, one[b] == c->live));
    }
}

static void store1(const Coupling *c, BufId buf, ExprId v) {
    bd_store_at(c->b, buf, 2, (AxisId[]){c->s, c->row}, &c->ne, v);
}
static void store2(const Coupling *c, BufId buf, ExprId v) {
    bd_store_at(c->b, buf, 3, (AxisId[]){c->s, c->row, c->j}, (ExprId[]){c->ne, c->je}, v);
}

/* At the first class of a round: products, and whether they still differ. */
static void renew(const Coupling *c) {
    ExprId first = op(c, FN_eq, c->t, x_index(c->n, 0));
    AxisId k = reduced(c), l = reduced(c), m = reduced(c);
    ExprId ke = x_axis(c->n, k), le = x_axis(c->n, l), me = x_axis(c->n, m);
    ExprId row =
        x_reduce(c->n, COMBINE_sum, op(c, FN_mul, load3(c, c->q, c->je, ke), load2(c, c->p, ke)), NO_EXPR, 1, &k);
    store2(c, c->qp, x_select(c->n, first, row, load2(c, c->qp, c->je)));
    ExprId all = x_reduce(c->n, COMBINE_sum, op(c, FN_mul, load2(c, c->p, le), load2(c, c->qp, le)), NO_EXPR, 1, &l);
    store1(c, c->pqp, x_select(c->n, first, all, load1(c, c->pqp)));
    ExprId error = x_fn1(c->n, FN_abs, op(c, FN_sub, load2(c, c->qp, me), load1(c, c->pqp)));
    error = x_reduce(c->n, COMBINE_max, error, NO_EXPR, 1, &m);
    ExprId open = op(c, FN_ge, error, real(c, 0.005 / (double)c->classes));
    ExprId live = x_select(c->n, open, load1(c, c->live), real(c, 0));
    store1(c, c->live, x_select(c->n, first, live, load1(c, c->live)));
}

/* The best p[t], and what that makes of the products and of all p. */
static void improve(const Coupling *c) {
    ExprId qtt = load3(c, c->q, c->t, c->t), qpt = load2(c, c->qp, c->t), pqp = load1(c, c->pqp);
    ExprId gain = op(c, FN_div, op(c, FN_sub, pqp, qpt), qtt);
    ExprId is_live = op(c, FN_gt, load1(c, c->live), real(c, 0));
    store1(c, c->diff, x_select(c->n, is_live, gain, real(c, 0)));
    ExprId d = load1(c, c->diff), scale = op(c, FN_add, real(c, 1), d);
    ExprId more = op(c, FN_mul, d, op(c, FN_add, op(c, FN_mul, d, qtt), op(c, FN_mul, real(c, 2), qpt)));
    store1(c, c->pqp, op(c, FN_div, op(c, FN_add, pqp, more), x_fn1(c->n, FN_sq, scale)));
    ExprId moved = op(c, FN_add, load2(c, c->qp, c->je), op(c, FN_mul, d, load3(c, c->q, c->t, c->je)));
    store2(c, c->qp, op(c, FN_div, moved, scale));
    ExprId mine = x_select(c->n, op(c, FN_eq, c->je, c->t), d, real(c, 0));
    store2(c, c->p, op(c, FN_div, op(c, FN_add, load2(c, c->p, c->je), mine), scale));
}

bool build_PairwiseCoupling(NestBuild *b) {
    BufId r = bd_in(b, 0), y = bd_out(b, 0);
    Coupling c = {.b = b, .n = b->nest, .type = bd_compute(bd_buf(b, r)->dtype)};
    c.rows = bd_buf(b, r)->dim[0];
    c.classes = bd_buf(b, r)->dim[1];
    c.q = local(&c, "q", 3), c.p = local(&c, "p", 2), c.qp = local(&c, "qp", 2);
    c.pqp = local(&c, "pqp", 1), c.live = local(&c, "live", 1), c.diff = local(&c, "diff", 1);
    begin(&c);
    int64_t rounds = c.classes > ROUNDS ? c.classes : ROUNDS;
    c.s = nest_axis(c.n, "s", rounds * c.classes, AXIS_serial);
    c.row = nest_axis(c.n, "n", c.rows, AXIS_spatial);
    c.j = nest_axis(c.n, "j", c.classes, AXIS_spatial);
    c.se = x_axis(c.n, c.s), c.ne = x_axis(c.n, c.row), c.je = x_axis(c.n, c.j);
    c.t = bd_mod(b, c.se, c.classes);
    renew(&c);
    improve(&c);
    AxisId axes[2] = {nest_axis(c.n, "n", c.rows, AXIS_spatial), nest_axis(c.n, "i", c.classes, AXIS_spatial)};
    ExprId at[2] = {x_axis(c.n, axes[0]), x_axis(c.n, axes[1])};
    bd_store(b, y, 2, axes, x_load(c.n, c.p, at));
    return true;
}
