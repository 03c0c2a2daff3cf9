/* What operators do: shape inference, meaning -> nest, expansion, reference interpreter. One file a family in this
 * folder; optab.c instantiates the function columns of ir/ops.def. */
#ifndef TENON_OP_OP_H
#define TENON_OP_OP_H
#include "ir/graph.h"
#include "nest/nest.h"

/* ---- shapes ------------------------------------------------------------------------------------------------- */
/* Infers types and shapes of node n's outputs from its operands and attributes, completes attributes that depend on
 * the rank (absent strides, dilations, pads, kernel_shape become full lists; negative axes become positive) and checks
 * every attribute's domain (group > 0 and divides, strides > 0, axis in range, products do not overflow ...).
 * False with diagnostics naming the attribute. A dim that contradicts one already set on an output is an error. */
bool op_infer(Graph *g, NodeId n);
/* The shape functions named in ops.def: `bool infer_conv(Graph *g, NodeId n)`. They use op/shape.h. */

/* ---- folding ------------------------------------------------------------------------------------------------ */
/* If all operands of n are constant (or the shape that flows is known) and the result has at most `limit` bytes, makes
 * the outputs constants and removes the node: true. Also computes symbolic contents (Value.elements) for the small
 * integer operators through which shapes flow (Identity, Cast, Gather, Slice, Concat, Add, Sub, Mul, Div, Reshape,
 * Squeeze-like, Min, Max, ReduceProd, Where, Equal ... on at most 64 elements). */
bool op_fold(Graph *g, NodeId n, int64_t limit);
bool op_fold_early(Graph *g, NodeId n, int64_t limit); /* while a model is read: DequantizeLinear is left to the passes */

/* ---- meaning -> nest ---------------------------------------------------------------------------------------- */
/* Adds the meaning of one node to a nest. Buffers: in[i] is the nest buffer of operand i (made by the caller with the
 * operand's dims; BUF_NONE when absent), out[j] of output j. */
#define NO_BUF UINT32_MAX
typedef struct {
    const Graph *g;
    NodeId node;
    Nest *nest;
    const BufId *in, *out;
    Diag *diag;
    bool plain; /* the same nest at all sizes, but for numbers */
} NestBuild;
bool op_build(NestBuild *b); /* dispatches on MEANING_expr, _notation, _build; false with a diagnostic */
/* A nest for the single node, buffers named after values. Shapes must be numbers. NULL with a diagnostic. */
Nest *op_nest(Arena *a, const Graph *g, NodeId n, Diag *d);
/* The notation's front end (notation.c), usable by builders too. */
bool notation_build(NestBuild *b, const char *text);
bool expr_build(NestBuild *b, const char *text);

/* Rewrites a CLASS_expand node into smaller ones (new nodes appended; call graph_sort afterwards). */
bool op_expand(Graph *g, NodeId n);

/* ---- the reference interpreter ------------------------------------------------------------------------------ */
/* Runs a nest on buffers in memory: data[b] for every non-local buffer (row-major by the buffer's strides). Floats are
 * computed in the type's precision, sums of floats accumulate in double. Scratch from tmp. */
bool nest_eval(const Nest *n, void *const *data, Arena *tmp);
/* Runs one node. Tensors in, new tensors out (from arena a). */
bool op_eval(const Graph *g, NodeId n, const Tensor *const *in, Tensor **out, Arena *a, Diag *d);
bool control_eval(const Graph *g, NodeId id, const Tensor *const *in, Tensor **out, Arena *a, Diag *d); /* If, Loop */
/* Runs the graph; values[] has one entry a value: inputs are filled in by the caller, everything else is computed.
 * progress may be NULL; it is told (node, nodes). */
bool graph_eval(const Graph *g, const Tensor **values, Arena *a, Diag *d, void (*progress)(uint32_t, uint32_t));

/* The manual page of an operator as Markdown (doc/operators.md is made of these). */
void op_manual(Op op, Str *out);
#endif
