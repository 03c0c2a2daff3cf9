/* ai.onnx.ml: features scaled, filled in, picked, put side by side and encoded. */
#include "import/onnx/ml.h"
#include <math.h>

/* A list of one number, or one a feature (the last dimension); a constant of type t. */
static ValueId per_feature(OnnxNode *n, const char *attr, DType t, uint32_t count, const double *at) {
    if (n->bad) return NO_VALUE;
    int rank = ox_rank(n, 0);
    Shape s = ox_shape(n, ox_in(n, 0));
    Dim last = rank ? s.dim[rank - 1] : 1;
    if (n->bad) return NO_VALUE;
    if (count != 1 && dim_known(last) && last != count) {
        ox_error(n, attr, NULL, "has %u entries for %lld features", count, (long long)last);
        return NO_VALUE;
    }
    return ml_list(n, t, count, at);
}

static ValueId floats_per_feature(OnnxNode *n, const char *attr, double otherwise) {
    MlFloats list;
    if (!ml_floats(n, attr, NULL, &list) || !list.n) list = (MlFloats){1, &otherwise, false};
    return per_feature(n, attr, DT_f32, list.n, list.at);
}

bool map_scaler(OnnxNode *n) {
    ValueId offset = floats_per_feature(n, "offset", 0), scale = floats_per_feature(n, "scale", 1);
    return ox_emit2(n, OP_Mul, ox_make2(n, OP_Sub, ox_cast(n, ox_in(n, 0), DT_f32), offset), scale);
}

/* Rows divided by their largest number, the sum of their absolute values, or their length; by 1 where that is 0. */
bool map_normalizer(OnnxNode *n) {
    const char *norm = ox_string(n, "norm", "MAX");
    int rank = ox_rank(n, 0);
    if (n->bad || !ox_one_of(n, "norm", norm, (const char *const[]){"MAX", "L1", "L2", NULL})) return false;
    if (rank < 1 || rank > 2) return ox_error(n, NULL, NULL, "operand 0 has rank %d, a matrix is needed", rank);
    ValueId x = ox_cast(n, ox_in(n, 0), DT_f32);
    Op op = !strcmp(norm, "L1") ? OP_ReduceL1 : !strcmp(norm, "L2") ? OP_ReduceL2 : OP_ReduceMax;
    Attr_Reduce *a = ox_new(n, op);
    a->axes = ox_list_of(n, 1, (const int64_t[]){rank - 1});
    a->keepdims = 1;
    ValueId size = ox_make1(n, op, x, a), one = ox_scalar(n, DT_f32, 1);
    ValueId pick[3] = {ox_make2(n, OP_Equal, size, ox_scalar(n, DT_f32, 0)), one, size};
    return ox_emit2(n, OP_Div, x, ox_make(n, OP_Where, 3, pick, NULL));
}

bool map_binarizer(OnnxNode *n) {
    ValueId x = ox_in(n, 0);
    DType t = ox_dtype(n, x), in = dtype_is_float(t) ? t : DT_f64;
    ValueId above = ox_make2(n, OP_Greater, ox_cast(n, x, in), ox_scalar(n, in, ox_float(n, "threshold", 0)));
    return ox_emit_value(n, 0, ox_cast(n, above, t));
}

bool map_imputer(OnnxNode *n) {
    ValueId x = ox_in(n, 0), hit;
    DType t = ox_dtype(n, x);
    Ints ints;
    MlFloats floats;
    double *at = NULL;
    uint32_t count = 0;
    if (ml_floats(n, "imputed_value_floats", NULL, &floats) && floats.n && dtype_is_float(t)) {
        double replaced = ox_float(n, "replaced_value_float", 0);
        count = floats.n;
        at = arena_copy(n->r->tmp, floats.at, count * sizeof *at);
        hit = isnan(replaced) ? ox_make1(n, OP_IsNaN, x, NULL) : ox_make2(n, OP_Equal, x, ox_scalar(n, t, replaced));
    } else if (ox_ints(n, "imputed_value_int64s", &ints) && ints.n && dtype_is_int(t)) {
        count = ints.n;
        at = arena_array_of(n->r->tmp, count, double);
        for (uint32_t i = 0; i < count; i++) at[i] = (double)ints.at[i];
        hit = ox_make2(n, OP_Equal, x, ox_scalar(n, t, (double)ox_int(n, "replaced_value_int64", 0)));
    } else {
        return n->bad ? false
                      : ox_error(n, dtype_is_float(t) ? "imputed_value_floats" : "imputed_value_int64s", NULL,
                                 "the attribute for %s is missing", t == DT_none ? "the operand" : dtype_info[t].name);
    }
    ValueId in[3] = {hit, per_feature(n, "imputed values", t, count, at), x};
    return ox_emit(n, OP_Where, 3, in, NULL);
}

