/* Shapes and their arithmetic: Reshape and what becomes it, Expand, Shape, Size, constants and ranges. */
#include "base/size.h"
#include "import/onnx/maps.h"
#include <math.h>

/* Product of the dims in [from, to). */
static DimX product(OnnxNode *n, const Shape *s, int from, int to) {
    DimX p = dimx_number(1);
    for (int i = from; i < to; i++) p = dimx_mul(n->g->sym, p, dimx(s->dim[i]));
    return p;
}

static bool same_dim(DimX a, DimX b) {
    return a.is_number == b.is_number && (a.is_number ? a.number == b.number : a.sym == b.sym);
}

/* What stands in for -1: elements of x over the product of the other dims. Equal factors are taken out first, so that
 * [N,3,4] as [N,-1] needs no division by N. */
static Dim inferred_dim(OnnxNode *n, const Shape *x, const DimX *to, int64_t count, int64_t at) {
    SymTable *sym = n->g->sym;
    bool used[MAX_RANK] = {0};
    DimX others = dimx_number(1), left = dimx_number(1);
    for (int64_t i = 0; i < count; i++) {
        int match = -1;
        for (int d = 0; d < x->rank && match < 0 && i != at; d++)
            if (!used[d] && !dim_known(x->dim[d]) && same_dim(to[i], dimx(x->dim[d]))) match = d;
        if (match >= 0)
            used[match] = true;
        else if (i != at)
            others = dimx_mul(sym, others, to[i]);
    }
    for (int d = 0; d < x->rank; d++)
        if (!used[d]) left = dimx_mul(sym, left, dimx(x->dim[d]));
    if (others.is_number && others.number == 0) {
        ox_error(n, "shape", NULL, "-1 cannot be found beside a dimension 0");
        return DIM_BAD;
    }
    if (left.is_number && others.is_number && left.number % others.number) {
        ox_error(n, "shape", NULL, "-1 cannot be found: %lld elements do not divide by %lld", (long long)left.number,
                 (long long)others.number);
        return DIM_BAD;
    }
    return ox_dim(n, "shape", dimx_floordiv(sym, left, others));
}

bool map_reshape(OnnxNode *n) {
    int64_t count, at = -1;
    DimX to[MAX_RANK];
    Shape x = ox_shape(n, ox_in(n, 0)), out;
    int rank = ox_rank(n, 0);
    Ints old;
    const DimX *want = NULL;
    if (n->version < 5) {
        if (!ox_ints(n, "shape", &old)) return ox_error(n, "shape", NULL, "the attribute is missing");
        DimX *list = arena_array_of(n->r->tmp, old.n + 1, DimX);
        for (uint32_t i = 0; i < old.n; i++) list[i] = dimx_number(old.at[i]);
        want = list, count = old.n;
    } else {
        want = ox_contents(n, 1, "shape", &count);
    }
    if (!want || n->bad) return false;
    if (count > MAX_RANK)
        return ox_error(n, "shape", NULL, "%lld dimensions, at most %d are supported", (long long)count, MAX_RANK);
    bool zero = ox_int(n, "allowzero", 0) != 0;
    for (int64_t i = 0; i < count; i++) {
        to[i] = want[i];
        if (!to[i].is_number) continue;
        if (to[i].number == -1 && at >= 0) return ox_error(n, "shape", NULL, "-1 occurs twice");
        if (to[i].number == -1) at = i;
        if (to[i].number < -1) return ox_error(n, "shape", NULL, "dimension %lld is %lld", (long long)i,
                                               (long long)to[i].number);
        if (to[i].number == 0 && !zero) {
            if (i >= rank) return ox_error(n, "shape", NULL, "0 at %lld has no dimension to copy", (long long)i);
            to[i] = dimx(x.dim[i]);
        }
    }
    out.rank = (int8_t)count;
    for (int64_t i = 0; i < count; i++)
        out.dim[i] = i == at ? inferred_dim(n, &x, to, count, at) : ox_dim(n, "shape", to[i]);
    return !n->bad && ox_emit_reshape(n, n->in[0], &out);
}

bool map_flatten(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    int64_t axis = ox_int(n, "axis", 1);
    if (n->bad) return false;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis > rank) return ox_error(n, "axis", NULL, "is outside a tensor of rank %d", rank);
    Shape x = ox_shape(n, n->in[0]), out = {.rank = 2};
    out.dim[0] = ox_dim(n, NULL, product(n, &x, 0, (int)axis));
    out.dim[1] = ox_dim(n, NULL, product(n, &x, (int)axis, rank));
    return !n->bad && ox_emit_reshape(n, n->in[0], &out);
}

