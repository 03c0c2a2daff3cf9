/* Elementwise operators. */
#include "import/onnx/internal.h"
#include "import/onnx/maps.h"

/* The same operator with the same operands, no attributes. */
bool map_direct(OnnxNode *n) { return ox_emit(n, n->row->op, n->nin, n->in, NULL); }

/* alpha with the operator's own default. */
bool map_alpha(OnnxNode *n) {
    Attr_Alpha *a = ox_new(n, n->row->op);
    a->alpha = ox_float(n, "alpha", n->row->op == OP_LeakyRelu ? (double)0.01f : 1);
    return ox_emit(n, n->row->op, n->nin, n->in, a);
}

bool map_hard_sigmoid(OnnxNode *n) {
    Attr_AlphaBeta *a = ox_new(n, OP_HardSigmoid);
    a->alpha = ox_float(n, "alpha", (double)0.2f);
    a->beta = ox_float(n, "beta", 0.5);
    return ox_emit(n, OP_HardSigmoid, n->nin, n->in, a);
}

bool map_selu(OnnxNode *n) {
    Attr_AlphaBeta *a = ox_new(n, OP_Selu);
    bool old = n->version < 6;
    a->alpha = ox_float(n, "alpha", old ? (double)1.6732f : 1.67326319217681884765625);
    a->beta = ox_float(n, "gamma", old ? (double)1.0507f : 1.05070102214813232421875);
    return ox_emit(n, OP_Selu, n->nin, n->in, a);
}

bool map_shrink(OnnxNode *n) {
    Attr_Shrink *a = ox_new(n, OP_Shrink);
    a->bias = ox_float(n, "bias", 0);
    a->lambd = ox_float(n, "lambd", 0.5);
    DType t = ox_dtype(n, ox_in(n, 0));
    if (!dtype_is_int(t)) return ox_emit(n, OP_Shrink, n->nin, n->in, a);
    Attr_Cast *back = ox_new(n, OP_Cast); /* the attributes are no integers */
    back->to = t;
    return ox_emit1(n, OP_Cast, ox_make1(n, OP_Shrink, ox_cast(n, ox_in(n, 0), DT_f64), a), back);
}

bool map_gelu(OnnxNode *n) {
    Attr_Mode *a = ox_new(n, OP_Gelu);
    a->mode = ox_string(n, "approximate", "none");
    if (!ox_one_of(n, "approximate", a->mode, (const char *const[]){"none", "tanh", NULL})) return false;
    return ox_emit(n, OP_Gelu, n->nin, n->in, a);
}

/* com.microsoft: x * sigmoid(alpha * x) */
bool map_quick_gelu(OnnxNode *n) {
    Attr_Alpha *a = ox_new(n, OP_Swish);
    a->alpha = ox_float(n, "alpha", (double)1.702f);
    return ox_emit(n, OP_Swish, n->nin, n->in, a);
}

bool map_is_inf(OnnxNode *n) {
    Attr_IsInf *a = ox_new(n, OP_IsInf);
    a->detect_negative = ox_int(n, "detect_negative", 1);
    a->detect_positive = ox_int(n, "detect_positive", 1);
    return ox_emit(n, OP_IsInf, n->nin, n->in, a);
}

bool map_mod(OnnxNode *n) {
    Attr_Mod *a = ox_new(n, OP_Mod);
    a->fmod = ox_int(n, "fmod", 0);
    return ox_emit(n, OP_Mod, n->nin, n->in, a);
}

bool map_bit_shift(OnnxNode *n) {
    Attr_Mode *a = ox_new(n, OP_BitShift);
    a->mode = ox_string(n, "direction", "");
    if (!ox_one_of(n, "direction", a->mode, (const char *const[]){"LEFT", "RIGHT", NULL})) return false;
    return ox_emit(n, OP_BitShift, n->nin, n->in, a);
}

/* Before operator set 7 the second operand is broadcast only on request: its dims are a part of the first's, which
 * starts at `axis` (or ends at the end). */