/* Columns by their positions; a list is one row. */
bool map_array_feature_extractor(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    if (n->bad || !ox_has(n, 1)) return !n->bad && ox_error(n, NULL, NULL, "operand 1 is missing");
    if (rank < 1) return ox_error(n, NULL, NULL, "operand 0 is a scalar");
    ValueId x = n->in[0], index = n->in[1];
    Shape s = ox_shape(n, x), i = ox_shape(n, index);
    DimX count = dimx_number(1);
    for (int d = 0; d < i.rank; d++) count = dimx_mul(n->g->sym, count, dimx(i.dim[d]));
    Shape list = {.rank = 1, .dim = {ox_dim(n, NULL, count)}};
    if (i.rank != 1) index = ox_reshape(n, index, &list);
    if (rank == 1) x = ox_reshape(n, x, &(Shape){.rank = 2, .dim = {1, s.dim[0]}});
    Attr_Axis *a = ox_new(n, OP_Gather);
    a->axis = rank == 1 ? 1 : rank - 1;
    return ox_emit(n, OP_Gather, 2, (ValueId[]){x, index}, a);
}

/* Columns 0..want of operand i; zeros where it has fewer. */
static ValueId columns_of(OnnxNode *n, unsigned i, int64_t want) {
    int rank = ox_rank(n, i);
    if (n->bad) return NO_VALUE;
    Shape s = ox_shape(n, n->in[i]);
    if (rank < 1 || rank > 2 || want < 0 || (rank == 2 && !dim_known(s.dim[1]))) {
        ox_error(n, "inputdimensions", NULL, "%lld columns of operand %u cannot be taken", (long long)want, i);
        return NO_VALUE;
    }
    ValueId x = ox_cast(n, n->in[i], DT_f32);
    if (rank == 1) {
        s = (Shape){.rank = 2, .dim = {s.dim[0], 1}};
        x = ox_reshape(n, x, &s);
    }
    if (want > s.dim[1]) {
        Attr_Pad *pad = ox_new(n, OP_Pad);
        pad->pads = ox_list_of(n, 4, (const int64_t[]){0, 0, 0, want - s.dim[1]});
        return ox_make1(n, OP_Pad, x, pad);
    }
    if (want == s.dim[1]) return x;
    return ox_part(n, x, 1, 0, want);
}

bool map_feature_vectorizer(OnnxNode *n) {
    Ints want;
    if (!ox_ints(n, "inputdimensions", &want) || want.n != n->nin || !n->nin)
        return !n->bad && ox_error(n, "inputdimensions", NULL, "has %u entries for %u operands", want.n, n->nin);
    ValueId *part = arena_array_of(n->r->tmp, n->nin, ValueId);
    for (uint32_t i = 0; i < n->nin; i++) part[i] = columns_of(n, i, want.at[i]);
    Attr_Axis *a = ox_new(n, OP_Concat);
    a->axis = 1;
    return ox_emit(n, OP_Concat, n->nin, part, a);
}

/* 1 at the category that x is; none where it is no category. */
bool map_one_hot_encoder(OnnxNode *n) {
    Ints ints;
    int rank = ox_rank(n, 0);
    if (n->bad) return false;
    bool words = ox_dtype(n, n->in[0]) == DT_string, have = words || (ox_ints(n, "cats_int64s", &ints) && ints.n);
    const char *attr = words ? "cats_strings" : "cats_int64s";
    const Tensor *cats = words ? ox_strings(n, attr) : have ? ml_ints(n, &ints) : NULL;
    if (!cats || !cats->shape.dim[0]) return !n->bad && ox_error(n, attr, NULL, "the attribute is missing");
    if (rank >= MAX_RANK) return ox_error(n, NULL, NULL, "operand 0 has rank %d, which is too high", rank);
    Shape s = ox_shape(n, n->in[0]);
    s.dim[s.rank++] = 1;
    ValueId x = ox_reshape(n, words ? n->in[0] : ox_cast(n, n->in[0], DT_i64), &s);
    return ox_emit_value(n, 0, ox_cast(n, ox_make2(n, OP_Equal, x, ox_constant(n, cats)), DT_f32));
}

/* ---- LabelEncoder ---- */

