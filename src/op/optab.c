/* ir/ops.def seen from op/: its columns as functions. */
#include "op/families.h"

#define OP(name, cls, in_min, in_max, out_min, out_max, attrs, shape, meaning, text) [OP_##name] = infer_##shape,
ShapeFn *const op_shape_fn[OP_count] = {
#include "ir/ops.def"
};
#undef OP

#define BUILD_expr(name) NULL
#define BUILD_notation(name) NULL
#define BUILD_expand(name) NULL
#define BUILD_none(name) NULL
#define BUILD_build(name) build_##name
#define OP(name, cls, in_min, in_max, out_min, out_max, attrs, shape, meaning, text)                                   \
    [OP_##name] = BUILD_##meaning(name),
BuildFn *const op_build_fn[OP_count] = {
#include "ir/ops.def"
};
#undef OP

#define EXPAND_expr(name) NULL
#define EXPAND_notation(name) NULL
#define EXPAND_build(name) NULL
#define EXPAND_none(name) NULL
#define EXPAND_expand(name) expand_##name
#define OP(name, cls, in_min, in_max, out_min, out_max, attrs, shape, meaning, text)                                   \
    [OP_##name] = EXPAND_##meaning(name),
ExpandFn *const op_expand_fn[OP_count] = {
#include "ir/ops.def"
};
#undef OP