bool map_squeeze(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    Ints axes;
    bool found, drop[MAX_RANK] = {0};
    Shape x = ox_shape(n, ox_in(n, 0)), out = {.rank = 0};
    if (!ox_list(n, "axes", 13, 1, &axes, &found) || n->bad) return false;
    if (found && !ox_axes(n, &axes, rank)) return false;
    for (uint32_t i = 0; found && i < axes.n; i++) {
        drop[axes.at[i]] = true;
        Dim d = x.dim[axes.at[i]];
        if (dim_known(d) && d != 1)
            return ox_error(n, "axes", NULL, "dimension %lld is %lld, not 1", (long long)axes.at[i], (long long)d);
    }
    for (int i = 0; i < rank; i++) {
        if (!found && !dim_known(x.dim[i]))
            return ox_error(n, "axes", "give the shape with --input-shape", "dimension %d is not known", i);
        if (!found) drop[i] = x.dim[i] == 1;
        if (!drop[i]) out.dim[out.rank++] = x.dim[i];
    }
    return ox_emit_reshape(n, n->in[0], &out);
}

bool map_unsqueeze(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    Ints axes;
    bool found, one[MAX_RANK] = {0};
    Shape x = ox_shape(n, ox_in(n, 0)), out = {.rank = 0};
    if (!ox_list(n, "axes", 13, 1, &axes, &found) || n->bad) return false;
    if (!found) return ox_error(n, "axes", NULL, "is missing");
    if (axes.n + (uint32_t)rank > MAX_RANK)
        return ox_error(n, "axes", NULL, "the result has more than %d dimensions", MAX_RANK);
    int total = rank + (int)axes.n;
    if (!ox_axes(n, &axes, total)) return false;
    for (uint32_t i = 0; i < axes.n; i++) one[axes.at[i]] = true;
    for (int i = 0, from = 0; i < total; i++) out.dim[out.rank++] = one[i] ? 1 : x.dim[from++];
    return ox_emit_reshape(n, n->in[0], &out);
}

/* Broadcasting of x's dims with those asked for. */
bool map_expand(OnnxNode *n) {
    int64_t count;
    int rank = ox_rank(n, 0);
    Shape x = ox_shape(n, ox_in(n, 0));
    const DimX *want = ox_contents(n, 1, "shape", &count);
    if (!want || n->bad) return false;
    if (count > MAX_RANK)
        return ox_error(n, "shape", NULL, "%lld dimensions, at most %d are supported", (long long)count, MAX_RANK);
    int total = rank > count ? rank : (int)count;
    Dim *to = arena_array_of(n->r->arena, MAX_RANK, Dim);
    for (int i = 0; i < total; i++) {
        int ix = i - (total - rank), iw = i - (total - (int)count);
        Dim d = ix >= 0 ? x.dim[ix] : 1, w = iw >= 0 ? ox_dim(n, "shape", want[iw]) : 1;
        if (n->bad) return false;
        if (d != w && dim_known(d) && dim_known(w) && d != 1 && w != 1)
            return ox_error(n, "shape", NULL, "dimension %lld cannot be expanded to %lld", (long long)d, (long long)w);
        to[i] = d == 1 ? w : d;
    }
    Attr_ShapeTo *a = ox_new(n, OP_Expand);
    a->shape = (Dims){(uint32_t)total, to};
    return ox_emit1(n, OP_Expand, n->in[0], a);
}

bool map_shape(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    int64_t start = ox_int(n, "start", 0), end = ox_int(n, "end", rank);
    if (n->bad) return false;
    if (start < 0) start += rank;
    if (end < 0) end += rank;
    start = start < 0 ? 0 : start > rank ? rank : start;
    end = end < start ? start : end > rank ? rank : end;
    Shape x = ox_shape(n, n->in[0]);
    int64_t count = end - start;
    bool known = true;
    for (int64_t i = start; i < end; i++) known = known && dim_known(x.dim[i]);
    if (known) {
        Tensor *t = ox_tensor(n, DT_i64, 1, &count);
        for (int64_t i = 0; i < count; i++) tensor_set_int(t, i, x.dim[start + i]);
        return ox_emit_constant(n, 0, t);
    }
    if (count == rank) return ox_emit1(n, OP_Shape, n->in[0], NULL);
    Attr_Slice *a = ox_new(n, OP_Slice);
    Dim *list = arena_array_of(n->r->arena, 2, Dim);
    list[0] = start, list[1] = count;
    a->starts = (Dims){1, &list[0]};
    a->counts = (Dims){1, &list[1]};
    a->steps = ox_list_of(n, 1, (const int64_t[]){1});
    return ox_emit1(n, OP_Slice, ox_make1(n, OP_Shape, n->in[0], NULL), a);
}

