/* ai.onnx.ml: what its operators share, linear models among them. Scores and labels are as onnxruntime gives them where
 * the standard leaves them open. */
#include "import/onnx/ml.h"

/* ---- attributes ---- */

const Tensor *ml_tensor(OnnxNode *n, const char *attr) {
    const AttributeProto *a = ox_find(n, attr);
    if (!a || n->bad) return NULL;
    const Tensor *t = a->t ? onnx_tensor(&n->r->source, (Loc){n->g->file, n->label, n->p->op_type, attr}, a->t) : NULL;
    if (!t) ox_error(n, attr, NULL, "the attribute is no usable tensor");
    return t;
}

bool ml_floats(OnnxNode *n, const char *attr, const char *tensor, MlFloats *out) {
    Floats list;
    *out = (MlFloats){0};
    const Tensor *t = tensor ? ml_tensor(n, tensor) : NULL;
    if (n->bad) return false;
    if (!t) {
        if (!ox_floats(n, attr, &list) || n->bad) return false;
        *out = (MlFloats){list.n, list.at, false};
        return true;
    }
    int64_t count = shape_count(&t->shape);
    if (count > INT32_MAX) return ox_error(n, tensor, NULL, "is too large");
    double *at = arena_array_of(n->r->arena, count + 1, double);
    for (int64_t i = 0; i < count; i++) at[i] = tensor_float(t, i);
    *out = (MlFloats){(uint32_t)count, at, t->dtype == DT_f64};
    return true;
}

const Tensor *ml_ints(OnnxNode *n, const Ints *list) {
    int64_t count = list->n;
    Tensor *t = ox_tensor(n, DT_i64, 1, &count);
    for (int64_t i = 0; i < count; i++) tensor_set_int(t, i, list->at[i]);
    return t;
}

const AttributeProto *ml_strings(OnnxNode *n, const char *attr) {
    const AttributeProto *a = ox_find(n, attr);
    return a && a->n_strings ? a : NULL;
}

bool ml_post(OnnxNode *n, Post *post) {
    static const char *const names[POST_count + 1] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT", NULL};
    const char *name = ox_string(n, "post_transform", "NONE");
    if (n->bad || !ox_one_of(n, "post_transform", name, names)) return false;
    *post = POST_none;
    while (strcmp(names[*post], name)) ++*post;
    return true;
}

/* ---- values ---- */

ValueId ml_matrix(OnnxNode *n) {
    ValueId x = ox_in(n, 0);
    int rank = ox_rank(n, 0);
    if (n->bad) return NO_VALUE;
    if (rank < 1 || rank > 2) {
        ox_error(n, NULL, NULL, "operand 0 has rank %d, a matrix is needed", rank);
        return NO_VALUE;
    }
    Shape s = ox_shape(n, x);
    if (rank == 1) x = ox_reshape(n, x, &(Shape){.rank = 2, .dim = {1, s.dim[0]}});
    return ox_cast(n, x, ox_dtype(n, x) == DT_f64 ? DT_f64 : DT_f32);
}

bool ml_features(OnnxNode *n, ValueId x, int64_t *features) {
    if (n->bad) return false;
    Shape s = ox_shape(n, x);
    if (!dim_known(s.dim[1]))
        return ox_error(n, NULL, "give the shape with --input-shape", "the number of features is not known");
    *features = s.dim[1];
    return true;
}

static ValueId constant(OnnxNode *n, DType t, int rank, const int64_t *dim, const double *from) {
    if (n->bad) return NO_VALUE;
    Tensor *c = ox_tensor(n, t, rank, dim);
    if (!c->data) {
        ox_error(n, NULL, NULL, "a table is too large");
        return NO_VALUE;
    }
    int64_t count = shape_count(&c->shape);
    for (int64_t i = 0; i < count; i++) {
        if (dtype_is_float(t))
            tensor_set_float(c, i, from[i]);
        else
            tensor_set_int(c, i, (int64_t)from[i]);
    }
    return ox_constant(n, c);
}

ValueId ml_list(OnnxNode *n, DType t, int64_t count, const double *from) {
    return constant(n, t, 1, &count, from);
}

ValueId ml_table(OnnxNode *n, DType t, int64_t rows, int64_t columns, const double *from) {
    return constant(n, t, 2, (int64_t[]){rows, columns}, from);
}

ValueId ml_number(OnnxNode *n, ValueId like, double v) {
    return ox_scalar(n, ox_dtype(n, like), v);
}

