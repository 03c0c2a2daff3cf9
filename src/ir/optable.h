/* The operator table: ops.def, seen from the IR's side (names, arities, attributes, meaning as text). What the meaning
 * does is in op/. */
#ifndef TENON_IR_OPTABLE_H
#define TENON_IR_OPTABLE_H
#include "ir/attr.h"

typedef enum {
    CLASS_elementwise, /* one output element from operand elements at the broadcast position; meaning: expression */
    CLASS_contract,    /* index notation with a reduction; output written once a point */
    CLASS_normalise,   /* several stages over shared axes (softmax, layer norm) */
    CLASS_move,        /* data movement: output element = some input element (or a constant) */
    CLASS_general,     /* everything else that has a loop nest (scatter, cumsum, recurrences) */
    CLASS_expand,      /* rewritten into smaller operators before kernels are made */
    CLASS_control,     /* sub-graphs */
} OpClass;

typedef enum Op {
    OP_none,
#define OP(name, cls, in_min, in_max, out_min, out_max, attrs, shape, meaning, text) OP_##name,
#include "ir/ops.def"
#undef OP
    OP_count
} Op;

typedef enum {
    MEANING_expr,     /* text: an expression over operands a, b, c, ... and attributes */
    MEANING_notation, /* text: index notation, see op/notation.h */
    MEANING_build,    /* op/: a function that builds the nest, text says what it does in words */
    MEANING_expand,   /* op/: a function that rewrites the node into smaller ones */
    MEANING_none,
} MeaningKind;

typedef struct {
    const char *name;
    OpClass cls;
    uint16_t in_min, in_max; /* 0xffff: any number */
    uint16_t out_min, out_max;
    const AttrSpec *attrs;
    MeaningKind meaning;
    const char *text;
} OpInfo;

extern const OpInfo op_info[OP_count];
Op op_find(const char *name); /* OP_none when unknown */
#endif
