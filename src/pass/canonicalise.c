/* One form for what can be said in several, so that later patterns need to know one only. */
#include "pass/rewrite.h"
#include <math.h>

/* Larger constants are not copied for the sake of form. */
#define COPY_LIMIT ((size_t)1 << 16)

typedef bool Rule(Rw *r, NodeId n);

static double negate(double x) { return -x; }
static double reciprocal(double x) { return 1 / x; }

static bool copyable(Rw *r, ValueId v) {
    const Tensor *t = value_data(r->g, v);
    return t && dtype_is_float(t->dtype) && t->bytes <= COPY_LIMIT;
}

static bool float_node(Rw *r, NodeId n) { return dtype_is_float(r->g->value.at[rw_out(r, n)].dtype); }

static bool become1(Rw *r, NodeId n, Op op, ValueId x) {
    rw_become(r, n, op, 1, &x, NULL);
    return true;
}

static bool become2(Rw *r, NodeId n, Op op, ValueId a, ValueId b) {
    rw_become(r, n, op, 2, (ValueId[2]){a, b}, NULL);
    return true;
}

/* The operand's shape is the result's, so that dropping the other operand is no broadcast. */
static bool keeps_shape(Rw *r, NodeId n, ValueId x) { return same_type(r->g, x, rw_out(r, n)); }

static bool constant_second(Rw *r, NodeId n) {
    if (!op_commutes(rw_at(r, n)->op)) return false;
    ValueId a = rw_in(r, n, 0), b = rw_in(r, n, 1);
    return value_data(r->g, a) && !value_data(r->g, b) && become2(r, n, rw_at(r, n)->op, b, a);
}

static bool rule_add(Rw *r, NodeId n) {
    ValueId a = rw_in(r, n, 0), b = rw_in(r, n, 1);
    if (!float_node(r, n)) return false;
    NodeId p = rw_def_op(r, b, OP_Neg), q = rw_def_op(r, a, OP_Neg);
    if (p != NO_NODE && rw_single(r, b)) return become2(r, n, OP_Sub, a, rw_in(r, p, 0));
    if (q != NO_NODE && rw_single(r, a) && !value_data(r->g, b)) return become2(r, n, OP_Sub, b, rw_in(r, q, 0));
    return false;
}

static bool rule_sub(Rw *r, NodeId n) {
    ValueId a = rw_in(r, n, 0), b = rw_in(r, n, 1);
    if (!float_node(r, n)) return false;
    NodeId p = rw_def_op(r, b, OP_Neg);
    if (p != NO_NODE && rw_single(r, b)) return become2(r, n, OP_Add, a, rw_in(r, p, 0));
    if (copyable(r, b) && !value_data(r->g, a)) return become2(r, n, OP_Add, a, rw_const_map(r, b, negate));
    return const_is(r->g, a, 0) && keeps_shape(r, n, b) && become1(r, n, OP_Neg, b);
}

static bool rule_mul(Rw *r, NodeId n) {
    ValueId a = rw_in(r, n, 0), b = rw_in(r, n, 1);
    if (!float_node(r, n)) return false;
    if (const_is(r->g, b, -1) && keeps_shape(r, n, a)) return become1(r, n, OP_Neg, a);
    NodeId p = rw_def_op(r, a, OP_Neg);
    return p != NO_NODE && rw_single(r, a) && copyable(r, b) &&
           become2(r, n, OP_Mul, rw_in(r, p, 0), rw_const_map(r, b, negate));
}

/* Whether x / c and x * (1 / c) are the same number: powers of two whose reciprocal is a normal number. */
static bool exact_reciprocal(const Tensor *t) {
    int64_t count = shape_count(&t->shape);
    int least = t->dtype == DT_f64 ? -1021 : t->dtype == DT_f16 ? -13 : -125;
    for (int64_t i = 0; i < count; i++) {
        int e;
        double x = tensor_float(t, i);
        if (x == 0 || !isfinite(x) || fabs(frexp(x, &e)) != 0.5 || e < least || 2 - e < least) return false;
    }
    return true;
}

static bool rule_div(Rw *r, NodeId n) {
    ValueId a = rw_in(r, n, 0), b = rw_in(r, n, 1);
    if (!float_node(r, n)) return false;
    if (copyable(r, b) && !value_data(r->g, a) && exact_reciprocal(value_data(r->g, b)))
        return become2(r, n, OP_Mul, a, rw_const_map(r, b, reciprocal));
    return const_is(r->g, a, 1) && keeps_shape(r, n, b) && become1(r, n, OP_Reciprocal, b);
}

