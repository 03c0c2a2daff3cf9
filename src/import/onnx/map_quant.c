/* Quantised operators of the standard: exact sums of integers (ConvInteger, MatMulInteger), then one product with the
 * scales, rounded half to even, shifted and saturated. */
#include "import/onnx/maps.h"

/* Known to be 0 everywhere. */
static bool is_zero(const OnnxNode *n, ValueId v) {
    const Tensor *t = value_data(n->g, v);
    if (!t || !t->data) return v == NO_VALUE;
    int64_t count = shape_count(&t->shape);
    for (int64_t i = 0; i < count; i++)
        if (tensor_float(t, i) != 0) return false;
    return true;
}

/* The cast saturates. */
bool ox_emit_quantised(OnnxNode *n, unsigned output, ValueId v, ValueId zero, DType t) {
    Attr_Cast *a = ox_new(n, OP_Cast);
    a->to = t;
    v = ox_make1(n, OP_Round, v, NULL);
    if (!is_zero(n, zero)) v = ox_make2(n, OP_Add, v, ox_cast(n, zero, DT_f32));
    return ox_emit_output(n, output, OP_Cast, 1, &v, a);
}

ValueId ox_centred(OnnxNode *n, ValueId v, ValueId zero) {
    if (!is_zero(n, zero)) v = ox_make2(n, OP_Sub, ox_cast(n, v, DT_i32), ox_cast(n, zero, DT_i32));
    return ox_cast(n, v, DT_f32);
}

ValueId ox_real(OnnxNode *n, ValueId v, ValueId scale, ValueId zero) {
    return ox_make2(n, OP_Mul, ox_centred(n, v, zero), ox_cast(n, scale, DT_f32));
}

static bool is_byte(DType t) {
    return t == DT_i8 || t == DT_u8;
}

/* Operands first..last that are present hold bytes. */
static bool want_bytes(OnnxNode *n, unsigned first, unsigned last) {
    for (unsigned i = first; i <= last; i++)
        if (ox_has(n, i) && !is_byte(ox_dtype(n, n->in[i])))
            return ox_error(n, NULL, NULL, "operand %u '%s' is %s, want int8 or uint8", i,
                            n->g->value.at[n->in[i]].name, dtype_info[ox_dtype(n, n->in[i])].name);
    return !n->bad;
}

/* One element becomes a scalar; a list with one entry a row stands behind the rows. */
static ValueId per_row(OnnxNode *n, ValueId v) {
    Shape s = ox_shape(n, v), column = {.rank = 2, .dim = {s.dim[0], 1}};
    if (v == NO_VALUE || s.rank < 0) return v;
    if (s.rank > 0 && shape_count(&s) == 1) return ox_reshape(n, v, &(Shape){.rank = 0});
    return s.rank == 1 ? ox_reshape(n, v, &column) : v;
}

static ValueId per_column(OnnxNode *n, ValueId v) {
    Shape s = ox_shape(n, v);
    return s.rank > 0 && shape_count(&s) == 1 ? ox_reshape(n, v, &(Shape){.rank = 0}) : v;
}

/* One element, or one a channel of the result: [oc, 1, ..]. */
static ValueId per_channel(OnnxNode *n, ValueId v, int spatial) {
    Shape s = ox_shape(n, v);
    v = per_column(n, v);
    if (v == NO_VALUE || s.rank != 1 || shape_count(&s) == 1) return v;
    for (int i = 0; i < spatial; i++) s.dim[1 + i] = 1;
    s.rank = (int8_t)(1 + spatial);
    return ox_reshape(n, v, &s);
}

/* Operands of MatMulInteger. */
static void factors(OnnxNode *n, ValueId a, ValueId b, ValueId a_zero, ValueId b_zero, ValueId *in) {
    in[0] = a, in[1] = b;
    in[2] = is_zero(n, a_zero) ? NO_VALUE : per_row(n, a_zero);
    in[3] = is_zero(n, b_zero) ? NO_VALUE : per_column(n, b_zero);
}

bool map_matmul_integer(OnnxNode *n) {
    ValueId in[4];
    if (!want_bytes(n, 0, 3)) return false;
    factors(n, ox_in(n, 0), ox_in(n, 1), ox_in(n, 2), ox_in(n, 3), in);
    return ox_emit(n, OP_MatMulInteger, 4, in, NULL);
}

/* Zero points of a convolution: one, or one a channel of the weights. */
static ValueId zero_of(OnnxNode *n, ValueId v) {
    return is_zero(n, v) ? NO_VALUE : per_column(n, v);
}

