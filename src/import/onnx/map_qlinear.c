/* com.microsoft: quantised operators of onnxruntime. Operands become reals, the operator of floats follows, and its
 * result is divided by the scale, rounded half to even, shifted and saturated. */
#include "import/onnx/maps.h"

/* Operands at, at+1, at+2: numbers, their scale and their zero point (may be absent), as f32. */
static ValueId real_of(OnnxNode *n, unsigned at) {
    return n->bad || !ox_want_present(n, at, at + 1) ? NO_VALUE : ox_real(n, n->in[at], ox_in(n, at + 1), ox_in(n, at + 2));
}

/* Output 0 from a real; operands at, at+1: scale and zero point (may be absent). */
static bool emit_scaled(OnnxNode *n, ValueId v, unsigned at, DType t) {
    if (n->bad || !ox_want_present(n, at, at)) return false;
    v = ox_make2(n, OP_Div, v, ox_cast(n, ox_in(n, at), DT_f32));
    return !n->bad && ox_emit_quantised(n, 0, v, ox_in(n, at + 1), t);
}

static DType type_of(const OnnxNode *n, unsigned i) {
    return ox_dtype(n, ox_in(n, i));
}

static ValueId f32_of(OnnxNode *n, unsigned i) {
    return ox_has(n, i) ? ox_cast(n, n->in[i], DT_f32) : ox_scalar(n, DT_f32, 0);
}

/* a * b + c rounded once: a and b are of so few bits that f64 holds the product. */
static ValueId fused(OnnxNode *n, ValueId a, ValueId b, ValueId c) {
    ValueId product = ox_make2(n, OP_Mul, ox_cast(n, a, DT_f64), ox_cast(n, b, DT_f64));
    return ox_cast(n, ox_make2(n, OP_Add, product, ox_cast(n, c, DT_f64)), DT_f32);
}

/* a, a_scale, a_zero, b, b_scale, b_zero, scale, zero: zero points may be absent. */
static bool want_scaled_pair(OnnxNode *n) {
    return ox_want_present(n, 0, 1) && ox_want_present(n, 3, 4) && ox_want_present(n, 6, 6);
}

/* In onnxruntime's order, whose kernels round so: the zero points
 * together first, then the terms of b and a, each product and sum rounded once where the processor can. */
bool map_qlinear_add(OnnxNode *n) {
    if (!want_scaled_pair(n)) return false;
    ValueId by_a = ox_make2(n, OP_Div, f32_of(n, 1), f32_of(n, 6)), by_b = ox_make2(n, OP_Div, f32_of(n, 4), f32_of(n, 6));
    ValueId fixed = fused(n, by_a, f32_of(n, 2), ox_make2(n, OP_Mul, by_b, f32_of(n, 5)));
    fixed = ox_make2(n, OP_Sub, f32_of(n, 7), fixed);
    ValueId b = ox_make2(n, OP_Add, ox_make2(n, OP_Mul, f32_of(n, 3), by_b), fixed);
    ValueId y = ox_make2(n, OP_Add, ox_make2(n, OP_Mul, f32_of(n, 0), by_a), b);
    return ox_emit_quantised(n, 0, y, NO_VALUE, type_of(n, 0));
}

/* The product of the numbers is exact, the zero point is added before rounding. */
bool map_qlinear_mul(OnnxNode *n) {
    if (!want_scaled_pair(n)) return false;
    ValueId scale = ox_make2(n, OP_Div, ox_make2(n, OP_Mul, f32_of(n, 1), f32_of(n, 4)), f32_of(n, 6));
    ValueId a = ox_centred(n, n->in[0], ox_in(n, 2)), b = ox_centred(n, n->in[3], ox_in(n, 5));
    ValueId y = ox_make2(n, OP_Mul, ox_make2(n, OP_Mul, a, b), scale);
    return ox_emit_quantised(n, 0, ox_make2(n, OP_Add, y, f32_of(n, 7)), NO_VALUE, type_of(n, 0));
}

/* QLinearSigmoid, QLinearLeakyRelu */
bool map_qlinear_unary(OnnxNode *n) {
    Attr_Alpha *a = NULL;
    if (n->row->op == OP_LeakyRelu) {
        a = ox_new(n, OP_LeakyRelu);
        a->alpha = ox_float(n, "alpha", (double)0.01f);
    }
    return emit_scaled(n, ox_make1(n, n->row->op, real_of(n, 0), a), 3, type_of(n, 0));
}

/* Since operator set 13 of the standard along one axis; before, everything behind the axis is one row. */
bool map_qlinear_softmax(OnnxNode *n) {
    Attr_Axis *a = ox_new(n, OP_Softmax);
    int rank = ox_rank(n, 0);
    int64_t opset = ox_int(n, "opset", 13);
    a->axis = ox_int(n, "axis", -1);
    if (n->bad || !ox_axis(n, "axis", &a->axis, rank)) return false;
    if (opset < 13 && a->axis != rank - 1) return ox_refuse(n, "several axes in one row (opset below 13)");
    return emit_scaled(n, ox_make1(n, OP_Softmax, real_of(n, 0), a), 3, type_of(n, 0));
}

