/* RNN, GRU, LSTM. One direction is a run of stages:
 *     xw[t,n,g]   = x[t] W + biases         all steps and gates at once
 *     h[0,n,j]    = initial state
 *     for every step t, in order (the stages share the serial axis t):
 *         a[n,g]     = sum(k) h[t,n,k] R[g,k]
 *         h[t+1,n,j] = cell(xw[t,n,..], a[n,..], h[t,n,j])
 *     y[t], y_h   = copies
 * Step t of the reverse direction is position steps-1-t. With sequence_lens the steps from a sequence's length on keep
 * its state, its results are zeros there, and the reverse direction starts at position length-1. */
#include "op/build.h"
#include "op/rnn.h"

typedef struct {
    const NestBuild *b;
    const Attr_Rnn *a;
    Nest *nest;
    int64_t dir, steps, batch, hidden, input, gates;
    bool reverse;
    DType type; /* computed in */
    AxisId t, n, j;
    ExprId te, ne, je, d;
    BufId xw, h, c, acc;
    Activation f[RNN_ACTIVATIONS];
} Rnn;

static ExprId index_of(const Rnn *r, int64_t v) {
    return x_index(r->nest, v);
}
static ExprId real(const Rnn *r, double v) {
    return x_real(r->nest, r->type, v);
}
static ExprId add(const Rnn *r, ExprId a, ExprId b) {
    return x_fn2(r->nest, FN_add, a, b);
}
static ExprId mul(const Rnn *r, ExprId a, ExprId b) {
    return x_fn2(r->nest, FN_mul, a, b);
}

static ExprId clipped(const Rnn *r, ExprId e) {
    if (!(r->a->clip > 0)) return e;
    e = x_fn2(r->nest, FN_min, e, real(r, r->a->clip));
    return x_fn2(r->nest, FN_max, e, real(r, -r->a->clip));
}

static ExprId fn1(const Rnn *r, Fn f, ExprId e) {
    return x_fn1(r->nest, f, e);
}
static ExprId fn2(const Rnn *r, Fn f, ExprId a, ExprId b) {
    return x_fn2(r->nest, f, a, b);
}

static ExprId sigmoid(const Rnn *r, ExprId e) {
    return fn2(r, FN_div, real(r, 1), add(r, real(r, 1), fn1(r, FN_exp, fn1(r, FN_neg, e))));
}

/* max(e, 0) + log(1 + exp(-|e|)) */
static ExprId softplus(const Rnn *r, ExprId e) {
    ExprId small = fn1(r, FN_exp, fn1(r, FN_neg, fn1(r, FN_abs, e)));
    return add(r, fn2(r, FN_max, e, real(r, 0)), fn1(r, FN_log1p, small));
}

/* Activation i of the cell: f and g of clipped sums, h of an LSTM's state as it is. */
static ExprId activated(const Rnn *r, int i, ExprId e) {
    const Activation *f = &r->f[i];
    if (i < 2) e = clipped(r, e);
    ExprId alpha = real(r, f->alpha), beta = real(r, f->beta), zero = real(r, 0), one = real(r, 1);
    switch (f->kind) {
    case ACT_relu: return fn2(r, FN_max, e, zero);
    case ACT_tanh: return fn1(r, FN_tanh, e);
    case ACT_sigmoid: return sigmoid(r, e);
    case ACT_affine: return add(r, mul(r, alpha, e), beta);
    case ACT_leaky_relu: return x_select(r->nest, fn2(r, FN_lt, e, zero), mul(r, alpha, e), e);
    case ACT_thresholded_relu: return x_select(r->nest, fn2(r, FN_ge, e, alpha), e, zero);
    case ACT_scaled_tanh: return mul(r, alpha, fn1(r, FN_tanh, mul(r, beta, e)));
    case ACT_hard_sigmoid: return fn2(r, FN_max, zero, fn2(r, FN_min, one, add(r, mul(r, alpha, e), beta)));
    case ACT_elu: return x_select(r->nest, fn2(r, FN_lt, e, zero), mul(r, alpha, fn1(r, FN_expm1, e)), e);
    case ACT_softsign: return fn2(r, FN_div, e, add(r, one, fn1(r, FN_abs, e)));
    case ACT_softplus: return softplus(r, e);
    }
    return e;
}

static ExprId load2(const Rnn *r, BufId buf, ExprId i, ExprId j) {
    ExprId at[2] = {i, j};
    return bd_load(r->b, buf, at);
}
static ExprId load3(const Rnn *r, BufId buf, ExprId i, ExprId j, ExprId k) {
    ExprId at[3] = {i, j, k};
    return bd_load(r->b, buf, at);
}

