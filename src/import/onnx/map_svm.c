/* Support vector machines: kernels of x with the vectors, then products with tables of coefficients. */
#include "import/onnx/ml.h"

typedef struct {
    const char *kernel;
    double gamma, coef0, degree;
    MlFloats vectors, coefficients, rho, prob_a, prob_b;
    int64_t features;
    ValueId x;
} Svm;

static bool read_svm(OnnxNode *n, Svm *s) {
    static const char *const kernels[] = {"LINEAR", "POLY", "RBF", "SIGMOID", NULL};
    MlFloats params;
    s->kernel = ox_string(n, "kernel_type", "LINEAR");
    if (n->bad || !ox_one_of(n, "kernel_type", s->kernel, kernels)) return false;
    if (ml_floats(n, "kernel_params", NULL, &params) && params.n) {
        if (params.n != 3)
            return ox_error(n, "kernel_params", NULL, "has %u entries, not gamma, coef0, degree", params.n);
        s->gamma = params.at[0], s->coef0 = params.at[1], s->degree = params.at[2];
    }
    ml_floats(n, "support_vectors", NULL, &s->vectors);
    ml_floats(n, "prob_a", NULL, &s->prob_a);
    ml_floats(n, "prob_b", NULL, &s->prob_b);
    if (n->bad) return false;
    if (!ml_floats(n, "coefficients", NULL, &s->coefficients) || !ml_floats(n, "rho", NULL, &s->rho) || !s->rho.n)
        return !n->bad && ox_error(n, s->coefficients.n ? "rho" : "coefficients", NULL, "the attribute is missing");
    s->x = ox_cast(n, ml_matrix(n), DT_f32);
    return ml_features(n, s->x, &s->features);
}

/* x times the rows of a table [rows, columns], plus the list `more` (or NULL). */
static ValueId times(OnnxNode *n, ValueId x, int64_t rows, int64_t columns, const double *table, const double *more) {
    Attr_Gemm *a = ox_new(n, OP_Gemm);
    a->transB = 1;
    ValueId in[3] = {x, ml_table(n, DT_f32, rows, columns, table), more ? ml_list(n, DT_f32, rows, more) : NO_VALUE};
    return ox_make(n, OP_Gemm, 3, in, a);
}

/* The kernel of x with every vector, [rows, vectors]. */
static ValueId kernel(OnnxNode *n, const Svm *s, int64_t vectors) {
    if (n->bad) return NO_VALUE;
    if (vectors > s->vectors.n || (uint64_t)vectors * (uint64_t)s->features != s->vectors.n) {
        ox_error(n, "support_vectors", NULL, "has %u entries for %lld vectors of %lld features", s->vectors.n,
                 (long long)vectors, (long long)s->features);
        return NO_VALUE;
    }
    if (!strcmp(s->kernel, "RBF")) {
        ValueId d = ox_make2(n, OP_SquaredDistance, s->x, ml_table(n, DT_f32, vectors, s->features, s->vectors.at));
        return ox_make1(n, OP_Exp, ox_make2(n, OP_Mul, d, ox_scalar(n, DT_f32, -s->gamma)), NULL);
    }
    ValueId k = times(n, s->x, vectors, s->features, s->vectors.at, NULL);
    if (!strcmp(s->kernel, "LINEAR")) return k;
    k = ox_make2(n, OP_Mul, k, ox_scalar(n, DT_f32, s->gamma));
    k = ox_make2(n, OP_Add, k, ox_scalar(n, DT_f32, s->coef0));
    if (!strcmp(s->kernel, "SIGMOID")) return ox_make1(n, OP_Tanh, k, NULL);
    return ox_make2(n, OP_Pow, k, ox_scalar(n, DT_f32, s->degree));
}