/* Sums of integers are exact. */
bool map_qlinear_global_pool(OnnxNode *n) {
    int rank = ox_rank(n, 0), first = ox_int(n, "channels_last", 0) ? 1 : 2;
    int64_t axes[MAX_RANK], count = 1;
    Shape s = ox_shape(n, ox_in(n, 0));
    if (n->bad) return false;
    if (rank < 3) return ox_error(n, NULL, NULL, "operand 0 has rank %d, 3 or more are needed", rank);
    for (int i = 0; i < rank - 2; i++) {
        axes[i] = first + i;
        if (!dim_known(s.dim[axes[i]]))
            return ox_error(n, NULL, "give the shape with --input-shape", "the size of the operand is not known");
        count *= s.dim[axes[i]];
    }
    Attr_Reduce *a = ox_new(n, OP_ReduceSum);
    a->axes = ox_list_of(n, (uint32_t)(rank - 2), axes);
    a->keepdims = 1;
    ValueId x = ox_cast(n, n->in[0], DT_i32);
    if (ox_has(n, 2)) x = ox_make2(n, OP_Sub, x, ox_cast(n, n->in[2], DT_i32));
    ValueId sum = ox_cast(n, ox_make1(n, OP_ReduceSum, x, a), DT_f32);
    ValueId scale = ox_make2(n, OP_Div, ox_cast(n, ox_in(n, 1), DT_f32), ox_scalar(n, DT_f32, (double)count));
    return emit_scaled(n, ox_make2(n, OP_Mul, sum, scale), 3, type_of(n, 0));
}

bool map_qlinear_average_pool(OnnxNode *n) {
    Attr_Pool *a = ox_new(n, OP_AveragePool);
    bool last = ox_int(n, "channels_last", 0) != 0;
    if ((last && !ox_channels_first(n)) || !ox_pool_attr(n, a)) return false;
    ValueId y = ox_make1(n, OP_AveragePool, real_of(n, 0), a);
    return emit_scaled(n, last ? ox_channels(n, y, true) : y, 3, type_of(n, 0));
}

bool map_qlinear_reduce_mean(OnnxNode *n) {
    Attr_Reduce *a = ox_new(n, OP_ReduceMean);
    int rank = ox_rank(n, 0);
    int64_t all[MAX_RANK];
    a->keepdims = ox_int(n, "keepdims", 1) != 0;
    if (!ox_ints(n, "axes", &a->axes) || !a->axes.n) {
        for (int i = 0; i < rank; i++) all[i] = i;
        a->axes = ox_list_of(n, (uint32_t)rank, all);
    }
    if (n->bad || !ox_axes(n, &a->axes, rank)) return false;
    return emit_scaled(n, ox_make1(n, OP_ReduceMean, real_of(n, 0), a), 3, type_of(n, 0));
}

bool map_qlinear_where(OnnxNode *n) {
    if (!ox_has(n, 0)) return ox_error(n, NULL, NULL, "operand 0 is missing");
    ValueId in[3] = {n->in[0], real_of(n, 1), real_of(n, 4)};
    return emit_scaled(n, ox_make(n, OP_Where, 3, in, NULL), 7, type_of(n, 1));
}

static bool same_number(const OnnxNode *n, ValueId a, ValueId b) {
    const Tensor *x = value_data(n->g, a), *y = value_data(n->g, b);
    if (a == b) return true;
    return x && y && x->data && y->data && shape_count(&x->shape) == 1 && shape_count(&y->shape) == 1 &&
           x->dtype == y->dtype && tensor_float(x, 0) == tensor_float(y, 0);
}

/* Scale and zero point of the result, then three operands for each part; a part with the same two stays as it is. */
bool map_qlinear_concat(OnnxNode *n) {
    if (n->nin < 5 || (n->nin - 2) % 3) return ox_error(n, NULL, NULL, "has %u operands, not 2 and threes", n->nin);
    uint32_t count = (n->nin - 2) / 3;
    ValueId *part = arena_array_of(n->r->tmp, count, ValueId);
    DType t = type_of(n, 1);
    for (uint32_t i = 0; i < count; i++) {
        unsigned at = 2 + 3 * i;
        part[i] = ox_in(n, at);
        if (part[i] == NO_VALUE) return ox_error(n, NULL, NULL, "operand %u is missing", at);
        if (same_number(n, ox_in(n, at + 1), n->in[0]) && same_number(n, ox_in(n, at + 2), ox_in(n, 1))) continue;
        ValueId v = ox_make2(n, OP_Div, real_of(n, at), ox_cast(n, n->in[0], DT_f32));
        v = ox_make2(n, OP_Add, ox_make1(n, OP_Round, v, NULL), ox_cast(n, n->in[1], DT_f32));
        part[i] = ox_cast(n, v, t);
    }
    Attr_Axis *a = ox_new(n, OP_Concat);
    a->axis = ox_int(n, "axis", 0);
    return ox_emit(n, OP_Concat, count, part, a);
}
