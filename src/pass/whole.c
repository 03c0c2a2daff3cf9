#include "pass/whole.h"
#include <math.h>

ValueId whole_const(Rw *r, ValueId v, ValueId zero, int axis) {
    const Tensor *t = value_data(r->g, v), *z = value_data(r->g, zero);
    if (!t || !t->data || !dtype_is_int(t->dtype) || (zero != NO_VALUE && (!z || !z->data))) return NO_VALUE;
    int64_t n = shape_count(&t->shape), nz = z ? shape_count(&z->shape) : 0, inner = 1;
    bool each = nz > 1;
    if (each && (z->shape.rank != 1 || axis < 0 || axis >= t->shape.rank || nz != t->shape.dim[axis])) return NO_VALUE;
    for (int i = axis + 1; each && i < t->shape.rank; i++) inner *= t->shape.dim[i];
    double *x = arena_array_of(r->tmp, n + 1, double);
    for (int64_t i = 0; i < n; i++) {
        x[i] = tensor_float(t, i) - (z ? tensor_float(z, each ? i / inner % nz : 0) : 0);
        if (fabs(x[i]) > WHOLE_LIMIT) return NO_VALUE;
    }
    Tensor *to = tensor_new(r->g->arena, DT_f32, t->shape);
    for (int64_t i = 0; i < n; i++) tensor_set_float(to, i, x[i]);
    to->exact = true;
    ValueId made = graph_constant(r->g, r->g->value.at[v].name, to);
    rw_grow(r);
    return made;
}

void whole_range(const Graph *g, ValueId v, double *lo, double *hi) {
    const Tensor *t = value_data(g, v);
    int64_t n = shape_count(&t->shape);
    *lo = *hi = 0;
    for (int64_t i = 0; i < n; i++) {
        *lo = fmin(*lo, tensor_float(t, i));
        *hi = fmax(*hi, tensor_float(t, i));
    }
}

double whole_sum(const Graph *g, ValueId w, int axis) {
    const Tensor *t = value_data(g, w);
    const Shape *s = &t->shape;
    int64_t inner = axis == 0 ? 1 : s->dim[s->rank - 1];
    int64_t depth = axis == 0 ? shape_count(s) / s->dim[0] : s->dim[s->rank - 2], step = depth * inner;
    double most = 0;
    for (int64_t o = 0; o < shape_count(s); o += step)
        for (int64_t i = 0; i < inner; i++) {
            double sum = 0;
            for (int64_t k = 0; k < depth; k++) sum += fabs(tensor_float(t, o + k * inner + i));
            most = fmax(most, sum);
        }
    return most;
}

static ValueId number(Rw *r, const char *hint, double x) {
    Shape s = shape_of(0, NULL);
    return rw_const_fill(r, hint, DT_f32, &s, x);
}

ValueId whole_plus(Rw *r, NodeId like, ValueId v, double x) {
    return x == 0 ? v : rw_node(r, like, OP_Add, 2, (ValueId[2]){v, number(r, "zero_point", x)}, NULL);
}

ValueId whole_clip(Rw *r, NodeId like, ValueId v, double lo, double hi) {
    return rw_node(r, like, OP_Clip, 3, (ValueId[3]){v, number(r, "lowest", lo), number(r, "largest", hi)}, NULL);
}

void *whole_cast_attr(Rw *r, DType t) {
    Attr_Cast *a = rw_attr_new(r, OP_Cast);
    a->to = t;
    return a;
}

ValueId whole_cast(Rw *r, NodeId like, ValueId v, DType t) {
    return rw_node(r, like, OP_Cast, 1, &v, whole_cast_attr(r, t));
}