bool map_svm_regressor(OnnxNode *n) {
    Svm s = {0};
    Post post;
    int64_t vectors = ox_int(n, "n_supports", 0);
    if (!ml_post(n, &post) || !read_svm(n, &s)) return false;
    if (vectors < 0) return ox_error(n, "n_supports", NULL, "%lld is out of range", (long long)vectors);
    int64_t columns = vectors ? vectors : s.features;
    if (s.coefficients.n != columns)
        return ox_error(n, "coefficients", NULL, "has %u entries, %lld are needed", s.coefficients.n,
                        (long long)columns);
    ValueId y = times(n, vectors ? kernel(n, &s, vectors) : s.x, 1, columns, s.coefficients.at, s.rho.at);
    if (!ox_int(n, "one_class", 0)) return ml_emit_float(n, 0, y);
    ValueId pick[3] = {ox_make2(n, OP_Greater, y, ml_number(n, y, 0)), ml_number(n, y, 1), ml_number(n, y, -1)};
    return ml_emit_float(n, 0, ox_make(n, OP_Where, 3, pick, NULL));
}

/* ---- classifier ---- */

/* The score of each pair of classes i < j: the vectors of i with coefficients j-1, those of j with coefficients i. */
static ValueId pairs(OnnxNode *n, const Svm *s, const Ints *each, int64_t vectors) {
    int64_t classes = each->n, count = classes * (classes - 1) / 2;
    int64_t *first = arena_array_of(n->r->tmp, classes + 1, int64_t), pair = 0;
    if (s->rho.n != count || (uint64_t)s->coefficients.n != (uint64_t)(classes - 1) * (uint64_t)vectors) {
        ox_error(n, "coefficients", NULL, "has %u entries, rho %u: they do not go with %lld classes", s->coefficients.n,
                 s->rho.n, (long long)classes);
        return NO_VALUE;
    }
    for (int64_t i = 0; i < classes; i++) first[i + 1] = first[i] + each->at[i];
    double *table = arena_array_of(n->r->tmp, count * vectors, double);
    for (int64_t i = 0; i < classes; i++)
        for (int64_t j = i + 1; j < classes; j++, pair++) {
            for (int64_t v = first[i]; v < first[i + 1]; v++)
                table[pair * vectors + v] = s->coefficients.at[(j - 1) * vectors + v];
            for (int64_t v = first[j]; v < first[j + 1]; v++)
                table[pair * vectors + v] = s->coefficients.at[i * vectors + v];
        }
    return times(n, kernel(n, s, vectors), count, vectors, table, s->rho.at);
}

/* The class that most pairs are for: each gives one vote to i where its score is above 0, else to j. */
static ValueId most_votes(OnnxNode *n, ValueId scores, int64_t classes) {
    int64_t count = classes * (classes - 1) / 2, pair = 0;
    double *table = arena_array_of(n->r->tmp, classes * count, double),
           *lost = arena_array_of(n->r->tmp, classes, double);
    for (int64_t i = 0; i < classes; i++)
        for (int64_t j = i + 1; j < classes; j++, pair++) {
            table[i * count + pair] = 1;
            table[j * count + pair] = -1;
            lost[j]++;
        }
    ValueId won = ox_cast(n, ox_make2(n, OP_Greater, scores, ml_number(n, scores, 0)), DT_f32);
    return ml_largest(n, times(n, won, classes, count, table, lost));
}

/* Sigmoids of the pairs' scores, then probabilities of the classes that go with them best. */
static ValueId probabilities(OnnxNode *n, const Svm *s, ValueId scores, int64_t classes) {
    int64_t count = classes * (classes - 1) / 2, pair = 0;
    if (s->prob_a.n != count || s->prob_b.n != count) {
        ox_error(n, "prob_a", NULL, "has %u entries, prob_b %u, %lld are needed", s->prob_a.n, s->prob_b.n,
                 (long long)count);
        return NO_VALUE;
    }
    ValueId v = ox_make2(n, OP_Mul, scores, ml_list(n, DT_f32, count, s->prob_a.at));
    v = ox_make2(n, OP_Add, v, ml_list(n, DT_f32, count, s->prob_b.at));
    ValueId one = ml_number(n, v, 1);
    ValueId clip[3] = {ox_make2(n, OP_Sub, one, ox_make1(n, OP_Sigmoid, v, NULL)), ml_number(n, v, 1e-7),
                       ml_number(n, v, 1 - 1e-7)};
    ValueId p = ox_make(n, OP_Clip, 3, clip, NULL), both = ml_columns(n, p, ox_make2(n, OP_Sub, one, p));
    Tensor *where = ox_tensor(n, DT_i64, 2, (int64_t[]){classes, classes});
    for (int64_t i = 0; where->data && i < classes; i++)
        for (int64_t j = i + 1; j < classes; j++, pair++) {
            tensor_set_int(where, i * classes + j, pair);
            tensor_set_int(where, j * classes + i, count + pair);
        }
    Attr_Axis *a = ox_new(n, OP_Gather);
    a->axis = 1;
    ValueId r = ox_make(n, OP_Gather, 2, (ValueId[]){both, ox_constant(n, where)}, a);
    return ox_make1(n, OP_PairwiseCoupling, r, NULL);
}

