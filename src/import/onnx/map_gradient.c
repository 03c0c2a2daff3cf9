/* Gradient: the nodes from xs to y, walked backwards. Each operator's part is written as smaller operators, so that a
 * gradient of a gradient is one too. */
#include "import/onnx/maps.h"
#include <math.h>

typedef struct {
    OnnxNode *n;
    Node f; /* the node that is walked over */
    ValueId x, y, dy;
} Part;

static ValueId fn1(const Part *p, Op op, ValueId a) { return ox_make1(p->n, op, a, NULL); }
static ValueId fn2(const Part *p, Op op, ValueId a, ValueId b) { return ox_make2(p->n, op, a, b); }
static ValueId mul(const Part *p, ValueId a, ValueId b) { return fn2(p, OP_Mul, a, b); }
static ValueId number(const Part *p, double v) { return ox_scalar(p->n, ox_dtype(p->n, p->dy), v); }
static ValueId scaled(const Part *p, ValueId a, double v) { return v == 1 ? a : mul(p, a, number(p, v)); }
static ValueId less_from(const Part *p, double v, ValueId a) { return fn2(p, OP_Sub, number(p, v), a); }

static ValueId where(const Part *p, ValueId condition, ValueId yes, ValueId no) {
    return ox_where(p->n, condition, yes, no);
}

static ValueId expand(OnnxNode *n, ValueId v, const Shape *s) {
    if (n->bad || s->rank < 0) return NO_VALUE;
    Attr_ShapeTo *a = ox_new(n, OP_Expand);
    Dim *at = arena_array_of(n->r->arena, MAX_RANK, Dim);
    memcpy(at, s->dim, (size_t)s->rank * sizeof *at);
    a->shape = (Dims){(uint32_t)s->rank, at};
    return ox_make1(n, OP_Expand, v, a);
}

static ValueId sum(OnnxNode *n, ValueId v, uint32_t count, const int64_t *axes) {
    Attr_Reduce *a = ox_new(n, OP_ReduceSum);
    a->axes = ox_list_of(n, count, axes);
    return count ? ox_make1(n, OP_ReduceSum, v, a) : v;
}

/* v summed over what was broadcast from shape `to`. */
static ValueId unbroadcast(OnnxNode *n, ValueId v, const Shape *to) {
    Shape s = ox_shape(n, v);
    int64_t axes[MAX_RANK];
    uint32_t count = 0;
    if (n->bad || shape_equal(&s, to)) return v;
    for (int i = 0; i < s.rank; i++) {
        int own = i - (s.rank - to->rank);
        if (own < 0 || (to->dim[own] == 1 && s.dim[i] != 1)) axes[count++] = i;
    }
    return ox_reshape(n, sum(n, v, count, axes), to);
}

static ValueId transposed(const Part *p, ValueId v) {
    int rank = ox_shape(p->n, v).rank;
    int64_t perm[MAX_RANK];
    for (int i = 0; i < rank; i++) perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    return ox_transpose(p->n, v, rank, perm);
}

static ValueId permuted_back(const Part *p) {
    const Ints *perm = &((const Attr_Perm *)p->f.attr)->perm;
    int64_t inverse[MAX_RANK];
    for (uint32_t i = 0; i < perm->n; i++) inverse[perm->at[i]] = i;
    return ox_transpose(p->n, p->dy, (int)perm->n, inverse);
}

static ValueId refuse(const Part *p) {
    ox_error(p->n, "y", NULL, "the gradient of operator %s is not supported", op_info[p->f.op].name);
    return NO_VALUE;
}

static ValueId matmul_part(const Part *p, unsigned i) {
    OnnxNode *n = p->n;
    if (ox_shape(n, p->f.in[0]).rank < 2 || ox_shape(n, p->f.in[1]).rank < 2) return refuse(p);
    return i ? fn2(p, OP_MatMul, transposed(p, p->f.in[0]), p->dy)
             : fn2(p, OP_MatMul, p->dy, transposed(p, p->f.in[1]));
}

