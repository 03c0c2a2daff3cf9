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

bool map_top_k(OnnxNode *n) {
    Attr_TopK *a = ox_new(n, OP_TopK);
    a->axis = ox_int(n, "axis", -1);
    a->largest = ox_int(n, "largest", 1);
    a->sorted = ox_int(n, "sorted", 1);
    if (n->version >= 10) {
        if (!ox_number(n, 1, "k", &a->k)) return false;
    } else {
        if (!ox_find(n, "k")) return ox_error(n, "k", NULL, "the attribute is missing");
        a->k = ox_int(n, "k", 0);
    }
    return ox_emit1(n, OP_TopK, ox_in(n, 0), a);
}