/* PREFIX_strings, PREFIX_floats, PREFIX_int64s or PREFIX_tensor as a list. */
static const Tensor *list_of(OnnxNode *n, const char *prefix) {
    Floats floats;
    Ints ints;
    const char *strings = arena_printf(n->r->tmp, "%s_strings", prefix),
               *tensor = arena_printf(n->r->tmp, "%s_tensor", prefix);
    const Tensor *t = NULL;
    if (ml_strings(n, strings)) {
        t = ox_strings(n, strings);
    } else if (ox_floats(n, arena_printf(n->r->tmp, "%s_floats", prefix), &floats) && floats.n) {
        int64_t count = floats.n;
        Tensor *list = ox_tensor(n, DT_f32, 1, &count);
        for (int64_t i = 0; i < count; i++) tensor_set_float(list, i, floats.at[i]);
        t = list;
    } else if (ox_ints(n, arena_printf(n->r->tmp, "%s_int64s", prefix), &ints) && ints.n) {
        t = ml_ints(n, &ints);
    } else if (ox_find(n, tensor)) {
        const Tensor *given = ml_tensor(n, tensor);
        if (!given) return NULL;
        Tensor *list = arena_copy(n->r->arena, given, sizeof *given);
        int64_t count = shape_count(&list->shape);
        list->shape = shape_of(1, &count);
        t = list;
    } else if (!n->bad) {
        ox_error(n, prefix, NULL, "there is no list %s_... of labels", prefix);
    }
    if (n->bad) return NULL;
    if (t->shape.dim[0] < 1) {
        ox_error(n, prefix, NULL, "the list is empty");
        return NULL;
    }
    return t;
}

/* What stands for everything else, at place `at`. */
static void set_default(OnnxNode *n, Tensor *t, int64_t at) {
    if (dtype_is_float(t->dtype))
        tensor_set_float(t, at, ox_float(n, "default_float", -0.0));
    else if (t->dtype == DT_string)
        ((const char **)(uintptr_t)t->data)[at] = ox_string(n, "default_string", "_Unused");
    else
        tensor_set_int(t, at, ox_int(n, "default_int64", -1));
}

/* The values, and behind them the default. */
static ValueId values_and_default(OnnxNode *n, const Tensor *v, int64_t count) {
    int64_t more = count + 1;
    Tensor *t = ox_tensor(n, v->dtype, 1, &more);
    size_t each = (size_t)dtype_info[v->dtype].bytes;
    if (!t->data) return NO_VALUE;
    memcpy((char *)(uintptr_t)t->data, v->data, (size_t)count * each);
    const Tensor *other = ox_find(n, "default_tensor") ? ml_tensor(n, "default_tensor") : NULL;
    if (n->bad) return NO_VALUE;
    if (other && (other->dtype != v->dtype || shape_count(&other->shape) != 1)) {
        ox_error(n, "default_tensor", NULL, "is no single value of the type of the values");
        return NO_VALUE;
    }
    if (other)
        memcpy((char *)(uintptr_t)t->data + (size_t)count * each, other->data, each);
    else
        set_default(n, t, count);
    return ox_constant(n, t);
}

static bool encode(OnnxNode *n, const Tensor *keys, const Tensor *values) {
    int64_t count = keys->shape.dim[0];
    if (count != values->shape.dim[0])
        return ox_error(n, "values", NULL, "has %lld entries, keys has %lld", (long long)values->shape.dim[0],
                        (long long)count);
    ValueId x = ox_in(n, 0);
    if (n->bad) return false;
    if (ox_dtype(n, x) != keys->dtype)
        return ox_error(n, NULL, NULL, "operand 0 is %s, the keys are %s", dtype_info[ox_dtype(n, x)].name,
                        dtype_info[keys->dtype].name);
    ValueId in[3] = {x, ox_constant(n, keys), values_and_default(n, values, count)};
    return ox_emit(n, OP_LabelEncoder, 3, in, NULL);
}

/* Strings to integers, or integers to strings. */
static bool encode_either(OnnxNode *n, const Tensor *strings, const Tensor *ints) {
    ValueId x = ox_in(n, 0);
    if (n->bad) return false;
    return ox_dtype(n, x) == DT_string ? encode(n, strings, ints) : encode(n, ints, strings);
}

bool map_label_encoder(OnnxNode *n) {
    if (ml_strings(n, "classes_strings")) { /* version 1: numbers are places in the list */
        const Tensor *classes = ox_strings(n, "classes_strings");
        if (!classes) return false;
        Tensor *place = ox_tensor(n, DT_i64, 1, &classes->shape.dim[0]);
        for (int64_t i = 0; i < classes->shape.dim[0]; i++) tensor_set_int(place, i, i);
        return encode_either(n, classes, place);
    }
    const Tensor *keys = list_of(n, "keys"), *values = keys ? list_of(n, "values") : NULL;
    return values && encode(n, keys, values);
}

bool map_category_mapper(OnnxNode *n) {
    Ints ints;
    bool have = ox_ints(n, "cats_int64s", &ints) && ints.n;
    const Tensor *strings = n->bad ? NULL : ox_strings(n, "cats_strings");
    if (n->bad) return false;
    if (!have || !strings || !strings->shape.dim[0])
        return ox_error(n, have ? "cats_strings" : "cats_int64s", NULL, "the attribute is missing");
    return encode_either(n, strings, ml_ints(n, &ints));
}

/* ---- what deals in maps ---- */

bool map_zip_map(OnnxNode *n) {
    return ox_refuse(n, "its result is a list of maps; export the model without it and take the scores as a tensor");
}

bool map_from_map(OnnxNode *n) {
    return ox_refuse(n, "its operand is a map; give the model a tensor of features");
}