static ValueId product(const Part *p, ValueId a, bool ta, ValueId b, bool tb) {
    Attr_Gemm *g = ox_new(p->n, OP_Gemm);
    g->alpha = ((const Attr_Gemm *)p->f.attr)->alpha;
    g->transA = ta, g->transB = tb;
    return ox_make(p->n, OP_Gemm, 2, (ValueId[]){a, b}, g);
}

static ValueId gemm_part(const Part *p, unsigned i) {
    const Attr_Gemm *g = p->f.attr;
    ValueId a = p->f.in[0], b = p->f.in[1];
    bool ta = g->transA != 0, tb = g->transB != 0;
    if (i == 2) return scaled(p, p->dy, g->beta);
    if (i == 0) return ta ? product(p, b, tb, p->dy, true) : product(p, p->dy, false, b, !tb);
    return tb ? product(p, p->dy, true, a, ta) : product(p, a, !ta, p->dy, false);
}

/* Sums and means: every element has the same part. */
static ValueId reduce_part(const Part *p) {
    const Attr_Reduce *r = p->f.attr;
    OnnxNode *n = p->n;
    Shape x = ox_shape(n, p->x), kept = x;
    double count = 1;
    for (uint32_t i = 0; i < r->axes.n; i++) {
        Dim d = x.dim[r->axes.at[i]];
        if (p->f.op == OP_ReduceMean && !dim_known(d))
            return ox_error(n, "y", "give the shape with --input-shape",
                            "a mean is over a dimension that is not known"),
                   NO_VALUE;
        count *= (double)d;
        kept.dim[r->axes.at[i]] = 1;
    }
    ValueId dy = p->f.op == OP_ReduceMean ? scaled(p, p->dy, 1 / count) : p->dy;
    return expand(n, ox_reshape(n, dy, &kept), &x);
}

static ValueId softmax_part(const Part *p) {
    int64_t axis = ((const Attr_Axis *)p->f.attr)->axis;
    if (p->f.op == OP_LogSoftmax)
        return fn2(p, OP_Sub, p->dy, mul(p, fn1(p, OP_Exp, p->y), sum(p->n, p->dy, 1, &axis)));
    return mul(p, p->y, fn2(p, OP_Sub, p->dy, sum(p->n, mul(p, p->dy, p->y), 1, &axis)));
}

/* What was taken goes back to where it came from; elements that were taken twice get both. */
static ValueId gathered_part(const Part *p) {
    OnnxNode *n = p->n;
    Shape x = ox_shape(n, p->x);
    Attr_Scatter *a = ox_new(n, OP_ScatterElements);
    a->axis = ((const Attr_Axis *)p->f.attr)->axis;
    a->reduction = "add";
    ValueId in[3] = {expand(n, number(p, 0), &x), p->f.in[1], p->dy};
    return ox_make(n, OP_ScatterElements, 3, in, a);
}

static ValueId pow_part(const Part *p, unsigned i) {
    ValueId a = p->f.in[0], b = p->f.in[1];
    if (i) return mul(p, p->dy, mul(p, p->y, fn1(p, OP_Log, a)));
    return mul(p, p->dy, mul(p, b, fn2(p, OP_Pow, a, fn2(p, OP_Sub, b, number(p, 1)))));
}

static ValueId cast_part(const Part *p) {
    DType t = ox_dtype(p->n, p->x);
    if (!dtype_is_float(t) || !dtype_is_float(ox_dtype(p->n, p->y))) return refuse(p);
    Attr_Cast *a = ox_new(p->n, OP_Cast);
    a->to = t;
    return ox_make1(p->n, OP_Cast, p->dy, a);
}

