/* Shape arithmetic: the contents of small integer tensors as dim expressions. */
#include "base/size.h"
#include "op/shape.h"

typedef struct {
    const DimX *e; /* NULL: not known */
    Shape shape;
} Known;

static bool small(const Shape *s, int64_t *count) {
    *count = shape_known(s) ? shape_count(s) : -1;
    return *count >= 0 && *count <= ELEMENTS_MAX;
}

const DimX *value_elements(Graph *g, ValueId v) {
    if (v == NO_VALUE) return NULL;
    for (; g->value.at[v].captured != NO_VALUE && g->outer; g = g->outer) v = g->value.at[v].captured;
    const Value *value = &g->value.at[v];
    int64_t count;
    if (value->elements) return value->elements;
    if (!value->data || (!dtype_is_int(value->dtype) && value->dtype != DT_bool) || !small(&value->shape, &count))
        return NULL;
    DimX *e = arena_array_of(g->arena, count + 1, DimX);
    for (int64_t i = 0; i < count; i++) e[i] = dimx_number(tensor_int(value->data, i));
    return e;
}

static void coords_of(const Shape *s, int64_t index, int64_t *c) {
    for (int i = s->rank - 1; i >= 0; i--) {
        c[i] = index % s->dim[i];
        index /= s->dim[i];
    }
}

static int64_t index_of(const Shape *s, const int64_t *c) {
    int64_t index = 0;
    for (int i = 0; i < s->rank; i++) index = index * s->dim[i] + c[i];
    return index;
}

/* The element at c. A position outside the operand (a declared shape that is wrong) has none. */
static bool element(const Known *k, const int64_t *c, DimX *to) {
    for (int i = 0; i < k->shape.rank; i++)
        if (c[i] < 0 || c[i] >= k->shape.dim[i]) return false;
    *to = k->e[index_of(&k->shape, c)];
    return true;
}

/* The element of a broadcast operand that belongs to position c of the output. */
static bool broadcast_element(const Known *k, const Shape *out, const int64_t *c, DimX *to) {
    int64_t at[MAX_RANK];
    if (k->shape.rank > out->rank) return false;
    for (int i = 0; i < k->shape.rank; i++) at[i] = k->shape.dim[i] == 1 ? 0 : c[out->rank - k->shape.rank + i];
    return element(k, at, to);
}

/* Symbols are dims, so at least 0: an expression without a minus is too. */
static bool at_least_zero(Graph *g, DimX x) {
    if (x.is_number) return x.number >= 0;
    Str s = str_new(g->arena);
    dim_print(g->sym, x.sym, &s);
    return strchr(s.at, '-') == NULL;
}

/* The sign of a - b; false when it is not known. */
static bool compare(Graph *g, DimX a, DimX b, int *sign) {
    DimX ab = dimx_sub(g->sym, a, b), ba = dimx_sub(g->sym, b, a), one = dimx_number(1);
    if (dimx_bad(ab) || dimx_bad(ba)) return false;
    if (ab.is_number) {
        *sign = (ab.number > 0) - (ab.number < 0);
        return true;
    }
    if (at_least_zero(g, dimx_sub(g->sym, ab, one))) return *sign = 1, true;
    if (at_least_zero(g, dimx_sub(g->sym, ba, one))) return *sign = -1, true;
    return false;
}

/* Integers divide truncating, dims by floor: the same thing while neither is negative. */
static bool divide(Graph *g, Op op, DimX a, DimX b, DimX *r) {
    if (a.is_number && b.is_number) {
        if (b.number == 0 || (a.number == INT64_MIN && b.number == -1)) return false;
        if (op == OP_Mod && (a.number < 0 || b.number < 0)) return false; /* the sign depends on fmod */
        *r = dimx_number(op == OP_Div ? a.number / b.number : a.number % b.number);
        return true;
    }
    if (!b.is_number || b.number <= 0) return false;
    if (op == OP_Div && a.is_number && a.number < 0) return false;
    *r = op == OP_Div ? dimx_floordiv(g->sym, a, b) : dimx_mod(g->sym, a, b);
    return true;
}

static bool scalar(Graph *g, Op op, DimX a, DimX b, DimX c, DimX *r) {
    SymTable *t = g->sym;
    int sign;
    switch (op) {
    case OP_Identity:
    case OP_Expand: *r = a; return true;
    case OP_Neg: *r = dimx_sub(t, dimx_number(0), a); return true;
    case OP_Abs:
        if (!at_least_zero(g, a)) return false;
        *r = a;
        return true;
    case OP_Add: *r = dimx_add(t, a, b); return true;
    case OP_Sub: *r = dimx_sub(t, a, b); return true;
    case OP_Mul: *r = dimx_mul(t, a, b); return true;
    case OP_Min: *r = dimx_min(t, a, b); return true;
    case OP_Max: *r = dimx_max(t, a, b); return true;
    case OP_Div:
    case OP_Mod: return divide(g, op, a, b, r);
    case OP_Where:
        if (!a.is_number) return false;
        *r = a.number ? b : c;
        return true;
    case OP_Equal:
    case OP_Less:
    case OP_Greater:
    case OP_LessOrEqual:
    case OP_GreaterOrEqual:
        if (!compare(g, a, b, &sign)) return false;
        *r = dimx_number(op == OP_Equal         ? sign == 0
                         : op == OP_Less        ? sign < 0
                         : op == OP_Greater     ? sign > 0
                         : op == OP_LessOrEqual ? sign <= 0
                                                : sign >= 0);
        return true;
    case OP_And:
    case OP_Or:
    case OP_Not:
        if (!a.is_number || !b.is_number) return false;
        *r = dimx_number(op == OP_Not ? !a.number : op == OP_And ? a.number && b.number : a.number || b.number);
        return true;
    default: return false;
    }
}

