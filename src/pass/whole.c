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

/* ---- bounds ---- */

#define MOST_STEPS 8 /* nodes looked at for the range of a value */

static bool whole(double x) { return x == rint(x); }

static bool range_of(Rw *r, WholeBounds *m, ValueId v, int steps, double *lo, double *hi);

/* Range of what node d makes; lo and hi are infinite before. */
static bool range_made(Rw *r, WholeBounds *m, NodeId d, int steps, double *lo, double *hi) {
    double low, high;
    ValueId x = rw_in(r, d, 0);
    bool all = false;
    switch (rw_at(r, d)->op) {
    case OP_Round:
        range_of(r, m, x, steps, lo, hi);
        *lo = rint(*lo), *hi = rint(*hi);
        return true;
    case OP_Cast: {
        DType from = r->g->value.at[x].dtype;
        if (r->g->value.at[rw_out(r, d)].dtype != DT_f32 || (from != DT_u8 && from != DT_i8)) return false;
        *lo = dtype_lowest(from), *hi = dtype_largest(from);
        return true;
    }
    case OP_Add:
        if (!const_scalar(r->g, rw_in(r, d, 1), &low) || !range_of(r, m, x, steps, lo, hi)) return false;
        *lo += low, *hi += low;
        return whole(low);
    case OP_Clip:
        if (!const_scalar(r->g, rw_in(r, d, 1), &low) || !const_scalar(r->g, rw_in(r, d, 2), &high)) return false;
        if (!(low <= high)) return false;
        all = range_of(r, m, x, steps, lo, hi);
        *lo = fmin(fmax(*lo, low), high), *hi = fmin(fmax(*hi, low), high);
        return all && whole(*lo) && whole(*hi);
    case OP_BlockChannels: /* filled up with 0 */
        all = range_of(r, m, x, steps, lo, hi);
        *lo = fmin(*lo, 0), *hi = fmax(*hi, 0);
        return all;
    case OP_UnblockChannels:
    case OP_MaxPool:
    case OP_Reshape:
    case OP_Transpose:
    case OP_Slice: return range_of(r, m, x, steps, lo, hi);
    case OP_Concat:
        all = range_of(r, m, x, steps, lo, hi);
        for (unsigned i = 1; i < rw_at(r, d)->nin; i++) {
            all &= range_of(r, m, rw_in(r, d, i), steps, &low, &high);
            *lo = fmin(*lo, low), *hi = fmax(*hi, high);
        }
        return all;
    default: return false;
    }
}

/* Are the elements of v whole numbers? Between which they lie, also of others: infinities where that is not known. */
static bool range_of(Rw *r, WholeBounds *m, ValueId v, int steps, double *lo, double *hi) {
    NodeId d = rw_def(r, v);
    *lo = -INFINITY, *hi = INFINITY;
    if (d == NO_NODE || !steps || v >= m->n) return false;
    WholeBound *k = &m->at[v];
    if (!k->known) {
        *k = (WholeBound){.known = true, .lo = -INFINITY, .hi = INFINITY};
        k->whole = range_made(r, m, d, steps - 1, &k->lo, &k->hi);
    }
    *lo = k->lo, *hi = k->hi;
    return k->whole;
}

WholeBounds whole_bounds_new(const Rw *r) {
    return (WholeBounds){r->g->value.n, arena_array_of(r->tmp, r->g->value.n + 1, WholeBound)};
}

bool whole_bounds(Rw *r, WholeBounds *b, ValueId v, double *lo, double *hi) {
    return range_of(r, b, v, MOST_STEPS, lo, hi);
}

bool whole_bytes(const Tensor *w) {
    for (int64_t i = 0; i < shape_count(&w->shape); i++) {
        double x = tensor_float(w, i);
        if (!whole(x) || x < -128 || x > 127) return false;
    }
    return true;
}
