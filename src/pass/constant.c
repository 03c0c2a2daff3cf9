/* Constants as rewrites see them. Arithmetic is in double and rounded once, to the type of the result. */
#include "pass/rewrite.h"
#include <math.h>
#include <string.h>

bool const_scalar(const Graph *g, ValueId v, double *x) {
    const Tensor *t = value_data(g, v);
    if (!t || t->dtype == DT_string || shape_count(&t->shape) != 1) return false;
    *x = tensor_float(t, 0);
    return true;
}

bool near_const(DType t, double a, double b) {
    if (a == b) return true;
    double eps = t == DT_f64 ? 1e-9 : t == DT_f16 ? 2e-3 : t == DT_bf16 ? 1.6e-2 : dtype_is_float(t) ? 1e-6 : 0;
    return fabs(a - b) <= eps * fmax(fabs(a), fabs(b));
}

bool const_is(const Graph *g, ValueId v, double x) {
    const Tensor *t = value_data(g, v);
    if (!t || t->dtype == DT_string) return false;
    int64_t n = shape_count(&t->shape);
    for (int64_t i = 0; i < n; i++)
        if (tensor_float(t, i) != x) return false;
    return n > 0;
}

bool const_channels(const Graph *g, ValueId v, int rank, int axis, int64_t n, double *out) {
    const Tensor *t = value_data(g, v);
    if (!t || !dtype_is_float(t->dtype) || t->shape.rank > rank) return false;
    int at = axis - (rank - t->shape.rank);
    for (int i = 0; i < t->shape.rank; i++)
        if (t->shape.dim[i] != 1 && (i != at || t->shape.dim[i] != n)) return false;
    bool one = at < 0 || t->shape.dim[at] == 1;
    for (int64_t i = 0; i < n; i++) out[i] = tensor_float(t, one ? 0 : i);
    return true;
}

static ValueId add_const(Rw *r, const char *hint, const Tensor *t) {
    ValueId v = graph_constant(r->g, hint, t);
    rw_grow(r);
    return v;
}

ValueId rw_const(Rw *r, const char *hint, DType t, const Shape *s, const double *x) {
    Tensor *to = tensor_new(r->g->arena, t, *s);
    int64_t n = shape_count(s);
    for (int64_t i = 0; i < n; i++) tensor_set_float(to, i, x[i]);
    return add_const(r, hint, to);
}

ValueId rw_const_fill(Rw *r, const char *hint, DType t, const Shape *s, double x) {
    Tensor *to = tensor_new(r->g->arena, t, *s);
    int64_t n = shape_count(s);
    for (int64_t i = 0; i < n; i++) tensor_set_float(to, i, x);
    return add_const(r, hint, to);
}

ValueId rw_const_rule(Rw *r, ValueId v, void (*fill)(const TensorRule *, void *), int64_t number, const Shape *s) {
    Graph *g = r->g;
    TensorRule *rule = arena_new_of(g->arena, TensorRule);
    *rule = (TensorRule){fill, value_data(g, v), number};
    Tensor *to = arena_new_of(g->arena, Tensor);
    *to = (Tensor){.dtype = DT_f32, .shape = *s, .rule = rule, .bytes = (size_t)shape_count(s) * sizeof(float)};
    ValueId made = graph_constant(g, g->value.at[v].name, to);
    rw_grow(r);
    return made;
}

ValueId rw_const_view(Rw *r, ValueId v, const Shape *s) {
    const Value *from = &r->g->value.at[v];
    if (shape_equal(&from->shape, s)) return v;
    Tensor *to = arena_copy(r->g->arena, from->data, sizeof *to);
    to->shape = *s;
    return add_const(r, from->name, to);
}

ValueId rw_const_map(Rw *r, ValueId v, double (*f)(double)) {
    const Tensor *t = value_data(r->g, v);
    Tensor *to = tensor_new(r->g->arena, t->dtype, t->shape);
    int64_t n = shape_count(&t->shape);
    for (int64_t i = 0; i < n; i++) tensor_set_float(to, i, f(tensor_float(t, i)));
    return add_const(r, r->g->value.at[v].name, to);
}

/* Position in t of element `flat` of the broadcast shape `out`. */
static int64_t broadcast_at(const Tensor *t, const Shape *out, int64_t flat) {
    int64_t at = 0, step = 1;
    for (int i = out->rank - 1; i >= 0; i--) {
        int64_t x = flat % out->dim[i];
        flat /= out->dim[i];
        int k = i - (out->rank - t->shape.rank);
        if (k < 0) break;
        if (t->shape.dim[k] != 1) at += x * step;
        step *= t->shape.dim[k];
    }
    return at;
}

static bool broadcast_of(const Tensor *a, const Tensor *b, Shape *out) {
    out->rank = a->shape.rank > b->shape.rank ? a->shape.rank : b->shape.rank;
    for (int i = 0; i < out->rank; i++) {
        int ka = i - (out->rank - a->shape.rank), kb = i - (out->rank - b->shape.rank);
        Dim x = ka < 0 ? 1 : a->shape.dim[ka], y = kb < 0 ? 1 : b->shape.dim[kb];
        if (x != y && x != 1 && y != 1) return false;
        out->dim[i] = x == 1 ? y : x;
    }
    return true;
}

ValueId rw_const_zip(Rw *r, ValueId va, ValueId vb, double (*f)(double, double)) {
    const Tensor *a = value_data(r->g, va), *b = value_data(r->g, vb);
    Shape s = {0};
    if (!a || !b || a->dtype != b->dtype || !broadcast_of(a, b, &s)) return NO_VALUE;
    int64_t n = shape_count(&s), na = shape_count(&a->shape), nb = shape_count(&b->shape);
    if (n < 1 || n > (na > nb ? na : nb)) return NO_VALUE;
    Tensor *to = tensor_new(r->g->arena, a->dtype, s);
    for (int64_t i = 0; i < n; i++) {
        double x = tensor_float(a, na == n ? i : broadcast_at(a, &s, i));
        double y = tensor_float(b, nb == n ? i : broadcast_at(b, &s, i)), z = f(x, y);
        tensor_set_float(to, i, z);
        if (isfinite(x) && isfinite(y) && !isfinite(tensor_float(to, i))) return NO_VALUE;
    }
    return add_const(r, r->g->value.at[va].name, to);
}