/* Without vectors: a row of coefficients for each class. Of two classes onnxruntime takes the second as soon as the
 * larger score is a half (above 0 where coefficients differ in sign). */
static bool linear_svm(OnnxNode *n, const Svm *s, const MlLabels *labels, Post post) {
    int64_t classes = labels->n;
    if ((uint64_t)s->coefficients.n != (uint64_t)classes * (uint64_t)s->features)
        return ox_error(n, "coefficients", NULL, "has %u entries for %lld classes of %lld features", s->coefficients.n,
                        (long long)classes, (long long)s->features);
    double *rho = arena_array_of(n->r->tmp, classes, double);
    for (int64_t i = 0; i < classes; i++) rho[i] = s->rho.at[0];
    ValueId scores = times(n, s->x, classes, s->features, s->coefficients.at, rho), index = ml_largest(n, scores);
    if (classes == 2 && !n->bad) {
        bool mixed = false;
        for (uint32_t i = 0; i < s->coefficients.n; i++) mixed = mixed || s->coefficients.at[i] < 0;
        Attr_Reduce *a = ox_new(n, OP_ReduceMax);
        a->axes = ox_list_of(n, 1, (const int64_t[]){1});
        a->keepdims = 0;
        ValueId most = ox_make1(n, OP_ReduceMax, scores, a), limit = ml_number(n, scores, mixed ? 0 : 0.5);
        ValueId pick[3] = {ox_make2(n, mixed ? OP_Greater : OP_GreaterOrEqual, most, limit), ml_number(n, index, 1),
                           index};
        index = ox_make(n, OP_Where, 3, pick, NULL);
    }
    return ml_emit_label(n, index, labels) && ml_emit_float(n, 1, ml_transform(n, scores, post));
}

bool map_svm_classifier(OnnxNode *n) {
    Svm s = {0};
    Post post;
    MlLabels labels;
    Ints each;
    int64_t vectors = 0;
    if (!ml_post(n, &post) || !ml_labels(n, "classlabels_ints", &labels)) return false;
    if (!labels.n) return ox_error(n, "classlabels_ints", NULL, "the attribute is missing");
    if (!read_svm(n, &s)) return false;
    ox_ints(n, "vectors_per_class", &each);
    for (uint32_t i = 0; !n->bad && i < each.n; i++) {
        if (each.at[i] < 0 || each.at[i] > s.vectors.n || (vectors += each.at[i]) > s.vectors.n)
            return ox_error(n, "vectors_per_class", NULL, "there are more vectors than support_vectors has");
    }
    if (n->bad) return false;
    if (!vectors) return linear_svm(n, &s, &labels, post);
    int64_t classes = labels.n;
    if (each.n != labels.n || classes < 2 || classes > 10000)
        return ox_error(n, "vectors_per_class", NULL, "has %u entries for %lld classes", each.n, (long long)classes);
    ValueId scores = pairs(n, &s, &each, vectors);
    if (!ml_emit_label(n, most_votes(n, scores, classes), &labels)) return false;
    if (s.prob_a.n) return ml_emit_float(n, 1, ml_transform(n, probabilities(n, &s, scores, classes), post));
    if (classes == 2) return ml_emit_float(n, 1, ml_two_columns(n, scores, post, post == POST_none));
    return ml_emit_float(n, 1, ml_transform(n, scores, post));
}