/* Of two operands: what operand i of the node adds to the gradient. */
static ValueId binary_part(const Part *p, unsigned i) {
    ValueId dy = p->dy, a = p->f.in[0], b = p->f.in[1], other = p->f.in[!i];
    switch (p->f.op) {
    case OP_Add: return dy;
    case OP_Sub: return i ? fn1(p, OP_Neg, dy) : dy;
    case OP_Mul: return mul(p, dy, other);
    case OP_Div: return i ? fn1(p, OP_Neg, mul(p, dy, fn2(p, OP_Div, p->y, b))) : fn2(p, OP_Div, dy, b);
    case OP_Pow: return pow_part(p, i);
    case OP_Max:
    case OP_Min: { /* of equal operands the first */
        ValueId first = fn2(p, p->f.op == OP_Max ? OP_GreaterOrEqual : OP_LessOrEqual, a, b), zero = number(p, 0);
        return i ? where(p, first, zero, dy) : where(p, first, dy, zero);
    }
    case OP_MatMul: return matmul_part(p, i);
    case OP_Gemm: return gemm_part(p, i);
    case OP_GatherElements: return gathered_part(p);
    case OP_Where: return i == 1 ? where(p, a, dy, number(p, 0)) : where(p, a, number(p, 0), dy);
    default: return refuse(p);
    }
}

static ValueId unary_part(const Part *p) {
    ValueId dy = p->dy, x = p->x, y = p->y;
    Shape s = ox_shape(p->n, x);
    switch (p->f.op) {
    case OP_Identity:
    case OP_Expand: return dy;
    case OP_Cast: return cast_part(p);
    case OP_Reshape: return ox_reshape(p->n, dy, &s);
    case OP_Transpose: return permuted_back(p);
    case OP_Neg: return fn1(p, OP_Neg, dy);
    case OP_Abs: return mul(p, dy, fn1(p, OP_Sign, x));
    case OP_Reciprocal: return fn1(p, OP_Neg, mul(p, dy, mul(p, y, y)));
    case OP_Sqrt: return fn2(p, OP_Div, scaled(p, dy, 0.5), y);
    case OP_Exp: return mul(p, dy, y);
    case OP_Log: return fn2(p, OP_Div, dy, x);
    case OP_Sin: return mul(p, dy, fn1(p, OP_Cos, x));
    case OP_Cos: return fn1(p, OP_Neg, mul(p, dy, fn1(p, OP_Sin, x)));
    case OP_Tanh: return mul(p, dy, less_from(p, 1, mul(p, y, y)));
    case OP_Sigmoid: return mul(p, dy, mul(p, y, less_from(p, 1, y)));
    case OP_Softplus: return mul(p, dy, fn1(p, OP_Sigmoid, x));
    case OP_Erf: return mul(p, scaled(p, dy, 2 / sqrt(acos(-1))), fn1(p, OP_Exp, fn1(p, OP_Neg, mul(p, x, x))));
    case OP_LeakyRelu: {
        double alpha = ((const Attr_Alpha *)p->f.attr)->alpha;
        return where(p, fn2(p, OP_Less, x, number(p, 0)), scaled(p, dy, alpha), dy);
    }
    case OP_Relu: return where(p, fn2(p, OP_Greater, x, number(p, 0)), dy, number(p, 0));
    case OP_ReduceSum:
    case OP_ReduceMean: return reduce_part(p);
    case OP_Softmax:
    case OP_LogSoftmax: return softmax_part(p);
    default: return refuse(p);
    }
}

enum { MOST_WALKED = 1 << 28 }; /* a gradient of a gradient of ... grows by a factor each time */

/* Accounts for looking at so many nodes. */
static bool affordable(OnnxNode *n, int64_t nodes) {
    n->r->walked += nodes;
    if (n->r->walked <= MOST_WALKED && n->g->node.n <= ONNX_MAX_NODES) return !n->bad;
    return ox_error(n, NULL, NULL, "the gradients have too many nodes");
}