static ValueId old_broadcast(OnnxNode *n) {
    ValueId b = ox_in(n, 1);
    Shape bs = ox_shape(n, b);
    int rank = ox_rank(n, 0);
    if (n->version >= 7 || n->bad || b == NO_VALUE || !ox_int(n, "broadcast", 0) || !ox_find(n, "axis")) return b;
    int64_t axis = ox_int(n, "axis", 0);
    if (axis < 0) axis += rank;
    if (bs.rank < 0 || axis < 0 || axis + bs.rank > rank) {
        ox_error(n, "axis", NULL, "operand 1 of rank %d does not fit at axis %lld of rank %d", bs.rank,
                 (long long)axis, rank);
        return NO_VALUE;
    }
    if (axis + bs.rank == rank) return b;
    for (int i = bs.rank; i < rank - axis; i++) bs.dim[i] = 1;
    bs.rank = (int8_t)(rank - axis);
    return ox_reshape(n, b, &bs);
}

bool map_binary(OnnxNode *n) {
    if (n->nin != 2) return ox_error(n, NULL, NULL, "has %u operands, not 2", n->nin);
    return ox_emit2(n, n->row->op, n->in[0], old_broadcast(n));
}

/* The exponent may have another type than the base, which decides. */
bool map_pow(OnnxNode *n) {
    if (n->nin != 2) return ox_error(n, NULL, NULL, "has %u operands, not 2", n->nin);
    ValueId a = ox_in(n, 0), b = old_broadcast(n);
    DType ta = ox_dtype(n, a), tb = ox_dtype(n, b);
    if (ta == tb || n->bad || b == NO_VALUE) return ox_emit2(n, OP_Pow, a, b);
    bool wide = dtype_is_int(ta) && dtype_is_float(tb); /* an integer to a fractional power is computed in floats */
    DType in = wide ? (tb == DT_f64 || dtype_info[ta].bytes > 2 ? DT_f64 : tb) : ta;
    Attr_Cast *to = ox_new(n, OP_Cast), *back = ox_new(n, OP_Cast);
    to->to = in, back->to = ta;
    if (tb != in) b = ox_make1(n, OP_Cast, b, to);
    if (!wide) return ox_emit2(n, OP_Pow, a, b);
    a = ox_make1(n, OP_Cast, a, to);
    return ox_emit1(n, OP_Cast, ox_make2(n, OP_Pow, a, b), back);
}

/* Sum, Max, Min, Mean of any number of operands: a chain of the binary operator. */
bool map_variadic(OnnxNode *n) {
    Op op = n->row->op;
    bool mean = !strcmp(n->row->name, "Mean");
    if (!n->nin) return ox_error(n, NULL, NULL, "has no operands");
    ValueId v = n->in[0];
    if (n->nin == 1) return ox_emit_value(n, 0, v);
    for (uint32_t i = 1; i + 1 < n->nin; i++) v = ox_make2(n, op, v, n->in[i]);
    ValueId last = n->in[n->nin - 1];
    if (!mean) return ox_emit2(n, op, v, last);
    v = ox_make2(n, op, v, last);
    return ox_emit2(n, OP_Div, v, ox_scalar(n, ox_dtype(n, v), n->nin));
}

/* The slope is broadcast to x; before operator set 7 it is a list of channels. */
bool map_prelu(OnnxNode *n) {
    ValueId slope = ox_in(n, 1);
    int rank = ox_rank(n, 0);
    Shape s = ox_shape(n, slope);
    if (n->version < 7 && s.rank == 1 && rank > 2 && s.dim[0] != 1) {
        for (int i = 1; i < rank - 1; i++) s.dim[i] = 1;
        s.rank = (int8_t)(rank - 1);
        slope = ox_reshape(n, slope, &s);
    }
    return ox_emit2(n, OP_PRelu, ox_in(n, 0), slope);
}

/* Bounds are attributes before operator set 11. */
bool map_clip(OnnxNode *n) {
    ValueId in[3] = {ox_in(n, 0), ox_in(n, 1), ox_in(n, 2)};
    if (n->version < 11) {
        DType t = ox_dtype(n, in[0]);
        in[1] = ox_find(n, "min") ? ox_scalar(n, t, ox_float(n, "min", 0)) : NO_VALUE;
        in[2] = ox_find(n, "max") ? ox_scalar(n, t, ox_float(n, "max", 0)) : NO_VALUE;
    }
    return ox_emit(n, OP_Clip, 3, in, NULL);
}
