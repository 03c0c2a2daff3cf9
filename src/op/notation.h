/* Index notation, the language of the meaning column of ir/ops.def.
 *
 *   notation := operands '->' outputs ['[' ['from'] axis-attribute ']'] ':' stage { ';' stage }
 *   stage    := target '[' axes ']' [':' dtype] '=' expression
 *   axis     := name | '@' name                       a list of axes, any number of them
 *   expression, by falling precedence:
 *     sum(axes) p   prod max min                      reduction over the following product (factors joined by *)
 *     -x  !x  ~x                                      prefix
 *     * / %    + -    < <= > >=    == !=    &    ^    |    &&    ||    c ? x : y
 *     x[i, @k, @(e)]   x?[...]                        element; with ? the reduction's neutral element outside
 *     x                                               element at the target's position, broadcast
 *     #k   dim(x, 1)   name                           extent, dimension, attribute (numbers while building)
 *     f(x, ...)                                       a scalar function of nest.h, or cast(x), where(c, x), all(@(c)),
 *                                                   rounded(x): to the first operand's type, computed on as before
 *
 * Axes of a reduction: `name` or `name:expr` with its extent, `@name:list` with a list attribute. Without one, the
 * extent comes from the view, or from an operand that has the axis standing alone as an index: w[oc,ic,@k].
 * Numbers take the type of what they meet; conditions over attributes are decided while building. An absent operand
 * vanishes from a sum, a product, min and max. where(c, x) as the body of a reduction is its guard. */
#ifndef TENON_OP_NOTATION_H
#define TENON_OP_NOTATION_H
#include "op/op.h"

typedef enum {
    NT_number, /* .number, .integer where is_integer */
    NT_string, /* .name: the text */
    NT_name,   /* .name */
    NT_list,   /* @name */
    NT_each,   /* @(arg 0) */
    NT_extent, /* #name */
    NT_index,  /* name[args], .maybe: name?[args] */
    NT_call,   /* name(args) */
    NT_fn,     /* .fn of the args */
    NT_cond,   /* arg 0 ? arg 1 : arg 2 */
    NT_reduce, /* .combine over .axis of arg 0 */
} NtKind;

typedef struct Nt Nt;

typedef struct {
    const char *name;
    bool list;
    const Nt *extent; /* of a reduction axis, NULL: found elsewhere */
} NtAxis;

struct Nt {
    NtKind kind;
    const char *name;
    double number;
    int64_t integer;
    bool is_integer, maybe;
    Fn fn;
    Combine combine;
    int narg, naxis;
    const Nt **arg;
    const NtAxis *axis;
};

typedef struct {
    const char *target;
    int naxis;
    const NtAxis *axis;
    DType dtype; /* DT_none: not given */
    const Nt *value;
} NtStage;

typedef enum { VIEW_none, VIEW_axis, VIEW_from } NtView;

typedef struct {
    int nin, nout, nstage;
    const char *const *in, *const *out;
    NtView view;
    const char *view_attr;
    const NtStage *stage;
} Notation;

/* NULL with *error = what was expected and where. */
const Notation *notation_parse(Arena *a, const char *text, const char **error);
const Nt *notation_parse_expr(Arena *a, const char *text, const char **error);
#endif