/* Position of row j of gate g. */
static ExprId row(const Rnn *r, int64_t g, ExprId j) {
    return bd_plus(r->b, j, g * r->hidden);
}
/* The length of sequence n, between 0 and all steps. */
static ExprId length(const Rnn *r, ExprId n) {
    BufId lens = bd_in(r->b, 4);
    if (lens == NO_BUF) return index_of(r, r->steps);
    return bd_clamp(r->b, x_to_index(r->nest, x_cast(r->nest, DT_i64, x_load(r->nest, lens, &n))), 0, r->steps);
}

/* Where step t of sequence n reads and writes: an involution, so that it also tells a position's step. Behind the
 * sequence's end, where it does not matter, anywhere. */
static ExprId position(const Rnn *r, ExprId t, ExprId n) {
    if (!r->reverse) return t;
    ExprId p = fn2(r, FN_sub, bd_plus(r->b, length(r, n), -1), t);
    return bd_in(r->b, 4) == NO_BUF ? p : bd_clamp(r->b, p, 0, r->steps - 1);
}
static ExprId within(const Rnn *r, ExprId t, ExprId n, ExprId value, ExprId otherwise) {
    return bd_in(r->b, 4) == NO_BUF ? value : x_select(r->nest, fn2(r, FN_lt, t, length(r, n)), value, otherwise);
}
static AxisId axis(const Rnn *r, const char *name, int64_t extent, AxisKind kind) {
    return nest_axis(r->nest, name, extent, kind);
}

/* sum(k) value(k) * R[dir, row, k], value = what[lead.., k] */
static ExprId recurrent(const Rnn *r, ExprId at_row, BufId state, bool stepped) {
    AxisId k = axis(r, "k", r->hidden, AXIS_reduce);
    ExprId ke = x_axis(r->nest, k);
    ExprId s = stepped ? load3(r, state, r->te, r->ne, ke) : load2(r, state, r->ne, ke);
    ExprId product = mul(r, s, load3(r, bd_in(r->b, 2), r->d, at_row, ke));
    return x_reduce(r->nest, COMBINE_sum, product, NO_EXPR, 1, &k);
}

/* The recurrent bias of GRU's h gate stays inside the reset product with linear_before_reset. */
static ExprId biases(const Rnn *r, ExprId g, ExprId e, int64_t recurrent_gates) {
    BufId bias = bd_in(r->b, 3);
    if (bias == NO_BUF) return e;
    e = add(r, e, load2(r, bias, r->d, g));
    ExprId rb = load2(r, bias, r->d, bd_plus(r->b, g, r->gates * r->hidden));
    ExprId inside = x_fn2(r->nest, FN_lt, g, index_of(r, recurrent_gates * r->hidden));
    return add(r, e, x_select(r->nest, inside, rb, real(r, 0)));
}

static void project_input(Rnn *r, int64_t recurrent_gates) {
    int64_t dim[3] = {r->steps, r->batch, r->gates * r->hidden};
    AxisId axes[3] = {axis(r, "t", dim[0], AXIS_spatial), axis(r, "n", dim[1], AXIS_spatial),
                      axis(r, "g", dim[2], AXIS_spatial)};
    AxisId i = axis(r, "i", r->input, AXIS_reduce);
    ExprId n = x_axis(r->nest, axes[1]), g = x_axis(r->nest, axes[2]), t = position(r, x_axis(r->nest, axes[0]), n);
    ExprId ie = x_axis(r->nest, i);
    ExprId x = r->a->layout ? load3(r, bd_in(r->b, 0), n, t, ie) : load3(r, bd_in(r->b, 0), t, n, ie);
    ExprId product = mul(r, x, load3(r, bd_in(r->b, 1), r->d, g, ie));
    ExprId sum = x_reduce(r->nest, COMBINE_sum, product, NO_EXPR, 1, &i);
    r->xw = bd_local(r->b, "xw", r->type, 3, dim);
    bd_store(r->b, r->xw, 3, axes, biases(r, g, sum, recurrent_gates));
}