static bool elementwise(Graph *g, Op op, const Known *in, unsigned nin, const Shape *out, int64_t count, DimX *to) {
    for (int64_t i = 0; i < count; i++) {
        int64_t c[MAX_RANK];
        DimX x[3] = {dimx_number(0), dimx_number(0), dimx_number(0)};
        coords_of(out, i, c);
        for (unsigned k = 0; k < nin && k < 3; k++) {
            if (!in[k].e || !broadcast_element(&in[k], out, c, &x[k])) return false;
        }
        if (!scalar(g, op, x[0], x[1], x[2], &to[i])) return false;
    }
    return true;
}

/* Reshape and Cast. */
static bool copy(Graph *g, const Known *in, DType t, int64_t count, DimX *to) {
    if (shape_count(&in->shape) != count) return false;
    for (int64_t i = 0; i < count; i++) {
        int sign;
        to[i] = in->e[i];
        if (t != DT_bool) continue;
        if (!compare(g, to[i], dimx_number(0), &sign)) return false;
        to[i] = dimx_number(sign != 0);
    }
    return true;
}

static bool reduce(Graph *g, const Node *node, const Known *in, const Shape *out, int64_t count, DimX *to) {
    const Attr_Reduce *at = node->attr;
    SymTable *t = g->sym;
    bool gone[MAX_RANK] = {false}, first[ELEMENTS_MAX];
    for (uint32_t i = 0; i < at->axes.n; i++) gone[at->axes.at[i]] = true;
    for (int64_t i = 0; i < count; i++) {
        first[i] = true;
        to[i] = dimx_number(node->op == OP_ReduceProd);
    }
    int64_t n = shape_count(&in->shape);
    for (int64_t i = 0; i < n; i++) {
        int64_t c[MAX_RANK], o[MAX_RANK];
        int rank = 0;
        coords_of(&in->shape, i, c);
        for (int k = 0; k < in->shape.rank; k++)
            if (!gone[k] || at->keepdims) o[rank++] = gone[k] ? 0 : c[k];
        int64_t j = index_of(out, o);
        if (rank != out->rank || j >= count) return false;
        bool fresh = first[j];
        first[j] = false;
        if (node->op == OP_ReduceProd)
            to[j] = dimx_mul(t, to[j], in->e[i]);
        else if (node->op == OP_ReduceSum)
            to[j] = dimx_add(t, to[j], in->e[i]);
        else if (fresh)
            to[j] = in->e[i];
        else
            to[j] = node->op == OP_ReduceMax ? dimx_max(t, to[j], in->e[i]) : dimx_min(t, to[j], in->e[i]);
    }
    for (int64_t i = 0; i < count; i++)
        if (first[i] && (node->op == OP_ReduceMax || node->op == OP_ReduceMin)) return false;
    return true;
}

static bool gather(const Node *node, const Known *in, const Shape *out, int64_t count, DimX *to) {
    if (!in[1].e) return false;
    int axis = (int)((const Attr_Axis *)node->attr)->axis;
    for (int64_t i = 0; i < count; i++) {
        int64_t c[MAX_RANK], at[MAX_RANK];
        coords_of(out, i, c);
        DimX index;
        int64_t extent = in[0].shape.dim[axis];
        if (!element(&in[1], c + axis, &index) || !index.is_number || index.number < -extent || index.number >= extent)
            return false;
        for (int k = 0; k < axis; k++) at[k] = c[k];
        for (int k = axis + 1; k < in[0].shape.rank; k++) at[k] = c[k - 1 + in[1].shape.rank];
        at[axis] = index.number < 0 ? index.number + extent : index.number;
        if (!element(&in[0], at, &to[i])) return false;
    }
    return true;
}

static bool slice(const Node *node, const Known *in, const Shape *out, int64_t count, DimX *to) {
    const Attr_Slice *at = node->attr;
    for (int i = 0; i < out->rank; i++)
        if (!dim_known(at->starts.at[i])) return false;
    for (int64_t i = 0; i < count; i++) {
        int64_t c[MAX_RANK];
        coords_of(out, i, c);
        for (int k = 0; k < out->rank; k++)
            if (!size_mul(c[k], at->steps.at[k], &c[k]) || !size_add(c[k], at->starts.at[k], &c[k])) return false;
        if (!element(in, c, &to[i])) return false;
    }
    return true;
}

