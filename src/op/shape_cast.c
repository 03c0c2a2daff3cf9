/* Shapes of conversions between element types. */
#include "op/shape.h"
#include <inttypes.h>

static bool check_target(Graph *g, NodeId n, const char *field, DType to) {
    if (to == DT_none || to >= DT_count) return SHAPE_ERROR(field, "the type to cast to is missing");
    return to != DT_string || SHAPE_ERROR(field, "got string, want a number type or bool");
}

SHAPE_FN(cast) {
    Operand a;
    const Attr_Cast *at = SHAPE_ATTR(Cast);
    return shape_operand(g, n, 0, &a) && check_target(g, n, "to", at->to) &&
           shape_within(g, n, "saturate", at->saturate, 0, 1) &&
           shape_choice(g, n, "round_mode", at->round_mode, "up|down|nearest") && shape_set(g, n, 0, at->to, &a.shape);
}

SHAPE_FN(bit_cast) {
    Operand a;
    DType to = SHAPE_ATTR(BitCast)->to;
    if (!shape_operand(g, n, 0, &a) || !check_target(g, n, "to", to)) return false;
    if (dtype_info[to].bits != dtype_info[a.type].bits)
        return SHAPE_ERROR("to", "%s has %d bits, %s has %d", dtype_info[to].name, dtype_info[to].bits,
                           operand_text(g, n, 0), dtype_info[a.type].bits);
    return shape_set(g, n, 0, to, &a.shape);
}

/* ---- quantisation ---- */

static bool is_single(const Shape *s) {
    for (int i = 0; i < s->rank; i++)
        if (s->dim[i] != 1) return false;
    return true;
}

/* Operand i against x: one element, a list along the axis, or x's shape with blocks along the axis. */
static bool check_parameter(Graph *g, NodeId n, unsigned i, const Shape *x, int64_t axis, int64_t block_size) {
    Operand p;
    if (!shape_operand(g, n, i, &p)) return false;
    if (is_single(&p.shape)) return true;
    if (axis < 0) axis += x->rank;
    if (axis < 0 || axis >= x->rank)
        return SHAPE_ERROR("axis", "got %" PRId64 ", want a value in [%d, %d]", axis, -x->rank, x->rank - 1);
    if (p.shape.rank != (block_size ? x->rank : 1))
        return SHAPE_ERROR(block_size ? NULL : "block_size", "%s: want rank 0, or %d%s", operand_text(g, n, i),
                           block_size ? x->rank : 1, block_size ? " as x" : " without blocks");
    for (int d = 0; d < p.shape.rank; d++) {
        Dim have = p.shape.dim[d], want = block_size ? x->dim[d] : x->dim[axis];
        if (block_size && d == axis && !dim_known(want)) continue;
        if (block_size && d == axis) want = want / block_size + (want % block_size != 0);
        if (dims_clash(g, have, want))
            return SHAPE_ERROR(NULL, "%s: dimension %d wants to be %s", operand_text(g, n, i), d, dim_text(g, want));
    }
    return true;
}

/* Axis and block_size completed; scale and zero point fit x and each other. */
static bool check_parameters(Graph *g, NodeId n, const Shape *x, int64_t *axis, int64_t block_size) {
    if (!shape_within(g, n, "block_size", block_size, 0, INT64_MAX)) return false;
    for (unsigned i = 1; i < 3; i++)
        if (node_in(&g->node.at[n], i) != NO_VALUE && !check_parameter(g, n, i, x, *axis, block_size)) return false;
    ValueId zero = node_in(&g->node.at[n], 2);
    const Shape *scale = value_shape(g, node_in(&g->node.at[n], 1));
    if (zero != NO_VALUE && !(is_single(scale) && is_single(value_shape(g, zero))) && !shape_want(g, n, 2, scale))
        return false;
    if (*axis < 0) *axis += x->rank;
    return true;
}

static bool wrong_type(Graph *g, NodeId n, unsigned i, const char *want) {
    return SHAPE_ERROR(NULL, "%s: want %s", operand_text(g, n, i), want);
}

static bool is_scale(DType t) { return t == DT_f32 || t == DT_f16 || t == DT_bf16 || t == DT_f8e8m0; }

/* The types that tensors are quantised to. */
static bool is_quantised(DType t) {
    return t == DT_i8 || t == DT_u8 || t == DT_i16 || t == DT_u16 || (dtype_is_small(t) && t != DT_f8e8m0);
}

SHAPE_FN(quantize) {
    Operand x, scale;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &scale)) return false;
    if (x.type != DT_i32 && (!is_scale(x.type) || x.type == DT_f8e8m0))
        return wrong_type(g, n, 0, "f32, f16, bf16 or i32");
    if (!is_scale(scale.type) && scale.type != DT_i32) return wrong_type(g, n, 1, "f32, f16, bf16, i32 or f8e8m0");
    Attr_Quantize *at = shape_own_attr(g, n);
    ValueId zero = node_in(&g->node.at[n], 2);
    DType to = zero == NO_VALUE ? at->output_dtype : g->value.at[zero].dtype;
    if (to == DT_none) to = DT_u8;
    if (at->output_dtype != DT_none && at->output_dtype != to)
        return SHAPE_ERROR("output_dtype", "got %s, %s", dtype_info[at->output_dtype].name, operand_text(g, n, 2));
    if (!is_quantised(to))
        return SHAPE_ERROR(zero == NO_VALUE ? "output_dtype" : NULL, "%s is no type to quantise to",
                           dtype_info[to].name);
    if (at->precision == DT_none) /* of a scale without a fraction: enough for its quotients */
        at->precision = scale.type == DT_i32       ? DT_f64
                        : scale.type != DT_f8e8m0  ? scale.type
                        : dtype_is_float(x.type) ? x.type
                                                   : DT_f32;
    if (at->precision != DT_f64 && (!is_scale(at->precision) || at->precision == DT_f8e8m0))
        return SHAPE_ERROR("precision", "got %s, want a float type", dtype_info[at->precision].name);
    at->output_dtype = to;
    return shape_within(g, n, "saturate", at->saturate, 0, 1) &&
           check_parameters(g, n, &x.shape, &at->axis, at->block_size) && shape_set(g, n, 0, to, &x.shape);
}

SHAPE_FN(dequantize) {
    Operand x, scale;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &scale)) return false;
    if (!is_quantised(x.type) && x.type != DT_i32) return wrong_type(g, n, 0, "a quantised type or i32");
    if (!is_scale(scale.type)) return wrong_type(g, n, 1, "f32, f16, bf16 or f8e8m0");
    ValueId zero = node_in(&g->node.at[n], 2);
    if (zero != NO_VALUE && g->value.at[zero].dtype != x.type)
        return wrong_type(g, n, 2, arena_printf(g->arena, "%s, as x", dtype_info[x.type].name));
    Attr_Dequantize *at = shape_own_attr(g, n);
    if (at->output_dtype == DT_none) at->output_dtype = scale.type == DT_f8e8m0 ? DT_f32 : scale.type;
    if (!is_scale(at->output_dtype) || at->output_dtype == DT_f8e8m0)
        return SHAPE_ERROR("output_dtype", "got %s, want f32, f16 or bf16", dtype_info[at->output_dtype].name);
    return check_parameters(g, n, &x.shape, &at->axis, at->block_size) &&
           shape_set(g, n, 0, at->output_dtype, &x.shape);
}