/* Local [steps + 1, batch, hidden] whose slice 0 is the initial state. */
static BufId state(Rnn *r, const char *name, BufId initial) {
    int64_t dim[3] = {r->steps + 1, r->batch, r->hidden};
    BufId buf = bd_local(r->b, name, r->type, 3, dim);
    AxisId axes[2] = {axis(r, "n", r->batch, AXIS_spatial), axis(r, "j", r->hidden, AXIS_spatial)};
    ExprId n = x_axis(r->nest, axes[0]), j = x_axis(r->nest, axes[1]), at[3] = {index_of(r, 0), n, j};
    ExprId v = real(r, 0);
    if (initial != NO_BUF) v = r->a->layout ? load3(r, initial, n, r->d, j) : load3(r, initial, r->d, n, j);
    bd_store_at(r->b, buf, 2, axes, at, v);
    return buf;
}

/* acc[n,g] = sum(k) h[t,n,k] R[g,k] for the first `gates` gates. */
static void recur(Rnn *r, int64_t gates) {
    int64_t dim[2] = {r->batch, gates * r->hidden};
    AxisId axes[3] = {r->t, r->n, axis(r, "g", dim[1], AXIS_spatial)};
    ExprId at[2] = {r->ne, x_axis(r->nest, axes[2])};
    r->acc = bd_local(r->b, "acc", r->type, 2, dim);
    bd_store_at(r->b, r->acc, 3, axes, at, recurrent(r, at[1], r->h, true));
}

/* One stage over t, n, j that writes buf[t+1,n,j]. */
static void advance(const Rnn *r, BufId buf, ExprId value) {
    AxisId axes[3] = {r->t, r->n, r->j};
    ExprId at[3] = {bd_plus(r->b, r->te, 1), r->ne, r->je};
    bd_store_at(r->b, buf, 3, axes, at, within(r, r->te, r->ne, value, load3(r, buf, r->te, r->ne, r->je)));
}

static ExprId gate(const Rnn *r, int64_t g) {
    ExprId i = row(r, g, r->je);
    return add(r, load3(r, r->xw, r->te, r->ne, i), load2(r, r->acc, r->ne, i));
}

static void cell_rnn(Rnn *r) {
    recur(r, 1);
    advance(r, r->h, activated(r, 0, gate(r, 0)));
}

/* Gates z, r, h. */
static void cell_gru(Rnn *r) {
    bool before = r->a->linear_before_reset != 0;
    ExprId old = load3(r, r->h, r->te, r->ne, r->je), candidate;
    ExprId xh = load3(r, r->xw, r->te, r->ne, row(r, 2, r->je));
    recur(r, before ? 3 : 2);
    if (before) {
        ExprId inner = load2(r, r->acc, r->ne, row(r, 2, r->je));
        BufId bias = bd_in(r->b, 3);
        if (bias != NO_BUF) inner = add(r, inner, load2(r, bias, r->d, row(r, 5, r->je)));
        candidate = add(r, xh, mul(r, activated(r, 0, gate(r, 1)), inner));
    } else {
        int64_t dim[2] = {r->batch, r->hidden};
        AxisId axes[3] = {r->t, r->n, r->j};
        ExprId at[2] = {r->ne, r->je};
        BufId reset = bd_local(r->b, "reset", r->type, 2, dim);
        bd_store_at(r->b, reset, 3, axes, at, mul(r, activated(r, 0, gate(r, 1)), old));
        candidate = add(r, xh, recurrent(r, row(r, 2, r->je), reset, false));
    }
    ExprId z = activated(r, 0, gate(r, 0)), fresh = x_fn2(r->nest, FN_sub, real(r, 1), z);
    advance(r, r->h, add(r, mul(r, fresh, activated(r, 1, candidate)), mul(r, z, old)));
}

/* Peephole weight p (0 input, 1 output, 2 forget) times the cell's state. */
static ExprId peephole(const Rnn *r, ExprId e, int64_t p, ExprId c) {
    BufId weights = bd_in(r->b, 7);
    return weights == NO_BUF ? e : add(r, e, mul(r, load2(r, weights, r->d, row(r, p, r->je)), c));
}

/* Gates i, o, f, c. */
static void cell_lstm(Rnn *r) {
    ExprId old = load3(r, r->c, r->te, r->ne, r->je), made = load3(r, r->c, bd_plus(r->b, r->te, 1), r->ne, r->je);
    recur(r, 4);
    ExprId i = activated(r, 0, peephole(r, gate(r, 0), 0, old));
    ExprId f = r->a->input_forget ? fn2(r, FN_sub, real(r, 1), i) : activated(r, 0, peephole(r, gate(r, 2), 2, old));
    advance(r, r->c, add(r, mul(r, f, old), mul(r, i, activated(r, 1, gate(r, 3)))));
    ExprId o = activated(r, 0, peephole(r, gate(r, 1), 1, made));
    advance(r, r->h, mul(r, o, activated(r, 2, made)));
}