ValueId ml_columns(OnnxNode *n, ValueId a, ValueId b) {
    Attr_Axis *at = ox_new(n, OP_Concat);
    at->axis = 1;
    return ox_make(n, OP_Concat, 2, (ValueId[]){a, b}, at);
}

bool ml_emit_float(OnnxNode *n, unsigned output, ValueId v) {
    return ox_emit_value(n, output, ox_cast(n, v, DT_f32));
}

/* ---- scores ---- */

static ValueId reduce_row(OnnxNode *n, Op op, ValueId v) {
    Attr_Reduce *a = ox_new(n, op);
    a->axes = ox_list_of(n, 1, (const int64_t[]){1});
    a->keepdims = 1;
    return ox_make1(n, op, v, a);
}

/* Winitzki's approximation of the inverse error function, of 2v - 1. */
static ValueId probit(OnnxNode *n, ValueId v) {
    ValueId one = ml_number(n, v, 1), two = ml_number(n, v, 2), zero = ml_number(n, v, 0);
    ValueId x = ox_make2(n, OP_Sub, ox_make2(n, OP_Mul, v, two), one);
    ValueId product = ox_make2(n, OP_Mul, ox_make2(n, OP_Sub, one, x), ox_make2(n, OP_Add, one, x));
    ValueId log = ox_make1(n, OP_Log, product, NULL);
    ValueId a = ox_make2(n, OP_Add, ox_make2(n, OP_Mul, log, ml_number(n, v, 0.5)),
                         ml_number(n, v, 2 / (3.14159274101257324 * 0.147)));
    ValueId b = ox_make2(n, OP_Mul, log, ml_number(n, v, 1 / 0.147));
    ValueId root = ox_make1(n, OP_Sqrt, ox_make2(n, OP_Sub, ox_make2(n, OP_Mul, a, a), b), NULL);
    ValueId size = ox_make1(n, OP_Sqrt, ox_make2(n, OP_Sub, root, a), NULL);
    ValueId pick[3] = {ox_make2(n, OP_Less, x, zero), ox_make1(n, OP_Neg, size, NULL), size};
    ValueId root2 = ml_number(n, v, 1.41421356);
    return ox_make2(n, OP_Mul, ox_make(n, OP_Where, 3, pick, NULL), root2);
}

/* Softmax in which what is almost 0 counts by its value, not as exp(0). */
static ValueId softmax_zero(OnnxNode *n, ValueId v) {
    ValueId most = reduce_row(n, OP_ReduceMax, v), tiny = ml_number(n, v, 0.0000001);
    ValueId power = ox_make1(n, OP_Exp, ox_make2(n, OP_Sub, v, most), NULL);
    ValueId scaled = ox_make2(n, OP_Mul, v, ox_make1(n, OP_Exp, ox_make1(n, OP_Neg, most, NULL), NULL));
    ValueId pick[3] = {ox_make2(n, OP_Greater, ox_make1(n, OP_Abs, v, NULL), tiny), power, scaled};
    ValueId e = ox_make(n, OP_Where, 3, pick, NULL), sum = reduce_row(n, OP_ReduceSum, e);
    ValueId none = ox_make2(n, OP_Equal, sum, ml_number(n, v, 0));
    ValueId either[3] = {none, ml_number(n, v, 0.5), ox_make2(n, OP_Div, e, sum)};
    return ox_make(n, OP_Where, 3, either, NULL);
}

ValueId ml_transform(OnnxNode *n, ValueId v, Post post) {
    if (n->bad) return NO_VALUE;
    bool single = ox_shape(n, v).dim[1] == 1;
    Attr_Axis *row = ox_new(n, OP_Softmax);
    row->axis = 1;
    if (post == POST_probit) return probit(n, v);
    if (single || post == POST_none) return v;
    if (post == POST_logistic) return ox_make1(n, OP_Sigmoid, v, NULL);
    return post == POST_softmax ? ox_make1(n, OP_Softmax, v, row) : softmax_zero(n, v);
}

ValueId ml_two_columns(OnnxNode *n, ValueId s, Post post, bool mixed) {
    ValueId minus = ox_make1(n, OP_Neg, s, NULL);
    if (post == POST_logistic) return ml_transform(n, ml_columns(n, minus, s), post);
    ValueId rest = ox_make2(n, OP_Sub, ml_number(n, s, 1), s);
    ValueId both = ml_columns(n, mixed && post != POST_probit ? minus : rest, s);
    return post == POST_probit ? ml_transform(n, both, post) : both;
}

/* ---- labels ---- */

