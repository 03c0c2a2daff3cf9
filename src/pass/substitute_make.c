#include "pass/substitute.h"
#include <math.h>
#include <string.h>

bool make_elementwise(Rw *r, const Match *m, Op op, ValueId second, void *attr) {
    ValueId in[2] = {match_value(m, 'x'), second};
    if (!same_type(r->g, in[0], rw_out(r, m->node[0]))) return false;
    rw_become(r, m->node[0], op, second == NO_VALUE ? 1 : 2, in, attr);
    return true;
}

static DType root_type(const Rw *r, const Match *m) { return r->g->value.at[rw_out(r, m->node[0])].dtype; }

/* ---- activations ----------------------------------------------------------------------------------------------- */

bool make_gelu_tanh(Rw *r, const Match *m) {
    Attr_Mode *a = rw_attr_new(r, OP_Gelu);
    a->mode = "tanh";
    return make_elementwise(r, m, OP_Gelu, NO_VALUE, a);
}

bool make_swish(Rw *r, const Match *m) {
    Attr_Alpha *a = rw_attr_new(r, OP_Swish);
    a->alpha = match_number(m, 'a');
    return make_elementwise(r, m, OP_Swish, NO_VALUE, a);
}

static bool hard_sigmoid(Rw *r, const Match *m, double alpha, double beta) {
    Attr_AlphaBeta *a = rw_attr_new(r, OP_HardSigmoid);
    a->alpha = alpha;
    a->beta = beta;
    return isfinite(alpha) && isfinite(beta) && make_elementwise(r, m, OP_HardSigmoid, NO_VALUE, a);
}

bool make_hard_sigmoid_scaled(Rw *r, const Match *m) {
    return hard_sigmoid(r, m, match_number(m, 'a'), match_number(m, 'b'));
}

/* clip(x + b, 0, h) * c with c = 1 / h */
bool make_hard_sigmoid_mul(Rw *r, const Match *m) {
    double h = match_number(m, 'h');
    return h > 0 && near_const(root_type(r, m), h * match_number(m, 'c'), 1) &&
           hard_sigmoid(r, m, 1 / h, match_number(m, 'b') / h);
}

bool make_hard_sigmoid_div(Rw *r, const Match *m) {
    double h = match_number(m, 'h');
    return h > 0 && near_const(root_type(r, m), h, match_number(m, 'c')) &&
           hard_sigmoid(r, m, 1 / h, match_number(m, 'b') / h);
}

bool make_hard_swish(Rw *r, const Match *m) {
    const Attr_AlphaBeta *a = RW_ATTR(r, match_node(r, m, 'h'), AlphaBeta);
    return near_const(DT_f32, a->alpha, 1.0 / 6) && near_const(DT_f32, a->beta, 0.5) &&
           make_elementwise(r, m, OP_HardSwish, NO_VALUE, NULL);
}

bool make_leaky(Rw *r, const Match *m) {
    Attr_Alpha *a = rw_attr_new(r, OP_LeakyRelu);
    a->alpha = match_number(m, 'a');
    return isfinite(a->alpha) && make_elementwise(r, m, OP_LeakyRelu, NO_VALUE, a);
}

bool make_leaky_max(Rw *r, const Match *m) {
    double a = match_number(m, 'a');
    return a >= 0 && a <= 1 && make_leaky(r, m);
}

bool make_prelu(Rw *r, const Match *m) { return make_elementwise(r, m, OP_PRelu, match_value(m, 'a'), NULL); }

static double negated(double x) { return -x; }
static double doubled(double x) { return 2 * x; }

static bool prelu_of(Rw *r, const Match *m, double (*f)(double)) {
    if (!same_type(r->g, match_value(m, 'x'), rw_out(r, m->node[0]))) return false;
    return make_elementwise(r, m, OP_PRelu, rw_const_map(r, match_value(m, 'a'), f), NULL);
}

bool make_prelu_negated(Rw *r, const Match *m) { return prelu_of(r, m, negated); }

/* (x - |x|) / 2 is the negative part */
bool make_prelu_halved(Rw *r, const Match *m) { return prelu_of(r, m, doubled); }

/* ---- softmax and reductions ------------------------------------------------------------------------------------ */

/* The one axis of a reduction that keeps its dimension, or -1. */
static int64_t kept_axis(const Attr_Reduce *a) { return a->axes.n == 1 && a->keepdims ? a->axes.at[0] : -1; }

static bool softmax(Rw *r, const Match *m, Op op, int64_t axis) {
    Attr_Axis *a = rw_attr_new(r, op);
    a->axis = axis;
    return axis >= 0 && make_elementwise(r, m, op, NO_VALUE, a);
}

bool make_softmax(Rw *r, const Match *m) {
    int64_t axis = kept_axis(RW_ATTR(r, match_node(r, m, 's'), Reduce));
    if (match_value(m, 'm') != NO_VALUE && kept_axis(RW_ATTR(r, match_node(r, m, 'm'), Reduce)) != axis) return false;
    return softmax(r, m, OP_Softmax, axis);
}

bool make_log_softmax(Rw *r, const Match *m) {
    return softmax(r, m, OP_LogSoftmax, RW_ATTR(r, match_node(r, m, 's'), Axis)->axis);
}

bool make_log_softmax_sub(Rw *r, const Match *m) {
    return softmax(r, m, OP_LogSoftmax, kept_axis(RW_ATTR(r, match_node(r, m, 's'), Reduce)));
}

/* Root becomes `op` of x with the axes of the reduction s. */
static bool reduction(Rw *r, const Match *m, Op op) {
    ValueId x = match_value(m, 'x'), s = match_value(m, 's');
    if (!same_type(r->g, s, rw_out(r, m->node[0]))) return false;
    rw_become(r, m->node[0], op, 1, &x, rw_attr_copy(r, match_node(r, m, 's')));
    return true;
}

static double reduced_count(Rw *r, const Match *m) {
    const Ints *axes = &RW_ATTR(r, match_node(r, m, 's'), Reduce)->axes;
    const Shape *s = value_shape(r->g, match_value(m, 'x'));
    double n = 1;
    for (uint32_t i = 0; i < axes->n; i++) n *= dim_known(s->dim[axes->at[i]]) ? (double)s->dim[axes->at[i]] : 0;
    return n;
}

bool make_mean_mul(Rw *r, const Match *m) {
    double n = reduced_count(r, m);
    return n > 0 && near_const(root_type(r, m), n * match_number(m, 'c'), 1) && reduction(r, m, OP_ReduceMean);
}

bool make_mean_div(Rw *r, const Match *m) {
    double n = reduced_count(r, m);
    return n > 0 && near_const(root_type(r, m), n, match_number(m, 'c')) && reduction(r, m, OP_ReduceMean);
}

bool make_norm2(Rw *r, const Match *m) { return reduction(r, m, OP_ReduceL2); }