static void store_all(const Rnn *r, BufId y) {
    AxisId axes[3] = {axis(r, "t", r->steps, AXIS_spatial), axis(r, "n", r->batch, AXIS_spatial),
                      axis(r, "j", r->hidden, AXIS_spatial)};
    ExprId p = x_axis(r->nest, axes[0]), n = x_axis(r->nest, axes[1]), j = x_axis(r->nest, axes[2]);
    ExprId seq_first[4] = {p, r->d, n, j}, batch_first[4] = {n, p, r->d, j};
    ExprId v = within(r, p, n, load3(r, r->h, bd_plus(r->b, position(r, p, n), 1), n, j), real(r, 0));
    if (y != NO_BUF) bd_store_at(r->b, y, 3, axes, r->a->layout ? batch_first : seq_first, v);
}

static void store_last(const Rnn *r, BufId y, BufId from) {
    AxisId axes[2] = {axis(r, "n", r->batch, AXIS_spatial), axis(r, "j", r->hidden, AXIS_spatial)};
    ExprId n = x_axis(r->nest, axes[0]), j = x_axis(r->nest, axes[1]);
    ExprId dir_first[3] = {r->d, n, j}, batch_first[3] = {n, r->d, j};
    ExprId v = load3(r, from, index_of(r, r->steps), n, j);
    if (y != NO_BUF) bd_store_at(r->b, y, 2, axes, r->a->layout ? batch_first : dir_first, v);
}

static void build_direction(Rnn *r, void (*cell)(Rnn *), bool has_cell) {
    r->d = index_of(r, r->dir);
    project_input(r, r->gates == 3 && r->a->linear_before_reset ? 2 : r->gates);
    r->h = state(r, "h", bd_in(r->b, 5));
    if (has_cell) r->c = state(r, "c", bd_in(r->b, 6));
    r->t = axis(r, "t", r->steps, AXIS_serial);
    r->n = axis(r, "n", r->batch, AXIS_spatial);
    r->j = axis(r, "j", r->hidden, AXIS_spatial);
    r->te = x_axis(r->nest, r->t);
    r->ne = x_axis(r->nest, r->n);
    r->je = x_axis(r->nest, r->j);
    cell(r);
    store_all(r, bd_out(r->b, 0));
    store_last(r, bd_out(r->b, 1), r->h);
    if (has_cell) store_last(r, bd_out(r->b, 2), r->c);
}

static bool build_recurrent(NestBuild *b, int64_t gates, void (*cell)(Rnn *)) {
    const Attr_Rnn *a = bd_attr(b);
    BufId x = bd_in(b, 0), w = bd_in(b, 1), rec = bd_in(b, 2);
    if (!bd_rank(b, x, 3) || !bd_rank(b, w, 3) || !bd_rank(b, rec, 3)) return false;
    Rnn r = {.b = b, .a = a, .nest = b->nest, .gates = gates};
    const int64_t *dim = bd_buf(b, x)->dim;
    r.steps = dim[a->layout ? 1 : 0];
    r.batch = dim[a->layout ? 0 : 1];
    r.input = dim[2];
    r.hidden = bd_buf(b, rec)->dim[2];
    r.type = bd_compute(bd_buf(b, x)->dtype);
    bool both = !strcmp(a->direction, "bidirectional");
    Activation f[2][RNN_ACTIVATIONS];
    const char *field, *wrong = rnn_activations(a, bd_node(b)->op, both ? 2 : 1, f, &field);
    if (wrong) return bd_error(b, field, "%s", wrong);
    if (bd_buf(b, rec)->dim[1] != gates * r.hidden || bd_buf(b, w)->dim[1] != gates * r.hidden ||
        bd_buf(b, w)->dim[2] != r.input || bd_buf(b, w)->dim[0] != (both ? 2 : 1))
        return bd_error(b, "hidden_size", "does not go with the shapes of the weights");
    for (r.dir = 0; r.dir < (both ? 2 : 1); r.dir++) {
        r.reverse = r.dir == 1 || !strcmp(a->direction, "reverse");
        memcpy(r.f, f[r.dir], sizeof r.f);
        build_direction(&r, cell, gates == 4);
    }
    return true;
}

bool build_RNN(NestBuild *b) {
    return build_recurrent(b, 1, cell_rnn);
}
bool build_GRU(NestBuild *b) {
    return build_recurrent(b, 3, cell_gru);
}
bool build_LSTM(NestBuild *b) {
    return build_recurrent(b, 4, cell_lstm);
}