typedef struct {
    OnnxNode *n;
    IdMap depends; /* values that are computed from xs */
    IdMap adjoint; /* value -> gradient of y by it */
    IdMap copy;    /* value -> the same computed from the node's operands */
} Backward;

static bool has(const IdMap *m, ValueId v) { return v != NO_VALUE && idmap_get(m, v) != MAP_NONE; }

/* Adds the gradient by each operand of a node whose result's is known. */
static bool walk_over(Backward *b, NodeId id) {
    OnnxNode *n = b->n;
    Part p = {.n = n, .f = n->g->node.at[id]};
    p.y = p.f.out[0];
    if (!affordable(n, 1)) return false;
    if (p.f.nout != 1 || p.f.nsub) return refuse(&p) != NO_VALUE;
    p.dy = idmap_get(&b->adjoint, p.y);
    for (unsigned i = 0; i < p.f.nin; i++) {
        p.x = p.f.in[i];
        if (!has(&b->depends, p.x) || !dtype_is_float(ox_dtype(n, p.x))) continue;
        Shape s = ox_shape(n, p.x);
        ValueId d = unbroadcast(n, p.f.nin == 1 ? unary_part(&p) : binary_part(&p, i), &s);
        if (n->bad) return false;
        if (has(&b->adjoint, p.x)) d = fn2(&p, OP_Add, idmap_get(&b->adjoint, p.x), d);
        idmap_set(n->r->tmp, &b->adjoint, p.x, d);
    }
    return !n->bad;
}

/* Nodes that are computed from the tensors in xs and zs, up to y, again from other values. */
static ValueId computed_from(Backward *b, ValueId y, NodeId count) {
    OnnxNode *n = b->n;
    Arena *tmp = n->r->tmp;
    NodeId first = n->g->value.at[y].producer;
    if (!affordable(n, count)) return NO_VALUE;
    bool *needed = arena_array_of(tmp, count + 1, bool);
    if (first != NO_NODE) needed[first] = true;
    for (NodeId id = count; id-- > 0;)
        for (unsigned i = 0; needed[id] && i < n->g->node.at[id].nin; i++) {
            ValueId v = n->g->node.at[id].in[i];
            NodeId from = v == NO_VALUE || has(&b->copy, v) ? NO_NODE : n->g->value.at[v].producer;
            if (from != NO_NODE && from < count) needed[from] = true;
        }
    for (NodeId id = 0; id < count && !n->bad; id++) {
        Node f = n->g->node.at[id];
        bool moved = false;
        for (unsigned i = 0; needed[id] && i < f.nin; i++) moved = moved || has(&b->copy, f.in[i]);
        if (!moved || has(&b->copy, f.out[0])) continue;
        if (f.nout != 1 || f.nsub) return refuse(&(Part){.n = n, .f = f});
        ValueId *in = arena_array_of(tmp, f.nin + 1, ValueId);
        for (unsigned i = 0; i < f.nin; i++) in[i] = has(&b->copy, f.in[i]) ? idmap_get(&b->copy, f.in[i]) : f.in[i];
        idmap_set(tmp, &b->copy, f.out[0], ox_make(n, f.op, f.nin, in, f.attr));
    }
    return has(&b->copy, y) ? idmap_get(&b->copy, y) : y;
}

/* The tensors that an attribute names; each stands for the operand at its place from `at` on. What is computed from a
 * constant is folded, so that it can be no variable. */
