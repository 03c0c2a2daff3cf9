/* Factor and shift per channel around Conv, ConvTranspose, Gemm and MatMul with constant weights. */
#ifndef TENON_PASS_AFFINE_H
#define TENON_PASS_AFFINE_H
#include "pass/rewrite.h"

/* y = x * scale[c] + shift[c] along one axis of a tensor of known rank */
typedef struct {
    int64_t n;
    double *scale, *shift;
    double *scratch; /* 4 n */
} Affine;

/* n as an affine map of its operand (*x) along `axis`: BatchNormalization, Mul, Div, Add, Sub with constants. The
 * factors are appended to *to (x goes through *to first). False leaves *to alone. */
bool affine_then(Rw *r, NodeId n, ValueId from, int axis, Affine *to);
/* Takes the affine nodes behind and before linear node n into its weights, all at once: one new copy of them. With
 * `batch_norm` only where a BatchNormalization is among them. Whether it did. */
bool affine_fold(Rw *r, NodeId n, bool batch_norm);
Affine affine_identity(Rw *r, int64_t n);
bool affine_is_linear_op(Op op);
#endif