bool ml_labels(OnnxNode *n, const char *ints, MlLabels *labels) {
    Ints list;
    *labels = (MlLabels){0};
    if (ox_ints(n, ints, &list) && list.n)
        labels->t = ml_ints(n, &list);
    else if (!n->bad && ml_strings(n, "classlabels_strings"))
        labels->t = ox_strings(n, "classlabels_strings");
    if (labels->t && !n->bad) labels->n = (uint32_t)labels->t->shape.dim[0];
    return !n->bad;
}

bool ml_emit_label(OnnxNode *n, ValueId index, const MlLabels *labels) {
    bool plain = !labels->t || labels->t->dtype == DT_i64;
    for (uint32_t i = 0; plain && i < labels->n; i++) plain = tensor_int(labels->t, i) == i;
    if (plain || !ox_wants(n, 0)) return ox_emit_value(n, 0, index);
    ValueId in[2] = {ox_constant(n, labels->t), index};
    return ox_emit_output(n, 0, OP_Gather, 2, in, NULL);
}

ValueId ml_largest(OnnxNode *n, ValueId scores) {
    Attr_ArgReduce *a = ox_new(n, OP_ArgMax);
    a->axis = 1;
    a->keepdims = 0;
    return ox_make1(n, OP_ArgMax, scores, a);
}

ValueId ml_above(OnnxNode *n, ValueId column, double limit) {
    if (n->bad) return NO_VALUE;
    Shape list = {.rank = 1, .dim = {ox_shape(n, column).dim[0]}};
    ValueId above = ox_make2(n, OP_Greater, column, ml_number(n, column, limit));
    return ox_cast(n, ox_reshape(n, above, &list), DT_i64);
}

/* ---- linear models ---- */

/* x [rows, features] times coefficients [targets, features], plus intercepts; targets is found out where it is 0. */
static ValueId linear(OnnxNode *n, int64_t *targets) {
    MlFloats w, b;
    int64_t features = 0;
    ValueId x = ml_matrix(n);
    if (!ml_features(n, x, &features)) return NO_VALUE;
    if (!ml_floats(n, "coefficients", NULL, &w)) {
        if (!n->bad) ox_error(n, "coefficients", NULL, "the attribute is missing");
        return NO_VALUE;
    }
    bool shifted = ml_floats(n, "intercepts", NULL, &b) && b.n;
    if (n->bad) return NO_VALUE;
    if (!*targets) *targets = features ? w.n / features : 0;
    if (*targets < 1 || *targets > w.n || w.n / *targets != features || w.n % *targets ||
        (shifted && b.n != *targets)) {
        ox_error(n, "coefficients", NULL, "has %u entries, intercepts has %u: they do not go with %lld features", w.n,
                 b.n, (long long)features);
        return NO_VALUE;
    }
    x = ox_cast(n, x, DT_f32);
    Attr_Gemm *a = ox_new(n, OP_Gemm);
    a->transB = 1;
    ValueId in[3] = {x, ml_table(n, DT_f32, *targets, features, w.at),
                     shifted ? ml_list(n, DT_f32, b.n, b.at) : NO_VALUE};
    return ox_make(n, OP_Gemm, 3, in, a);
}

bool map_linear_regressor(OnnxNode *n) {
    Post post;
    int64_t targets = ox_int(n, "targets", 1);
    if (!ml_post(n, &post)) return false;
    if (targets < 1) return ox_error(n, "targets", NULL, "%lld is out of range", (long long)targets);
    return ml_emit_float(n, 0, ml_transform(n, linear(n, &targets), post));
}

/* One row of coefficients and two classes: its score is the second one's. */
bool map_linear_classifier(OnnxNode *n) {
    Post post;
    MlLabels labels;
    int64_t targets = 0;
    if (!ml_post(n, &post) || !ml_labels(n, "classlabels_ints", &labels)) return false;
    ValueId scores = linear(n, &targets);
    if (n->bad) return false;
    if (targets == 1) {
        if (labels.n && labels.n != 2)
            return ox_error(n, "classlabels_ints", NULL, "has %u entries for two classes", labels.n);
        if (!ml_emit_label(n, ml_above(n, scores, 0), &labels)) return false;
        return ml_emit_float(n, 1, labels.n ? ml_two_columns(n, scores, post, false) : ml_transform(n, scores, post));
    }
    if (labels.n < targets)
        return ox_error(n, "classlabels_ints", NULL, "has %u entries for %lld classes", labels.n, (long long)targets);
    return ml_emit_label(n, ml_largest(n, scores), &labels) && ml_emit_float(n, 1, ml_transform(n, scores, post));
}
