/* What the mapping functions of ai.onnx.ml share. */
#ifndef TENON_IMPORT_ONNX_ML_H
#define TENON_IMPORT_ONNX_ML_H
#include "import/onnx/maps.h"

/* As TreeEnsemble numbers them. */
typedef enum { POST_none, POST_softmax, POST_logistic, POST_softmax_zero, POST_probit, POST_count } Post;

/* Numbers of a FLOATS attribute, or of the tensor in attribute `tensor` (may be NULL). wide: they are doubles. */
typedef struct {
    uint32_t n;
    const double *at;
    bool wide;
} MlFloats;
bool ml_floats(OnnxNode *n, const char *attr, const char *tensor,
               MlFloats *out);                                   /* false when absent or wrong: see bad */
const Tensor *ml_tensor(OnnxNode *n, const char *attr);          /* of a TENSOR attribute, NULL when absent or wrong */
const Tensor *ml_ints(OnnxNode *n, const Ints *list);            /* the same as a tensor */
const AttributeProto *ml_strings(OnnxNode *n, const char *attr); /* NULL when absent or empty */

/* Operand 0 as a matrix [rows, features] of f32, or f64 where it is double; a list is one row. */
ValueId ml_matrix(OnnxNode *n);
bool ml_features(OnnxNode *n, ValueId x, int64_t *features);              /* the number of columns, known */
ValueId ml_list(OnnxNode *n, DType t, int64_t count, const double *from); /* a constant, rank 1 */
ValueId ml_table(OnnxNode *n, DType t, int64_t rows, int64_t columns, const double *from);
ValueId ml_number(OnnxNode *n, ValueId like, double v); /* a scalar of the same type */
ValueId ml_columns(OnnxNode *n, ValueId a, ValueId b);  /* one beside the other */

bool ml_post(OnnxNode *n, Post *post); /* attribute post_transform in words */
/* Scores [rows, columns]. A single column is only changed by PROBIT. */
ValueId ml_transform(OnnxNode *n, ValueId v, Post post);
/* A positive class's score in one column: the opposite is put before it; `mixed`: it is -s, otherwise 1 - s. */
ValueId ml_two_columns(OnnxNode *n, ValueId s, Post post, bool mixed);

/* Class labels under either name of the attribute, integers or strings; NULL and 0 where there are none. */
typedef struct {
    uint32_t n;
    const Tensor *t;
} MlLabels;
bool ml_labels(OnnxNode *n, const char *ints, MlLabels *labels);
/* Output 0: the label at index (i64, [rows]). */
bool ml_emit_label(OnnxNode *n, ValueId index, const MlLabels *labels);
ValueId ml_largest(OnnxNode *n, ValueId scores);             /* the index of a row's first largest */
ValueId ml_above(OnnxNode *n, ValueId column, double limit); /* 1 where the only column is above it, [rows] */
bool ml_emit_float(OnnxNode *n, unsigned output, ValueId v); /* as f32 */
#endif
