/* Helpers of the mapping functions, third part: taking values apart and putting them together. */
#include "base/size.h"
#include "import/onnx/internal.h"

ValueId ox_slice(OnnxNode *n, ValueId v, int64_t axis, Dim start, Dim count, int64_t step) {
    if (n->bad) return NO_VALUE;
    Shape s = ox_shape(n, v);
    Attr_Slice *a = ox_new(n, OP_Slice);
    Dim *starts = arena_array_of(n->r->arena, MAX_RANK, Dim), *counts = arena_array_of(n->r->arena, MAX_RANK, Dim);
    int64_t *steps = arena_array_of(n->r->arena, MAX_RANK, int64_t);
    for (int i = 0; i < s.rank; i++) counts[i] = s.dim[i], steps[i] = 1;
    if (axis < 0 || axis >= s.rank) return ox_error(n, "axis", NULL, "is outside a tensor of rank %d", s.rank), NO_VALUE;
    starts[axis] = start, counts[axis] = count, steps[axis] = step;
    a->starts = (Dims){(uint32_t)s.rank, starts};
    a->counts = (Dims){(uint32_t)s.rank, counts};
    a->steps = (Ints){(uint32_t)s.rank, steps};
    return ox_make1(n, OP_Slice, v, a);
}

ValueId ox_part(OnnxNode *n, ValueId v, int64_t axis, Dim start, Dim count) { return ox_slice(n, v, axis, start, count, 1); }

ValueId ox_take(OnnxNode *n, ValueId v, int64_t axis, Dim index) {
    ValueId part = ox_part(n, v, axis, index, 1);
    if (n->bad) return NO_VALUE;
    Shape s = ox_shape(n, part), out = {.rank = 0};
    for (int i = 0; i < s.rank; i++)
        if (i != axis) out.dim[out.rank++] = s.dim[i];
    return ox_reshape(n, part, &out);
}

ValueId ox_join(OnnxNode *n, uint32_t count, const ValueId *v, int64_t axis) {
    if (n->bad || count == 1) return n->bad ? NO_VALUE : v[0];
    Attr_Axis *a = ox_new(n, OP_Concat);
    a->axis = axis;
    return ox_make(n, OP_Concat, count, v, a);
}

ValueId ox_stack(OnnxNode *n, uint32_t count, const ValueId *v, int64_t axis) {
    ValueId *wide = arena_array_of(n->r->tmp, count + 1, ValueId);
    for (uint32_t k = 0; k < count && !n->bad; k++) {
        Shape s = ox_shape(n, v[k]), to = {.rank = 0};
        if (s.rank < 0 || s.rank == MAX_RANK || axis < 0 || axis > s.rank)
            return ox_error(n, "axis", NULL, "there is no axis %lld in %d dimensions, at most %d are supported",
                            (long long)axis, s.rank + 1, MAX_RANK), NO_VALUE;
        for (int i = 0; i <= s.rank; i++) to.dim[to.rank++] = i == axis ? 1 : s.dim[i - (i > axis)];
        wide[k] = ox_reshape(n, v[k], &to);
    }
    return ox_join(n, count, wide, axis);
}

ValueId ox_reversed(OnnxNode *n, ValueId v, int64_t size) {
    return n->bad || size < 2 ? v : ox_slice(n, v, 0, size - 1, ox_shape(n, v).dim[0], -1);
}

ValueId ox_times(OnnxNode *n, ValueId v, double number) {
    return number == 1 ? v : ox_make2(n, OP_Mul, v, ox_scalar(n, ox_dtype(n, v), number));
}

ValueId ox_where(OnnxNode *n, ValueId condition, ValueId yes, ValueId no) {
    return ox_make(n, OP_Where, 3, (ValueId[]){condition, yes, no}, NULL);
}

ValueId ox_cast(OnnxNode *n, ValueId v, DType t) {
    if (n->bad || v == NO_VALUE || ox_dtype(n, v) == t) return v;
    Attr_Cast *a = ox_new(n, OP_Cast);
    a->to = t;
    return ox_make1(n, OP_Cast, v, a);
}

ValueId ox_transpose(OnnxNode *n, ValueId v, int rank, const int64_t *perm) {
    if (n->bad) return NO_VALUE;
    Attr_Perm *a = ox_new(n, OP_Transpose);
    a->perm = ox_list_of(n, (uint32_t)rank, perm);
    return ox_make1(n, OP_Transpose, v, a);
}

