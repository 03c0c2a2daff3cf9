/* Operators whose results' sizes depend on data. What they would have with constants alone is settled here. */
#include "import/onnx/maps.h"

/* Of the model's graph: the dimension that it declares for this output, -1 where it says none. */
int64_t onnx_declared(const OnnxNode *n, unsigned output, int axis) {
    if (output >= n->nout || n->scope->depth) return -1;
    const GraphProto *p = n->r->model->graph;
    for (int outputs = 1; outputs >= 0; outputs--) {
        ValueInfoProto *const *list = outputs ? p->output : p->value_info;
        for (size_t i = 0; i < (outputs ? p->n_output : p->n_value_info); i++) {
            const TenonOnnx__TypeProto *t = list[i]->type;
            if (!list[i]->name || strcmp(list[i]->name, n->out[output]) || !t || !t->tensor_type ||
                !t->tensor_type->shape)
                continue;
            const TenonOnnx__TensorShapeProto *s = t->tensor_type->shape;
            if ((size_t)axis >= s->n_dim || !s->dim[axis]->has_dim_value || s->dim[axis]->dim_value < 0) continue;
            return s->dim[axis]->dim_value;
        }
    }
    return -1;
}

bool map_non_zero(OnnxNode *n) {
    Attr_Limit *a = ox_new(n, OP_NonZero);
    a->limit = onnx_declared(n, 0, 1);
    return ox_emit_sized(n, OP_NonZero, n->nin, n->in, a, a->limit >= 0, (const int[]){1});
}

/* Without an axis the elements are one line. */
static ValueId as_line(OnnxNode *n, int64_t *axis) {
    ValueId x = ox_in(n, 0);
    int rank = ox_rank(n, 0);
    *axis = ox_int(n, "axis", 0);
    if (n->bad) return NO_VALUE;
    if (ox_find(n, "axis")) return ox_axis(n, "axis", axis, rank) ? x : NO_VALUE;
    Shape s = ox_shape(n, x), line = {.rank = 1, .dim = {shape_count(&s)}};
    if (line.dim[0] >= 0) return ox_reshape(n, x, &line);
    ox_error(n, NULL, "give the shape with --input-shape", "the shape is not known");
    return NO_VALUE;
}

/* A condition that is known is a Gather. */
static bool known_condition(OnnxNode *n, ValueId x, int64_t axis) {
    Ints condition;
    int64_t count = 0;
    if (!ox_numbers(n, 1, "condition", &condition)) return false;
    int64_t *at = arena_array_of(n->r->tmp, condition.n + 1, int64_t);
    for (uint32_t i = 0; i < condition.n; i++)
        if (condition.at[i]) at[count++] = i;
    Dim size = ox_shape(n, x).dim[axis];
    if (count && dim_known(size) && at[count - 1] >= size)
        return ox_error(n, "condition", NULL, "is longer than the axis");
    Tensor *t = ox_tensor(n, DT_i64, 1, &count);
    for (int64_t i = 0; i < count; i++) tensor_set_int(t, i, at[i]);
    Attr_Axis *a = ox_new(n, OP_Gather);
    a->axis = axis;
    return ox_emit(n, OP_Gather, 2, (ValueId[]){x, ox_constant(n, t)}, a);
}

bool map_compress(OnnxNode *n) {
    Attr_LimitAxis *a = ox_new(n, OP_Compress);
    ValueId x = as_line(n, &a->axis);
    if (x == NO_VALUE) return false;
    if (value_data(n->g, ox_in(n, 1))) return known_condition(n, x, a->axis);
    a->limit = onnx_declared(n, 0, (int)a->axis);
    return ox_emit_sized(n, OP_Compress, 2, (ValueId[]){x, ox_in(n, 1)}, a, a->limit >= 0, (const int[]){(int)a->axis});
}

bool map_unique(OnnxNode *n) {
    Attr_Unique *a = ox_new(n, OP_Unique);
    ValueId x = as_line(n, &a->axis);
    if (x == NO_VALUE) return false;
    a->sorted = ox_int(n, "sorted", 1);
    const int axis[] = {(int)a->axis, 0, -1, 0};
    for (unsigned i = 0; i < 4; i++)
        if (i != 2 && a->limit < 0) a->limit = onnx_declared(n, i, axis[i]);
    return ox_emit_sized(n, OP_Unique, 1, &x, a, a->limit >= 0, axis);
}

/* How many boxes of a class there can be bounds the result; it may be data. */
bool map_nms(OnnxNode *n) {
    Attr_NonMaxSuppression *a = ox_new(n, OP_NonMaxSuppression);
    a->center_point_box = ox_int(n, "center_point_box", 0);
    if (ox_has(n, 2) && value_data(n->g, n->in[2])) {
        if (!ox_number(n, 2, "max_output_boxes_per_class", &a->most)) return false;
        if (a->most < 0) a->most = 0;
    }
    a->limit = onnx_declared(n, 0, 0);
    return ox_emit_sized(n, OP_NonMaxSuppression, n->nin, n->in, a, a->limit >= 0, (const int[]){0});
}