bool map_size(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    if (n->bad) return false;
    Shape x = ox_shape(n, n->in[0]);
    int64_t count = shape_count(&x);
    if (count >= 0) {
        Tensor *t = ox_tensor(n, DT_i64, 0, NULL);
        tensor_set_int(t, 0, count);
        return ox_emit_constant(n, 0, t);
    }
    Attr_Reduce *a = ox_new(n, OP_ReduceProd);
    a->axes = ox_list_of(n, 1, NULL);
    a->keepdims = 0;
    return rank ? ox_emit1(n, OP_ReduceProd, ox_make1(n, OP_Shape, n->in[0], NULL), a)
                : ox_refuse(n, "the rank is not known");
}

static Tensor *list_tensor(OnnxNode *n, DType t, const Floats *f, const Ints *i) {
    int64_t count = f ? f->n : i->n;
    Tensor *out = ox_tensor(n, t, 1, &count);
    for (int64_t k = 0; k < count; k++)
        if (f)
            tensor_set_float(out, k, f->at[k]);
        else
            tensor_set_int(out, k, i->at[k]);
    return out;
}

bool map_constant(OnnxNode *n) {
    Loc loc = {n->g->file, n->label, n->p->op_type, "value"};
    const AttributeProto *a;
    const Tensor *t = NULL;
    Floats floats;
    Ints ints;
    if ((a = ox_find(n, "value")) && a->t) {
        t = onnx_tensor(&n->r->source, loc, a->t);
    } else if ((a = ox_find(n, "sparse_value")) && a->sparse_tensor) {
        t = onnx_sparse_tensor(&n->r->source, loc, a->sparse_tensor);
    } else if (ox_find(n, "value_float")) {
        Tensor *out = ox_tensor(n, DT_f32, 0, NULL);
        tensor_set_float(out, 0, ox_float(n, "value_float", 0));
        t = out;
    } else if (ox_find(n, "value_int")) {
        Tensor *out = ox_tensor(n, DT_i64, 0, NULL);
        tensor_set_int(out, 0, ox_int(n, "value_int", 0));
        t = out;
    } else if (ox_floats(n, "value_floats", &floats)) {
        t = list_tensor(n, DT_f32, &floats, NULL);
    } else if (ox_ints(n, "value_ints", &ints)) {
        t = list_tensor(n, DT_i64, NULL, &ints);
    } else if (ox_find(n, "value_string")) {
        Tensor *out = ox_tensor(n, DT_string, 0, NULL);
        *(const char **)(uintptr_t)out->data = ox_string(n, "value_string", "");
        t = out;
    } else if (ox_find(n, "value_strings")) {
        t = ox_strings(n, "value_strings");
    } else {
        return ox_error(n, "value", NULL, "the attribute is missing");
    }
    return t ? ox_emit_constant(n, 0, t) : !(n->bad = true);
}

/* One element spread over a shape. */
bool map_constant_of_shape(OnnxNode *n) {
    int64_t count;
    const DimX *want = ox_contents(n, 0, "shape", &count);
    const AttributeProto *value = ox_find(n, "value");
    Tensor *zero = ox_tensor(n, DT_f32, 0, NULL);
    const Tensor *t = zero;
    if (!want) return false;
    if (value && value->t) {
        t = onnx_tensor(&n->r->source, (Loc){n->g->file, n->label, n->p->op_type, "value"}, value->t);
        if (!t) return !(n->bad = true);
        if (shape_count(&t->shape) != 1) return ox_error(n, "value", NULL, "must be one element");
    }
    if (count > MAX_RANK)
        return ox_error(n, "shape", NULL, "%lld dimensions, at most %d are supported", (long long)count, MAX_RANK);
    Dim *to = arena_array_of(n->r->arena, count + 1, Dim);
    for (int64_t i = 0; i < count; i++) to[i] = ox_dim(n, "shape", want[i]);
    Tensor *scalar = arena_copy(n->r->arena, t, sizeof *t);
    scalar->shape = (Shape){.rank = 0};
    if (!count) return ox_emit_constant(n, 0, scalar);
    Attr_ShapeTo *a = ox_new(n, OP_Expand);
    a->shape = (Dims){(uint32_t)count, to};
    return ox_emit1(n, OP_Expand, ox_constant(n, scalar), a);
}

