/* Helpers of the shape functions. A shape function is `bool infer_NAME(Graph *g, NodeId n)`, NAME as in the shape
 * column of ir/ops.def (prototypes: op/families.h); op_infer has checked arity and operand types before it runs. */
#ifndef TENON_OP_SHAPE_H
#define TENON_OP_SHAPE_H
#include "op/families.h"

/* Sets output i to type t and shape s (merging with what is already known; an absent output is fine). */
bool shape_set(Graph *g, NodeId n, unsigned out, DType t, const Shape *s);
/* ONNX multidirectional broadcasting over symbols: equal dims stay, 1 gives way; an unknown relation of two symbols is
 * refused with a message. */
bool shape_broadcast(Graph *g, NodeId n, const Shape *a, const Shape *b, Shape *out);
/* b broadcasts to a and changes nothing about it; `what` is the operand's index, for the message. */
bool shape_broadcast_into(Graph *g, NodeId n, unsigned what, const Shape *a, const Shape *b);
/* attribute axis in [-rank, rank) made non-negative in place; false with a diagnostic. */
bool shape_axis(Graph *g, NodeId n, const char *field, int64_t *axis, int rank);
/* The same on the node's own attribute (an INT field), copied first if it has to change. */
bool shape_axis_attr(Graph *g, NodeId n, const char *field, int rank);
/* An INTS attribute made positive, sorted and checked for repetition. */
bool shape_axes_attr(Graph *g, NodeId n, const char *field, int rank);
/* An INTS attribute of `count` entries: an absent one becomes count times `fill`; each entry must be at least `least`.
 * An unshared copy of the attributes is taken if something is filled in. */
bool shape_list_attr(Graph *g, NodeId n, const char *field, uint32_t count, int64_t fill, int64_t least);
/* A STRING attribute is one of the words in `choices`, which are separated by '|'. */
bool shape_choice(Graph *g, NodeId n, const char *field, const char *value, const char *choices);
/* An INT attribute lies in [least, most]. */
bool shape_within(Graph *g, NodeId n, const char *field, int64_t value, int64_t least, int64_t most);
/* Checked product of known dims; a diagnostic on overflow or when it exceeds 2^46 elements. */
bool shape_count_checked(Graph *g, NodeId n, const Shape *s, int64_t *count);
/* The node's attribute struct made unshared, so that the shape function may complete it. */
void *shape_own_attr(Graph *g, NodeId n);
/* The result of dim arithmetic as a dim; false with a diagnostic when it overflowed or is negative. */
bool shape_dim(Graph *g, NodeId n, const char *field, DimX x, Dim *out);

/* Operand i: index checked, rank known (a diagnostic otherwise). */
typedef struct {
    ValueId id;
    DType type;
    Shape shape;
} Operand;
bool shape_operand(Graph *g, NodeId n, unsigned i, Operand *o);
/* Operands first..last that are present have one type; the message says `a is f32, b is i64`. */
bool shape_same_types(Graph *g, NodeId n, unsigned first, unsigned last);
/* Operand i holds integers (indices). */
bool shape_want_ints(Graph *g, NodeId n, unsigned i);
/* Operand i, where it is a constant, holds indices inside the `axes` axes of these sizes, which take turns; unknown
 * sizes are taken as enough. Negative ones count from the end. */
bool shape_indices(Graph *g, NodeId n, unsigned i, int axes, const Dim *size);
/* Operand i, when present, has exactly this shape. */
bool shape_want(Graph *g, NodeId n, unsigned i, const Shape *want);

/* True when a and b cannot be the same number: two numbers that differ, or N and N+1. */
bool dims_clash(const Graph *g, Dim a, Dim b);
/* The one that says more. */
static inline Dim dim_merge(Dim a, Dim b) {
    return dim_known(a) ? a : b;
}
const char *dim_text(const Graph *g, Dim d);
const char *shape_text(const Graph *g, const Shape *s);
/* operand 1 'conv.weight' f32[8,3,3,3] */
const char *operand_text(const Graph *g, NodeId n, unsigned i);

/* The contents of a small integer or bool tensor (at most 64 elements), row-major: of a constant, or what shape
 * arithmetic has found out (Value.elements). NULL when they are not known. Lives in the graph's arena. */
#define ELEMENTS_MAX 64
const DimX *value_elements(Graph *g, ValueId v);
/* Sets Value.elements of node n's outputs from the contents of its operands; false when they cannot be told. */
bool elements_infer(Graph *g, NodeId n);

#define SHAPE_FN(name) bool infer_##name(Graph *g, NodeId n)
/* return SHAPE_ERROR("strides", "got %d, want %d", ...): inside functions with g and n */
#define SHAPE_ERROR(field, ...) diag_error(g->diag, node_loc(g, n, (field)), NULL, __VA_ARGS__)
#define SHAPE_ATTR(type) ((const Attr_##type *)g->node.at[n].attr)
#endif
