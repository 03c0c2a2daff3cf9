/* Operators that take or place elements by index. */
#include "import/onnx/maps.h"

bool map_gather(OnnxNode *n) {
    Attr_Axis *a = ox_new(n, n->row->op);
    a->axis = ox_int(n, "axis", 0);
    return ox_emit(n, n->row->op, n->nin, n->in, a);
}

bool map_gather_nd(OnnxNode *n) {
    Attr_GatherND *a = ox_new(n, OP_GatherND);
    a->batch_dims = ox_int(n, "batch_dims", 0);
    return ox_emit(n, OP_GatherND, n->nin, n->in, a);
}

bool map_scatter(OnnxNode *n) {
    static const char *const kinds[] = {"none", "add", "mul", "max", "min", NULL};
    Attr_Scatter *a = ox_new(n, n->row->op);
    a->axis = ox_int(n, "axis", 0);
    a->reduction = ox_string(n, "reduction", "none");
    return ox_one_of(n, "reduction", a->reduction, kinds) && ox_emit(n, n->row->op, n->nin, n->in, a);
}

bool map_block(OnnxNode *n) {
    Attr_BlockSize *a = ox_new(n, n->row->op);
    a->blocksize = ox_int(n, "blocksize", 0);
    a->mode = ox_string(n, "mode", "DCR");
    return ox_one_of(n, "mode", a->mode, (const char *const[]){"DCR", "CRD", NULL}) &&
           ox_emit(n, n->row->op, n->nin, n->in, a);
}

bool map_unfold_tensor(OnnxNode *n) {
    Attr_UnfoldTensor *a = ox_new(n, OP_UnfoldTensor);
    a->dim = ox_int(n, "dim", -1);
    a->size = ox_int(n, "size", 0);
    a->step = ox_int(n, "step", 1);
    return ox_emit(n, OP_UnfoldTensor, n->nin, n->in, a);
}

bool map_trilu(OnnxNode *n) {
    Attr_Trilu *a = ox_new(n, OP_Trilu);
    a->upper = ox_int(n, "upper", 1);
    if (ox_has(n, 1) && !ox_number(n, 1, "k", &a->k)) return false;
    return ox_emit1(n, OP_Trilu, ox_in(n, 0), a);
}

bool map_cumulative(OnnxNode *n) {
    Attr_CumSum *a = ox_new(n, n->row->op);
    a->exclusive = ox_int(n, "exclusive", 0);
    a->reverse = ox_int(n, "reverse", 0);
    return ox_number(n, 1, "axis", &a->axis) && ox_emit1(n, n->row->op, ox_in(n, 0), a);
}

/* Indices may have any number type; ours are integers. */
bool map_one_hot(OnnxNode *n) {
    Attr_OneHot *a = ox_new(n, OP_OneHot);
    Attr_Cast *to = ox_new(n, OP_Cast);
    ValueId in[2] = {ox_in(n, 0), ox_in(n, 2)};
    Floats depth;
    a->axis = ox_int(n, "axis", -1);
    if (ox_has(n, 1) && dtype_is_float(ox_dtype(n, n->in[1]))) {
        if (!ox_reals(n, 1, "depth", &depth)) return false;
        if (depth.n != 1 || !(depth.at[0] >= 0 && depth.at[0] < 1e15))
            return ox_error(n, "depth", NULL, "must be a single number, not negative");
        a->depth = (int64_t)depth.at[0];
    } else if (!ox_number(n, 1, "depth", &a->depth)) {
        return false;
    }
    to->to = DT_i64;
    if (!dtype_is_int(ox_dtype(n, in[0]))) in[0] = ox_make1(n, OP_Cast, in[0], to);
    return ox_emit(n, OP_OneHot, 2, in, a);
}

/* k is data: all elements are sorted, and the first k of them count. */
static bool first_k(OnnxNode *n, Attr_TopK *a) {
    Shape s = ox_shape(n, ox_in(n, 0)), none = {.rank = 0};
    int64_t axis = a->axis;
    if (n->bad || !ox_axis(n, "axis", &axis, s.rank)) return false;
    if (!dim_known(s.dim[axis]))
        return ox_error(n, "k", "give the shape with --input-shape", "the size of the operand is not known");
    int64_t declared = onnx_declared(n, 0, (int)axis);
    if (declared < 0) declared = onnx_declared(n, 1, (int)axis);
    ValueId k = ox_cast(n, ox_reshape(n, ox_in(n, 1), &none), DT_i64);
    ValueId in[3] = {k, ox_scalar(n, DT_i64, 0), ox_scalar(n, DT_i64, (double)s.dim[axis])}, count;
    const char *name = onnx_fresh(n->r, arena_printf(n->r->arena, "%s_count", n->out[0][0] ? n->out[0] : n->out[n->nout - 1]));
    if (n->bad || !ox_make_outputs(n, OP_Clip, 3, in, NULL, 1, &name, &count)) return false;
    a->k = declared >= 0 && declared <= s.dim[axis] ? declared : s.dim[axis];
    if (!ox_emit1(n, OP_TopK, ox_in(n, 0), a)) return false;
    for (uint32_t i = 0; i < n->nout && i < 2; i++)
        if (n->result[i] != NO_VALUE && n->out[i][0]) onnx_counted(n->g, n->result[i], count, (int)axis, declared >= 0);
    return true;
}

bool map_top_k(OnnxNode *n) {
    Attr_TopK *a = ox_new(n, OP_TopK);
    a->axis = ox_int(n, "axis", -1);
    a->largest = ox_int(n, "largest", 1);
    a->sorted = ox_int(n, "sorted", 1);
    if (n->version >= 10) {
        if (ox_has(n, 1) && !value_data(n->g, n->in[1])) return first_k(n, a);
        if (!ox_number(n, 1, "k", &a->k)) return false;
    } else {
        if (!ox_find(n, "k")) return ox_error(n, "k", NULL, "the attribute is missing");
        a->k = ox_int(n, "k", 0);
    }
    return ox_emit1(n, OP_TopK, ox_in(n, 0), a);
}