static bool named(Backward *b, const char *attr, uint32_t at, bool variable, uint32_t *count) {
    OnnxNode *n = b->n;
    const AttributeProto *a = ox_find(n, attr);
    *count = a ? (uint32_t)a->n_strings : 0;
    for (uint32_t i = 0; i < *count; i++) {
        const char *name = arena_strndup(n->r->tmp, (const char *)a->strings[i].data, a->strings[i].len);
        ValueId v = onnx_lookup(n->r, n->scope, name);
        if (v == ONNX_POISON) return !(n->bad = true); /* told already */
        if (onnx_is_list(v)) return ox_error(n, attr, NULL, "'%s' is no tensor", name);
        if (v == NO_VALUE || v == ONNX_ABSENT)
            return ox_error(n, attr, NULL, "there is no tensor '%s' before this node", name);
        if (!ox_has(n, at + i)) return ox_error(n, attr, NULL, "operand %u, for '%s', is missing", at + i, name);
        bool differs = n->in[at + i] != v;
        if (n->g->value.at[v].data && (variable || differs))
            return ox_error(n, attr, "make it an input of the model", "'%s' is a constant", name);
        if (differs) idmap_set(n->r->tmp, &b->copy, v, n->in[at + i]);
    }
    return true;
}

static bool emit_gradients(Backward *b, ValueId y, uint32_t xs) {
    OnnxNode *n = b->n;
    DType t = ox_dtype(n, y);
    Shape s = ox_shape(n, y);
    if (!dtype_is_float(t)) return ox_error(n, "y", NULL, "is %s, not floating-point", dtype_info[t].name);
    for (uint32_t i = 0; i < xs; i++) idmap_set(n->r->tmp, &b->depends, n->in[i], 1);
    NodeId count = n->g->node.n;
    if (!affordable(n, 2 * (int64_t)count)) return false;
    for (NodeId id = 0; id < count; id++) {
        const Node *f = &n->g->node.at[id];
        bool any = false;
        for (unsigned i = 0; i < f->nin; i++) any = any || has(&b->depends, f->in[i]);
        for (unsigned i = 0; any && i < f->nout; i++)
            if (f->out[i] != NO_VALUE) idmap_set(n->r->tmp, &b->depends, f->out[i], 1);
    }
    idmap_set(n->r->tmp, &b->adjoint, y, expand(n, ox_scalar(n, t, 1), &s));
    for (NodeId id = count; id-- > 0 && !n->bad;) {
        const Node *f = &n->g->node.at[id];
        if (f->op == OP_none || !f->nout || !has(&b->adjoint, f->out[0]) || !has(&b->depends, f->out[0])) continue;
        bool independent = false;
        for (uint32_t i = 0; i < xs; i++) independent = independent || n->in[i] == f->out[0];
        if (!independent && !walk_over(b, id)) return false;
    }
    for (uint32_t i = 0; i < xs && !n->bad; i++) {
        Shape x = ox_shape(n, n->in[i]);
        bool reached = has(&b->adjoint, n->in[i]);
        ValueId d = reached ? idmap_get(&b->adjoint, n->in[i]) : expand(n, ox_scalar(n, ox_dtype(n, n->in[i]), 0), &x);
        if (!ox_emit_value(n, i, d)) return false;
    }
    return !n->bad;
}

bool map_gradient(OnnxNode *n) {
    Backward b = {.n = n};
    const char *name = ox_string(n, "y", "");
    ValueId y = onnx_lookup(n->r, n->scope, name);
    uint32_t xs, zs;
    if (n->bad) return false;
    if (y == ONNX_POISON) return !(n->bad = true);
    if (n->g->outer) return ox_refuse(n, "inside a loop or branch that depends on data");
    if (onnx_is_list(y)) return ox_error(n, "y", NULL, "'%s' is no tensor", name);
    if (y == NO_VALUE || y == ONNX_ABSENT)
        return ox_error(n, "y", NULL, "there is no tensor '%s' before this node", name);
    if (!named(&b, "xs", 0, true, &xs) || !named(&b, "zs", xs, false, &zs)) return false;
    if (!xs || n->nin != xs + zs || n->nout > xs)
        return ox_error(n, "xs", NULL, "%u and %u tensors are named for %u operands and %u outputs", xs, zs, n->nin,
                        n->nout);
    if (b.copy.n) y = computed_from(&b, y, n->g->node.n);
    return !n->bad && emit_gradients(&b, y, xs);
}
