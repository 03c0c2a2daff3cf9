/* The function columns of ir/ops.def: prototypes by the table, and the tables made in optab.c. */
#ifndef TENON_OP_FAMILIES_H
#define TENON_OP_FAMILIES_H
#include "op/op.h"

typedef bool ShapeFn(Graph *, NodeId);
typedef bool BuildFn(NestBuild *);
typedef bool ExpandFn(Graph *, NodeId);

/* One entry an Op; build is NULL unless the meaning is MEANING_build, expand unless it is MEANING_expand. */
extern ShapeFn *const op_shape_fn[OP_count];
extern BuildFn *const op_build_fn[OP_count];
extern ExpandFn *const op_expand_fn[OP_count];

#define PROTOTYPE_expr(name)
#define PROTOTYPE_notation(name)
#define PROTOTYPE_none(name)
#define PROTOTYPE_build(name) bool build_##name(NestBuild *b);
#define PROTOTYPE_expand(name) bool expand_##name(Graph *g, NodeId n);
#define OP(name, cls, in_min, in_max, out_min, out_max, attrs, shape, meaning, text) \
    bool infer_##shape(Graph *g, NodeId n); \
    PROTOTYPE_##meaning(name)
#include "ir/ops.def"
#undef OP
#undef PROTOTYPE_expr
#undef PROTOTYPE_notation
#undef PROTOTYPE_none
#undef PROTOTYPE_build
#undef PROTOTYPE_expand
#endif
