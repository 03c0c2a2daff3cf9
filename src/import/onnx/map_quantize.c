/* Conversions between element types, and quantisation. */
#include "import/onnx/internal.h"
#include "import/onnx/maps.h"

/* An element type that an attribute names by its number; 0: not given. */
static bool type_attribute(OnnxNode *n, const char *name, DType *out) {
    int64_t number = ox_int(n, name, 0);
    bool known = number >= 0 && number < 64;
    *out = known ? onnx_dtype((int)number) : DT_none;
    return number == 0 || *out != DT_none ||
           ox_error(n, name, NULL, "element type %s (%lld) is not supported", onnx_dtype_name(known ? (int)number : -1),
                    (long long)number);
}

bool map_cast(OnnxNode *n) {
    Attr_Cast *a = ox_new(n, OP_Cast);
    const AttributeProto *to = ox_find(n, "to");
    if (!to) return ox_error(n, "to", NULL, "the attribute is missing");
    if (to->has_s && !to->has_i) { /* a name, before operator set 6 */
        const char *name = ox_string(n, "to", "");
        int number = 1;
        while (number < 64 && strcmp(onnx_dtype_name(number), name) != 0) number++;
        a->to = number < 64 ? onnx_dtype(number) : DT_none;
        if (a->to == DT_none) return ox_error(n, "to", NULL, "element type %s is not supported", name);
    } else if (!type_attribute(n, "to", &a->to)) {
        return false;
    }
    a->saturate = ox_int(n, "saturate", 1);
    a->round_mode = ox_string(n, "round_mode", "up");
    return ox_emit(n, OP_Cast, n->nin, n->in, a);
}

bool map_cast_like(OnnxNode *n) {
    Attr_Cast *a = ox_new(n, OP_Cast);
    if (!ox_has(n, 1)) return ox_error(n, NULL, NULL, "operand 1 is missing");
    a->to = ox_dtype(n, n->in[1]);
    a->saturate = ox_int(n, "saturate", 1);
    a->round_mode = ox_string(n, "round_mode", "up");
    return ox_emit1(n, OP_Cast, ox_in(n, 0), a);
}

bool map_bit_cast(OnnxNode *n) {
    Attr_BitCast *a = ox_new(n, OP_BitCast);
    return type_attribute(n, "to", &a->to) && ox_emit(n, OP_BitCast, n->nin, n->in, a);
}

bool map_quantize_linear(OnnxNode *n) {
    Attr_Quantize *a = ox_new(n, OP_QuantizeLinear);
    a->axis = ox_int(n, "axis", 1);
    a->block_size = ox_int(n, "block_size", 0);
    a->saturate = ox_int(n, "saturate", 1);
    return type_attribute(n, "output_dtype", &a->output_dtype) && type_attribute(n, "precision", &a->precision) &&
           ox_emit(n, OP_QuantizeLinear, n->nin, n->in, a);
}

bool map_dequantize_linear(OnnxNode *n) {
    Attr_Dequantize *a = ox_new(n, OP_DequantizeLinear);
    a->axis = ox_int(n, "axis", 1);
    a->block_size = ox_int(n, "block_size", 0);
    return type_attribute(n, "output_dtype", &a->output_dtype) && ox_emit(n, OP_DequantizeLinear, n->nin, n->in, a);
}