bool map_conv_integer(OnnxNode *n) {
    Attr_Conv *a = ox_conv_attr(n, ox_in(n, 1));
    if (!a || !want_bytes(n, 0, 3)) return false;
    ValueId in[4] = {ox_in(n, 0), ox_in(n, 1), zero_of(n, ox_in(n, 2)), zero_of(n, ox_in(n, 3))};
    return ox_emit(n, OP_ConvInteger, 4, in, a);
}

/* Scales are multiplied in their own type. */
static ValueId ratio(OnnxNode *n, ValueId a, ValueId b, ValueId y) {
    ValueId r = ox_make2(n, OP_Div, ox_make2(n, OP_Mul, a, b), y);
    return ox_cast(n, r, DT_f32);
}

bool ox_want_present(OnnxNode *n, unsigned first, unsigned last) {
    for (unsigned i = first; i <= last; i++)
        if (!ox_has(n, i)) return ox_error(n, NULL, NULL, "operand %u is missing", i);
    return !n->bad;
}

/* a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero */
bool map_qlinear_matmul(OnnxNode *n) {
    if (!ox_want_present(n, 0, 7) || !want_bytes(n, 0, 0) || !want_bytes(n, 2, 3) || !want_bytes(n, 5, 5) ||
        !want_bytes(n, 7, 7))
        return false;
    ValueId in[4];
    factors(n, n->in[0], n->in[3], n->in[2], n->in[5], in);
    ValueId sum = ox_make(n, OP_MatMulInteger, 4, in, NULL);
    ValueId scale = ratio(n, per_row(n, n->in[1]), per_column(n, n->in[4]), per_row(n, n->in[6]));
    ValueId y = ox_make2(n, OP_Mul, ox_cast(n, sum, DT_f32), scale);
    return ox_emit_quantised(n, 0, y, per_row(n, n->in[7]), ox_dtype(n, n->in[7]));
}

/* x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias */
bool map_qlinear_conv(OnnxNode *n) {
    if (!ox_want_present(n, 0, 7) || !want_bytes(n, 0, 0) || !want_bytes(n, 2, 3) || !want_bytes(n, 5, 5) ||
        !want_bytes(n, 7, 7))
        return false;
    bool last = ox_int(n, "channels_last", 0) != 0;
    if (last && !ox_channels_first(n)) return false;
    Attr_Conv *a = ox_conv_attr(n, n->in[3]);
    if (!a) return false;
    int spatial = ox_rank(n, 0) - 2;
    ValueId in[4] = {n->in[0], n->in[3], zero_of(n, n->in[2]), zero_of(n, n->in[5])};
    ValueId sum = ox_make(n, OP_ConvInteger, 4, in, a);
    if (ox_has(n, 8)) sum = ox_make2(n, OP_Add, sum, per_channel(n, n->in[8], spatial));
    ValueId scale = ratio(n, per_column(n, n->in[1]), per_channel(n, n->in[4], spatial), per_column(n, n->in[6]));
    ValueId y = ox_make2(n, OP_Mul, ox_cast(n, sum, DT_f32), scale);
    if (last) y = ox_channels(n, y, true);
    return ox_emit_quantised(n, 0, y, per_column(n, n->in[7]), ox_dtype(n, n->in[7]));
}

/* The range of x with 0 in it, onto 0..255. All zeros: the scale is 1/255. */
static bool range_of(OnnxNode *n, ValueId x, ValueId *scale, ValueId *zero) {
    int64_t all[MAX_RANK];
    int rank = ox_rank(n, 0);
    for (int i = 0; i < rank; i++) all[i] = i;
    Attr_Reduce *a = ox_new(n, OP_ReduceMax);
    a->axes = ox_list_of(n, (uint32_t)rank, all);
    a->keepdims = 0;
    ValueId none = ox_scalar(n, DT_f32, 0), one = ox_scalar(n, DT_f32, 1), most = ox_scalar(n, DT_f32, 255);
    ValueId high = ox_make2(n, OP_Max, ox_make1(n, OP_ReduceMax, x, a), none);
    ValueId low = ox_make2(n, OP_Min, ox_make1(n, OP_ReduceMin, x, a), none);
    ValueId pick[3] = {ox_make2(n, OP_Equal, high, low), one, ox_make2(n, OP_Sub, high, low)};
    *scale = ox_make2(n, OP_Div, ox_make(n, OP_Where, 3, pick, NULL), most);
    ValueId offset = ox_make2(n, OP_Sub, none, ox_make2(n, OP_Div, low, *scale));
    ValueId clip[3] = {offset, none, most};
    *zero = ox_cast(n, ox_make1(n, OP_Round, ox_make(n, OP_Clip, 3, clip, NULL), NULL), DT_u8);
    return !n->bad;
}