ValueId ox_zeros(OnnxNode *n, DType t, const Shape *s) {
    if (n->bad) return NO_VALUE;
    if (!shape_known(s))
        return ox_error(n, NULL, "give the shape with --input-shape", "the shape of an empty result is not known"),
               NO_VALUE;
    if (shape_count(s) == 0) return ox_constant(n, tensor_new(n->r->arena, t, *s));
    Attr_ShapeTo *a = ox_new(n, OP_Expand);
    a->shape = (Dims){(uint32_t)s->rank, arena_copy(n->r->arena, s->dim, sizeof s->dim)};
    return s->rank ? ox_make1(n, OP_Expand, ox_scalar(n, t, 0), a) : ox_scalar(n, t, 0);
}

ValueId ox_as_scalar(OnnxNode *n, ValueId v, const char *what) {
    if (n->bad) return NO_VALUE;
    if (v == NO_VALUE || onnx_is_list(v)) return ox_error(n, what, NULL, "a tensor is needed"), NO_VALUE;
    Shape s = ox_shape(n, v), scalar = {.rank = 0};
    if (s.rank == 0) return v;
    if (shape_count(&s) != 1) return ox_error(n, what, NULL, "must be a single element"), NO_VALUE;
    return ox_reshape(n, v, &scalar);
}

/* ---- selection ---- */

static const char *type_text(OnnxNode *n, ValueId v) {
    Str s = str_new(n->r->tmp);
    const OnnxList *list = onnx_list(n->r, v);
    if (v == NO_VALUE || (list && list->none)) return "nothing";
    if (list) return arena_printf(n->r->tmp, "a sequence of %u", list->n);
    Shape shape = ox_shape(n, v);
    str_add(&s, dtype_info[ox_dtype(n, v)].name);
    shape_print(n->g->sym, &shape, &s);
    return s.at;
}

static ValueId select_tensor(OnnxNode *n, ValueId condition, ValueId yes, ValueId no, const char *what) {
    if (yes == no || n->bad) return n->bad ? NO_VALUE : yes;
    bool tensors = yes < n->g->value.n && no < n->g->value.n;
    if (!ox_whole(n, yes) || !ox_whole(n, no)) return NO_VALUE;
    Shape a = tensors ? ox_shape(n, yes) : (Shape){.rank = -1}, b = tensors ? ox_shape(n, no) : a;
    if (tensors && ox_dtype(n, yes) == ox_dtype(n, no) && shape_equal(&a, &b))
        return ox_where(n, condition, yes, no);
    ox_unknown(n, condition, what, arena_printf(n->r->tmp, "the result is either %s or %s, only equal types can be "
                                                "selected while running", type_text(n, yes), type_text(n, no)));
    return NO_VALUE;
}

ValueId ox_select(OnnxNode *n, ValueId condition, ValueId yes, ValueId no, const char *what) {
    const OnnxList *a = onnx_list(n->r, yes), *b = onnx_list(n->r, no);
    if (!a || !b || a->none || b->none || a->n != b->n) return select_tensor(n, condition, yes, no, what);
    ValueId *at = arena_array_of(n->r->arena, a->n + 1, ValueId);
    OnnxList out = {.dtype = a->dtype, .n = a->n, .at = at};
    for (uint32_t i = 0; i < out.n && !n->bad; i++)
        at[i] = select_tensor(n, condition, a->at[i], b->at[i], what);
    return n->bad ? NO_VALUE : onnx_new_list(n->r, out);
}

ValueId ox_channels(OnnxNode *n, ValueId v, bool last) {
    int rank = ox_shape(n, v).rank;
    int64_t perm[MAX_RANK] = {0};
    if (n->bad) return NO_VALUE;
    if (rank < 3) return ox_error(n, NULL, NULL, "an operand with channels must have rank 3 or more"), NO_VALUE;
    for (int i = 1; i < rank; i++) perm[i] = last ? (i == rank - 1 ? 1 : i + 1) : i == 1 ? rank - 1 : i - 1;
    return ox_transpose(n, v, rank, perm);
}

bool ox_channels_first(OnnxNode *n) {
    if (!ox_has(n, 0)) return ox_error(n, NULL, NULL, "operand 0 is missing");
    ValueId *in = arena_copy(n->r->arena, n->in, n->nin * sizeof *in);
    in[0] = ox_channels(n, in[0], false);
    n->in = in;
    return !n->bad;
}