bool map_eye_like(OnnxNode *n) {
    Attr_EyeLike *a = ox_new(n, OP_EyeLike);
    int64_t type = ox_int(n, "dtype", 0);
    a->k = ox_int(n, "k", 0);
    a->dtype = ox_dtype(n, ox_in(n, 0));
    if (type) a->dtype = onnx_dtype(type);
    if (a->dtype == DT_none) return ox_error(n, "dtype", NULL, "element type %lld is not supported", (long long)type);
    return ox_emit(n, OP_EyeLike, n->nin, n->in, a);
}

/* Only with known limits: a range whose length is not known has no static shape. */
bool map_range(OnnxNode *n) {
    DType t = ox_dtype(n, ox_in(n, 0));
    enum { MOST = 1 << 24 };
    if (dtype_is_int(t)) {
        int64_t from, to, by, span;
        if (!ox_number(n, 0, "start", &from) || !ox_number(n, 1, "limit", &to) || !ox_number(n, 2, "delta", &by))
            return false;
        if (!by || by == INT64_MIN || !size_sub(to, from, &span) || span == INT64_MIN)
            return ox_error(n, "delta", NULL, "is 0, or the range overflows");
        int64_t count = ceil_div(by < 0 ? -span : span, by < 0 ? -by : by);
        if (count < 0) count = 0;
        if (count > MOST) return ox_error(n, "limit", NULL, "%lld elements are too many", (long long)count);
        Tensor *out = ox_tensor(n, t, 1, &count);
        for (int64_t i = 0; i < count; i++) tensor_set_int(out, i, from + i * by);
        return ox_emit_constant(n, 0, out);
    }
    Floats from, to, by;
    if (!ox_reals(n, 0, "start", &from) || !ox_reals(n, 1, "limit", &to) || !ox_reals(n, 2, "delta", &by)) return false;
    if (from.n != 1 || to.n != 1 || by.n != 1) return ox_error(n, NULL, NULL, "start, limit and delta must be scalars");
    double length = ceil((to.at[0] - from.at[0]) / by.at[0]);
    if (!(length <= MOST)) return ox_error(n, "limit", NULL, "the range has no length, or too many elements");
    int64_t count = length < 0 ? 0 : (int64_t)length;
    Tensor *out = ox_tensor(n, t, 1, &count);
    for (int64_t i = 0; i < count; i++) tensor_set_float(out, i, from.at[0] + (double)i * by.at[0]);
    return ox_emit_constant(n, 0, out);
}

/* Cosine windows a0 - a1 cos + a2 cos of the double angle, of known size. */
bool map_window(OnnxNode *n) {
    double a0 = 0.5, a1 = 0.5, a2 = 0;
    int64_t size, type = ox_int(n, "output_datatype", 1);
    if (!strcmp(n->row->name, "HammingWindow")) a0 = 25.0 / 46, a1 = 1 - a0;
    if (!strcmp(n->row->name, "BlackmanWindow")) a0 = 0.42, a1 = 0.5, a2 = 0.08;
    DType t = onnx_dtype(type);
    if (!ox_number(n, 0, "size", &size)) return false;
    if (!dtype_is_float(t)) return ox_error(n, "output_datatype", NULL, "must be a floating-point type");
    if (size < 0 || size > 1 << 24) return ox_error(n, "size", NULL, "%lld is out of range", (long long)size);
    int64_t period = ox_int(n, "periodic", 1) ? size : size - 1;
    Tensor *out = ox_tensor(n, t, 1, &size);
    for (int64_t i = 0; i < size; i++) {
        double angle = period > 0 ? 2 * 3.14159265358979323846 * (double)i / (double)period : 0;
        tensor_set_float(out, i, a0 - a1 * cos(angle) + a2 * cos(2 * angle));
    }
    return ox_emit_constant(n, 0, out);
}