bool map_dynamic_quantize(OnnxNode *n) {
    ValueId x = ox_in(n, 0), scale, zero;
    if (!ox_want_present(n, 0, 0) || !range_of(n, x, &scale, &zero)) return false;
    return ox_emit_quantised(n, 0, ox_make2(n, OP_Div, x, scale), zero, DT_u8) && ox_emit_value(n, 1, scale) &&
           ox_emit_value(n, 2, zero);
}

/* com.microsoft: sums of integers times both scales, and a bias, as floats. */
static bool emit_real_product(OnnxNode *n, const ValueId *in, ValueId a_scale, ValueId b_scale, ValueId bias) {
    ValueId sum = ox_cast(n, ox_make(n, OP_MatMulInteger, 4, in, NULL), DT_f32);
    ValueId scale = ox_make2(n, OP_Mul, per_row(n, a_scale), per_column(n, b_scale));
    ValueId y = ox_make2(n, OP_Mul, sum, ox_cast(n, scale, DT_f32));
    if (bias != NO_VALUE) y = ox_make2(n, OP_Add, y, ox_cast(n, bias, DT_f32));
    return ox_emit_value(n, 0, ox_cast(n, y, ox_dtype(n, b_scale)));
}

/* a, b, a_scale, b_scale, a_zero, b_zero, bias */
bool map_matmul_integer_to_float(OnnxNode *n) {
    ValueId in[4];
    if (!ox_want_present(n, 0, 3) || !want_bytes(n, 0, 1) || !want_bytes(n, 4, 5)) return false;
    factors(n, n->in[0], n->in[1], ox_in(n, 4), ox_in(n, 5), in);
    return emit_real_product(n, in, n->in[2], n->in[3], ox_in(n, 6));
}

/* a is quantised by its own range; b, b_scale, b_zero, bias */
bool map_dynamic_quantize_matmul(OnnxNode *n) {
    ValueId in[4], scale, zero;
    if (!ox_want_present(n, 0, 2) || !want_bytes(n, 1, 1) || !want_bytes(n, 3, 3) || !range_of(n, n->in[0], &scale, &zero))
        return false;
    ValueId a = ox_make1(n, OP_Round, ox_make2(n, OP_Div, n->in[0], scale), NULL);
    a = ox_cast(n, ox_make2(n, OP_Add, a, ox_cast(n, zero, DT_f32)), DT_u8);
    factors(n, a, n->in[1], zero, ox_in(n, 3), in);
    return emit_real_product(n, in, scale, n->in[2], ox_in(n, 4));
}

/* A matrix turned where `attribute` says so. */
static ValueId turned(OnnxNode *n, ValueId v, const char *attribute) {
    if (!ox_int(n, attribute, 0)) return v;
    if (ox_shape(n, v).rank != 2 && !n->bad) ox_error(n, attribute, NULL, "the operand is no matrix");
    return n->bad ? NO_VALUE : ox_transpose(n, v, 2, (const int64_t[2]){1, 0});
}

/* a, a_scale, a_zero, b, b_scale, b_zero, c (i32, in units of alpha * a_scale * b_scale), y_scale, y_zero; without the last
 * two the result is real */
bool map_qgemm(OnnxNode *n) {
    if (!ox_want_present(n, 0, 5) || !want_bytes(n, 0, 0) || !want_bytes(n, 2, 3) || !want_bytes(n, 5, 5) || !want_bytes(n, 8, 8))
        return false;
    ValueId in[4], a = turned(n, n->in[0], "transA"), b = turned(n, n->in[3], "transB");
    factors(n, a, b, n->in[2], n->in[5], in);
    ValueId sum = ox_make(n, OP_MatMulInteger, 4, in, NULL);
    if (ox_has(n, 6)) sum = ox_make2(n, OP_Add, sum, n->in[6]);
    ValueId scale = ox_make2(n, OP_Mul, per_column(n, n->in[1]), per_column(n, n->in[4]));
    double alpha = ox_float(n, "alpha", 1);
    if (alpha != 1) scale = ox_make2(n, OP_Mul, scale, ox_scalar(n, DT_f32, alpha));
    if (!ox_has(n, 7)) return ox_emit_value(n, 0, ox_make2(n, OP_Mul, ox_cast(n, sum, DT_f32), scale));
    if (!ox_want_present(n, 8, 8)) return false;
    scale = ox_make2(n, OP_Div, scale, per_column(n, n->in[7]));
    ValueId y = ox_make2(n, OP_Mul, ox_cast(n, sum, DT_f32), scale);
    return ox_emit_quantised(n, 0, y, per_column(n, n->in[8]), ox_dtype(n, n->in[8]));
}