static bool rule_pow(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    double p;
    if (!const_scalar(r->g, rw_in(r, n, 1), &p) || !keeps_shape(r, n, x)) return false;
    if (p == 2) return become2(r, n, OP_Mul, x, x);
    if (p == 3) return become2(r, n, OP_Mul, rw_node(r, n, OP_Mul, 2, (ValueId[2]){x, x}, NULL), x);
    if (!float_node(r, n)) return false;
    if (p == 0.5) return become1(r, n, OP_Sqrt, x);
    if (p == -1) return become1(r, n, OP_Reciprocal, x);
    return p == -0.5 && become1(r, n, OP_Reciprocal, rw_node(r, n, OP_Sqrt, 1, &x, NULL));
}

/* ---- limits: everything becomes Relu or Clip ------------------------------------------------------------------- */

typedef struct {
    double lo, hi; /* infinite where absent */
} Limits;

/* n as Clip with constant bounds of a float; false where it is something else. */
static bool limits_of(Rw *r, NodeId n, Limits *to) {
    ValueId lo = rw_in(r, n, 1), hi = rw_in(r, n, 2);
    *to = (Limits){-(double)INFINITY, (double)INFINITY};
    if (!float_node(r, n)) return false;
    if (rw_at(r, n)->op == OP_Relu) {
        to->lo = 0;
        return true;
    }
    return rw_at(r, n)->op == OP_Clip && (lo == NO_VALUE || const_scalar(r->g, lo, &to->lo)) &&
           (hi == NO_VALUE || const_scalar(r->g, hi, &to->hi)) && to->lo <= to->hi;
}

static bool become_limits(Rw *r, NodeId n, ValueId x, Limits l) {
    if (l.lo == 0 && isinf(l.hi)) return become1(r, n, OP_Relu, x);
    DType t = r->g->value.at[x].dtype;
    ValueId in[3] = {x, NO_VALUE, NO_VALUE};
    if (!isinf(l.lo)) in[1] = graph_const_float(r->g, "min", t, l.lo);
    if (!isinf(l.hi)) in[2] = graph_const_float(r->g, "max", t, l.hi);
    rw_grow(r);
    rw_become(r, n, OP_Clip, isinf(l.hi) ? 2 : 3, in, NULL);
    return true;
}

static double clamp(double x, Limits l) { return fmin(fmax(x, l.lo), l.hi); }

static bool rule_limit(Rw *r, NodeId n) {
    Limits outer, inner;
    ValueId x = rw_in(r, n, 0);
    if (!limits_of(r, n, &outer)) return false;
    NodeId p = rw_def(r, x);
    if (p != NO_NODE && rw_single(r, x) && limits_of(r, p, &inner)) {
        Limits both = {clamp(inner.lo, outer), clamp(inner.hi, outer)};
        rw_absorb(r, n, p);
        return become_limits(r, n, rw_in(r, p, 0), both);
    }
    return rw_at(r, n)->op == OP_Clip && outer.lo == 0 && isinf(outer.hi) && become1(r, n, OP_Relu, x);
}

/* Max(x, c) and Min(x, c) with one number: a clip, or part of the clip before it. */
static bool rule_bound(Rw *r, NodeId n) {
    Limits l = {-(double)INFINITY, (double)INFINITY};
    ValueId x = rw_in(r, n, 0);
    bool max = rw_at(r, n)->op == OP_Max;
    if (!float_node(r, n) || !keeps_shape(r, n, x) || value_data(r->g, x)) return false;
    if (!const_scalar(r->g, rw_in(r, n, 1), max ? &l.lo : &l.hi) || isnan(l.lo) || isnan(l.hi)) return false;
    return (!isinf(l.lo) || !isinf(l.hi)) && become_limits(r, n, x, l);
}

/* An Expand that adds dimensions of extent 1 only. */
static bool rule_expand(Rw *r, NodeId n) {
    ValueId x = rw_in(r, n, 0);
    const Shape *s = value_shape(r->g, x), *to = value_shape(r->g, rw_out(r, n));
    if (s->rank < 0 || to->rank < s->rank) return false;
    for (int i = 0; i < to->rank; i++)
        if (to->dim[i] != aligned_dim(r->g, x, to->rank, i)) return false;
    rw_become(r, n, OP_Reshape, 1, &x, rw_attr_copy(r, n));
    return true;
}

static Rule *const rule[OP_count] = {
    [OP_Add] = rule_add,    [OP_Sub] = rule_sub,       [OP_Mul] = rule_mul,    [OP_Div] = rule_div,
    [OP_Pow] = rule_pow,    [OP_Relu] = rule_limit,    [OP_Clip] = rule_limit, [OP_Max] = rule_bound,
    [OP_Min] = rule_bound,  [OP_Expand] = rule_expand,
};

bool pass_canonicalise(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n && rw_budget(&r); n++) {
        const Node *node = rw_at(&r, n);
        if (node->op == OP_none || node->nsub) continue;
        if (constant_second(&r, n)) c->hits++;
        Op op = rw_at(&r, n)->op;
        if (rule[op] && rule[op](&r, n)) c->hits++;
    }
    return rw_end(&r);
}