static bool transpose(const Node *node, const Known *in, const Shape *out, int64_t count, DimX *to) {
    const Ints *perm = &((const Attr_Perm *)node->attr)->perm;
    for (int64_t i = 0; i < count; i++) {
        int64_t c[MAX_RANK], at[MAX_RANK];
        coords_of(out, i, c);
        for (int k = 0; k < out->rank; k++) at[perm->at[k]] = c[k];
        if (!element(in, at, &to[i])) return false;
    }
    return true;
}

static bool concat(Graph *g, const Node *node, const Shape *out, int64_t count, DimX *to) {
    int axis = (int)((const Attr_Axis *)node->attr)->axis;
    int64_t base = 0;
    for (unsigned k = 0; k < node->nin; k++) {
        Known in = {value_elements(g, node->in[k]), *value_shape(g, node->in[k])};
        int64_t n = 0;
        if (!in.e || !small(&in.shape, &n)) return false;
        for (int64_t i = 0; i < n; i++) {
            int64_t c[MAX_RANK];
            coords_of(&in.shape, i, c);
            c[axis] += base;
            int64_t j = index_of(out, c);
            if (j >= count) return false;
            to[j] = in.e[i];
        }
        base += in.shape.dim[axis];
    }
    return base == out->dim[axis];
}

static bool split(const Node *node, unsigned part, const Known *in, const Shape *out, int64_t count, DimX *to) {
    const Attr_Split *at = node->attr;
    int64_t base = 0;
    for (unsigned i = 0; i < part; i++) {
        if (!dim_known(at->split.at[i])) return false;
        base += at->split.at[i];
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t c[MAX_RANK];
        coords_of(out, i, c);
        c[at->axis] += base;
        if (!element(in, c, &to[i])) return false;
    }
    return true;
}

static bool dispatch(Graph *g, const Node *node, unsigned out_index, const Known *in, const Value *v, int64_t count,
                     DimX *to) {
    const Shape *out = &v->shape;
    switch (node->op) {
    case OP_Shape:
        if (count != in[0].shape.rank) return false;
        for (int64_t i = 0; i < count; i++) to[i] = dimx(in[0].shape.dim[i]);
        return true;
    case OP_Reshape:
    case OP_Cast: return in[0].e && copy(g, &in[0], v->dtype, count, to);
    case OP_Concat: return concat(g, node, out, count, to);
    case OP_Gather: return in[0].e && gather(node, in, out, count, to);
    case OP_Slice: return in[0].e && slice(node, &in[0], out, count, to);
    case OP_Transpose: return in[0].e && transpose(node, &in[0], out, count, to);
    case OP_Split: return in[0].e && split(node, out_index, &in[0], out, count, to);
    case OP_ReduceProd:
    case OP_ReduceSum:
    case OP_ReduceMax:
    case OP_ReduceMin: return in[0].e && reduce(g, node, &in[0], out, count, to);
    default:
        return op_info[node->op].cls == CLASS_elementwise || node->op == OP_Expand
                   ? elementwise(g, node->op, in, node->nin, out, count, to)
                   : false;
    }
}

/* Numbers fit their type, so that nothing here wraps where the operator would. */
static bool in_range(DType t, const DimX *e, int64_t count) {
    int bits = dtype_info[t].bits;
    bool is_unsigned = dtype_info[t].cls != 'i';
    if (t == DT_bool) bits = 1;
    for (int64_t i = 0; i < count; i++) {
        if (dimx_bad(e[i])) return false;
        if (!e[i].is_number) continue;
        int64_t v = e[i].number, high = bits >= 63 ? INT64_MAX : ((int64_t)1 << (is_unsigned ? bits : bits - 1)) - 1;
        if (v > high || v < (is_unsigned ? 0 : -high - 1)) return false;
    }
    return true;
}

bool elements_infer(Graph *g, NodeId n) {
    const Node *node = &g->node.at[n];
    Known in[3] = {{NULL, {0}}, {NULL, {0}}, {NULL, {0}}};
    if (node->nsub) return false;
    for (unsigned i = 0; i < node->nin && i < 3; i++) {
        int64_t count;
        if (node->in[i] == NO_VALUE) return false;
        in[i].shape = *value_shape(g, node->in[i]);
        if (node->op == OP_Shape ? in[i].shape.rank < 0 : !small(&in[i].shape, &count)) return false;
        in[i].e = value_elements(g, node->in[i]);
    }
    bool any = false;
    for (unsigned i = 0; i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        Value *v = &g->value.at[node->out[i]];
        int64_t count;
        if ((!dtype_is_int(v->dtype) && v->dtype != DT_bool) || !small(&v->shape, &count)) return false;
        if (v->elements) {
            any = true;
            continue;
        }
        DimX *to = arena_array_of(g->arena, count + 1, DimX);
        if (!dispatch(g, node, i, in, v, count, to) || !in_range(v->dtype, to, count)) return false;
        v->elements = to;
        any = true;
    }
    return any;
}
