/* Loop nests: what a kernel computes, apart from how. A nest is a list of stages over axes and buffers:
 *     target[index...] = expression(axes)            for every point of the stage's axes
 * Expressions are hash-consed, so equal ids are equal expressions; reductions are expressions. A schedule (schedule.h)
 * says how to walk the axes, lower.h turns both into a loop tree, emit/ prints that as C, op/eval.h runs the nest as it
 * is: the reference interpreter. */
#ifndef TENON_NEST_NEST_H
#define TENON_NEST_NEST_H
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "ir/dim.h"
#include "ir/types.h"

typedef uint32_t ExprId;
typedef uint32_t AxisId;
typedef uint32_t BufId;
#define NO_EXPR UINT32_MAX
#define NO_AXIS UINT32_MAX

/* Scalar functions: one table for the interpreter, the simplifier and the renderers.
 * FN(name, arity, notation: infix operator or NULL for a call, libm base name or NULL) */
#define FN_TABLE(FN) \
    FN(add, 2, "+", NULL) \
    FN(sub, 2, "-", NULL) \
    FN(mul, 2, "*", NULL) \
    FN(div, 2, "/", NULL)      /* floats: IEEE; integers: truncating, 0 where the divisor is 0; index type: floor */ \
    FN(mod, 2, "%", NULL)      /* index type only: floor modulo */ \
    FN(min, 2, NULL, NULL)     /* NaN if either is */ \
    FN(max, 2, NULL, NULL) \
    FN(neg, 1, "-", NULL) \
    FN(lt, 2, "<", NULL) \
    FN(le, 2, "<=", NULL) \
    FN(gt, 2, ">", NULL) \
    FN(ge, 2, ">=", NULL) \
    FN(eq, 2, "==", NULL) \
    FN(ne, 2, "!=", NULL) \
    FN(and, 2, "&&", NULL) \
    FN(or, 2, "||", NULL) \
    FN(not, 1, "!", NULL) \
    FN(bitand, 2, "&", NULL) \
    FN(bitor, 2, "|", NULL) \
    FN(bitxor, 2, "^", NULL) \
    FN(bitnot, 1, "~", NULL) \
    FN(shift_left, 2, NULL, NULL)  /* not in [0, width): 0, or all sign bits to the right */ \
    FN(shift_right, 2, NULL, NULL) \
    FN(select, 3, NULL, NULL)      /* condition, value if true, value if false */ \
    FN(abs, 1, NULL, "fabs") \
    FN(sign, 1, NULL, NULL) \
    FN(sq, 1, NULL, NULL) \
    FN(floor, 1, NULL, "floor") \
    FN(ceil, 1, NULL, "ceil") \
    FN(rint, 1, NULL, "rint") \
    FN(trunc, 1, NULL, "trunc") \
    FN(sqrt, 1, NULL, "sqrt") \
    FN(exp, 1, NULL, "exp") \
    FN(expm1, 1, NULL, "expm1") \
    FN(log, 1, NULL, "log") \
    FN(log1p, 1, NULL, "log1p") \
    FN(sin, 1, NULL, "sin") \
    FN(cos, 1, NULL, "cos") \
    FN(tan, 1, NULL, "tan") \
    FN(asin, 1, NULL, "asin") \
    FN(acos, 1, NULL, "acos") \
    FN(atan, 1, NULL, "atan") \
    FN(sinh, 1, NULL, "sinh") \
    FN(cosh, 1, NULL, "cosh") \
    FN(tanh, 1, NULL, "tanh") \
    FN(asinh, 1, NULL, "asinh") \
    FN(acosh, 1, NULL, "acosh") \
    FN(atanh, 1, NULL, "atanh") \
    FN(erf, 1, NULL, "erf") \
    FN(pow, 2, NULL, "pow")          /* integer powers of integers exactly, wrapping */ \
    FN(trunc_mod, 2, NULL, "fmod")   /* sign of the dividend; integers: C's %, 0 where the divisor is 0 */ \
    FN(sign_mod, 2, NULL, NULL)      /* sign of the divisor (numpy.mod) */ \
    FN(atan2, 2, NULL, "atan2") \
    FN(philox, 2, NULL, NULL)        /* u64: 64 random bits, a function of a counter and the lower 32 bits of a key */ \
    FN(text_at, 1, NULL, NULL)        /* the string that begins at a loaded byte; all text_ but this take a string first */ \
    FN(text_length, 1, NULL, NULL)    /* i32: its bytes */ \
    FN(text_byte, 3, NULL, NULL)      /* u8: its byte at a place; 0 outside [0, its length, the last operand) */ \
    FN(text_lower, 2, NULL, NULL)     /* u8: its byte at a place in lower or upper case */ \
    FN(text_upper, 2, NULL, NULL) \
    FN(text_lower_length, 1, NULL, NULL) /* i32: its bytes then */ \
    FN(text_upper_length, 1, NULL, NULL) \
    FN(text_parts, 2, NULL, NULL)     /* i32: parts between delimiters */ \
    FN(text_part, 3, NULL, NULL)      /* i32: where a part begins, of those between delimiters */ \
    FN(text_part_end, 3, NULL, NULL) \
    FN(text_match, 2, NULL, NULL)     /* bool: whether a machine, a string too, accepts it */

typedef enum Fn {
#define FN(name, arity, infix, libm) FN_##name,
    FN_TABLE(FN)
#undef FN
        FN_count
} Fn;

typedef struct {
    const char *name;
    int arity;
    const char *infix, *libm;
} FnInfo;
extern const FnInfo fn_info[FN_count];
static inline bool fn_is_text(Fn f) { return f >= FN_text_at; }

/* Element type of index arithmetic: exact small integers (int in the output); written "idx". */
#define DT_index DT_i64

typedef enum {
    X_int,    /* .i; dtype any integer type or bool; with is_index for index arithmetic; of strings: 0, the empty one */
    X_real,   /* .f; float type */
    X_axis,   /* .id: AxisId; index type */
    X_load,   /* .id: BufId; args: one index a buffer dimension */
    X_fn,     /* .id: Fn; args; dtype of the result */
    X_cast,   /* args[0] to dtype; float to int truncates towards zero; anything to bool is != 0 */
    X_reduce, /* .id: Combine; args[0] value, args[1] guard (bool) or NO_EXPR, args[2..]: X_axis of the reduced axes.
                 Points whose guard is false contribute nothing. */
    X_var,    /* only in loop trees: .id names a variable of the tree, .i is X_VAR_VECTOR when all its lanes are meant */
} ExprKind;

#define X_VAR_VECTOR 1
typedef enum { COMBINE_sum, COMBINE_prod, COMBINE_max, COMBINE_min, COMBINE_store /* stages only */ } Combine;

typedef struct {
    uint8_t kind;    /* ExprKind */
    uint8_t dtype;   /* DType of the value */
    bool is_index;   /* index arithmetic: floor division, small exact integers */
    uint8_t narg;
    uint32_t id;
    uint32_t arg;    /* first of narg entries in Nest.args */
    union {
        int64_t i;
        double f;
    };
} Expr;

typedef enum {
    AXIS_spatial,
    AXIS_reduce,
    AXIS_serial, /* must run in order, cannot be parallel or vector */
    AXIS_inner,  /* spatial, but no loop around several stages: each has it to itself, for its vectors */
} AxisKind;

typedef struct {
    const char *name; /* as in C: letters, digits, _ ; unique in the nest */
    const char *base; /* the name wished for: C may use it again in loops that do not enclose each other */
    int64_t extent;
    AxisKind kind;
} Axis;

typedef enum {
    BUF_in,      /* parameter, read only */
    BUF_out,     /* parameter, written (may be read back by later stages) */
    BUF_const,   /* parameter: weights, read only, contents known: packable */
    BUF_local,   /* intermediate of the nest; kept in registers, on the stack or in scratch as lowering decides */
    BUF_table,   /* small constant table that belongs to the kernel (resize weights): .table holds it */
} BufKind;

/* One physical dimension of a blocked layout: NCHW16c is (n,1) (c,16) (h,1) (w,1) (c,16 inner). */
typedef struct {
    uint8_t dim;   /* logical dimension */
    bool inner;    /* index % block; else index / block */
    int32_t block; /* 1: the index itself */
} PhysDim;

typedef struct {
    const char *name; /* unique in the nest, C identifier; from the model's value name where there is one */
    BufKind kind;
    DType dtype;
    int rank;
    int64_t dim[MAX_RANK];
    int64_t stride[MAX_RANK]; /* in elements; row-major unless a layout or view says otherwise */
    uint32_t value;           /* graph ValueId, or UINT32_MAX */
    const void *table;        /* BUF_table: contents, row-major, of dtype */
    int64_t filled;           /* elements of dimension filled_dim from here on are 0; 0: none is known to be */
    uint8_t filled_dim;
    bool narrow;              /* BUF_const of i8: u8 times two neighbours along dimension 1, the first even, sum to 16 bits */
    uint8_t nphys;            /* 0: addressed by stride[]; else the physical order below, row-major */
    PhysDim phys[2 * MAX_RANK];
} Buffer;

typedef struct {
    BufId out;
    uint8_t nindex;
    ExprId index[MAX_RANK]; /* where: usually the stage's own axes */
    Combine combine;        /* COMBINE_store, or op= for scatter */
    ExprId guard;           /* store only where true, or NO_EXPR */
    ExprId value;
    uint8_t naxis;
    /* Spatial (or serial) axes that the stage runs over, default order outside in. Neighbours over the very same serial
     * axes take turns at each step of these. */
    AxisId axis[2 * MAX_RANK];
    /* In the loops of the stage before it, which has the same axes: point by point, all values before all stores, so that
     * what the values have in common is computed once. No such neighbour reads what another one writes. */
    bool joined;
    const char *comment;       /* source nodes, may be NULL */
} Stage;

/* What the three stages of Winograd's convolution (v, m, result) do not say plainly. */
typedef struct {
    int tile; /* 0: the nest is no such convolution */
    int64_t pad_h, pad_w;
} WinogradNest;

typedef struct Nest {
    Arena *arena;
    Arena *tmp; /* of maps that a rewrite or a check needs; the arena itself unless its owner has a shorter one */
    const char *name; /* kernel name */
    Vec(Axis) axis;
    Vec(Buffer) buf;
    Vec(Expr) expr;
    Vec(uint32_t) args;
    Vec(Stage) stage;
    /* Axes 0..nshared-1 of every stage are the same: the outer loops that all stages run in. BUF_local buffers that are
     * indexed by them need only one slice. Set by nest_share_axes. */
    uint8_t nshared;
    WinogradNest winograd;
    bool halves; /* computes with halves: vectors have lanes of f16 (nest_halve) */
    IdMap cons;   /* hash-consing */
    Vec(uint32_t) mark; /* visited stamps for walks over the expression DAG */
    uint32_t marking;
} Nest;

Nest *nest_new(Arena *a, const char *name);
AxisId nest_axis(Nest *n, const char *name, int64_t extent, AxisKind kind); /* name made unique */
void nest_rename_axis(Nest *n, AxisId a, const char *name);
BufId nest_buffer(Nest *n, const char *name, BufKind kind, DType t, int rank, const int64_t *dim, uint32_t value);

/* Building expressions: folded and simplified on the way (x+0, x*1, constants, ranges of axes decide comparisons and
 * x/c, x%c). Index variants build index arithmetic. */
ExprId x_int(Nest *n, DType t, int64_t v);
ExprId x_real(Nest *n, DType t, double v);
ExprId x_number(Nest *n, DType t, double v); /* int or real by t */
ExprId x_index(Nest *n, int64_t v);
ExprId x_axis(Nest *n, AxisId a);
ExprId x_load(Nest *n, BufId b, const ExprId *index); /* rank entries */
ExprId x_fn(Nest *n, Fn f, const ExprId *args);       /* result type from operands; comparisons give bool */
ExprId x_fn1(Nest *n, Fn f, ExprId a);
ExprId x_fn2(Nest *n, Fn f, ExprId a, ExprId b);
ExprId x_select(Nest *n, ExprId c, ExprId t, ExprId f);
ExprId x_cast(Nest *n, DType t, ExprId a);
ExprId x_to_index(Nest *n, ExprId a); /* an integer value as index arithmetic */
ExprId x_reduce(Nest *n, Combine c, ExprId value, ExprId guard, int naxes, const AxisId *axes);
/* select(in range, load, otherwise): 0 <= index < dim for every dimension; NO condition remains where ranges prove it */
ExprId x_load_or(Nest *n, BufId b, const ExprId *index, ExprId otherwise);
/* wraps negative indices, then clamps into [0, extent): an index read from data can never leave the buffer */
ExprId x_at(Nest *n, ExprId data_index, int64_t extent);
double combine_neutral(Combine c, DType t); /* 0, 1, lowest, highest (infinities for floats) */
ExprId x_neutral(Nest *n, Combine c, DType t); /* the same, exact for 64-bit integers */

static inline const Expr *x_get(const Nest *n, ExprId e) { return &n->expr.at[e]; }
static inline ExprId x_arg(const Nest *n, ExprId e, int i) { return n->args.at[n->expr.at[e].arg + (uint32_t)i]; }

/* Smallest and largest value over all points, for index expressions; false when unbounded (data). */
typedef struct {
    int64_t lo, hi;
} Range;
bool x_range(const Nest *n, ExprId e, Range *r);
bool x_uses_axis(const Nest *n, ExprId e, AxisId a);
/* e as sum of coefficient * axis + constant, if it is; coef has one entry an axis of the nest. */
bool x_linear(const Nest *n, ExprId e, int64_t *coef, int64_t *constant);
/* A table for the next two with nothing in it yet: NO_EXPR for each axis, and for `more` that are still to be made. */
ExprId *x_axis_table(const Nest *n, Arena *a, uint32_t more);
/* e with axes replaced: to[axis] is NO_EXPR to keep it. Loads, guards and reductions inside are rewritten too. */
ExprId x_substitute(Nest *n, ExprId e, const ExprId *to);
/* Copies an expression of another nest: axes mapped by axis_to (expressions in n), buffers by buf_to. Fresh reduce axes
 * are made for reductions inside e. load_hook (may be NULL) may answer a load itself (inlining): it gets the source
 * buffer and the mapped indices and returns NO_EXPR to let the load stand. */
typedef ExprId (*LoadHook)(void *ctx, Nest *n, BufId source, const ExprId *index);
ExprId x_import(Nest *n, const Nest *from, ExprId e, ExprId *axis_to, const BufId *buf_to, LoadHook hook, void *ctx);

/* Where an element lies, in elements from the buffer's start; and how many elements the buffer takes (blocks padded). */
ExprId buffer_offset(Nest *n, BufId b, const ExprId *index);
ExprId x_load_offset(Nest *n, ExprId load); /* the same of what an X_load reads */
int64_t buffer_elements(const Buffer *b);

/* target[axes] = value with index = the axes themselves. */
Stage *nest_stage(Nest *n, BufId out, int naxis, const AxisId *axes, ExprId value);
/* Decides nshared (and reorders the stages' axes to put shared ones first): axes by which every stage writes its
 * target and by which every later stage reads it. */
void nest_share_axes(Nest *n);
/* The serial axis by which stage s takes turns with the stage before or behind it (a recurrence), or NO_AXIS. */
AxisId nest_turns(const Nest *n, uint32_t s);
/* The stages that share one loop with stage s, s being the first of them; 1: it stands alone. */
uint32_t nest_joined(const Nest *n, uint32_t s);
/* Where the one stage is a sum of products of halves, and what follows has instructions of halves: it becomes of type f16.
 * False: it stays as it is, loads are widened. */
bool nest_halve(Nest *n);
static inline DType nest_lane(const Nest *n) { return n->halves ? DT_f16 : DT_f32; } /* type of a vector's lanes */
int64_t nest_macs(const Nest *n); /* multiply-accumulates: points of every reduction over a product */
/* One line a stage, exact enough to compare nests and to read them:
 *   y[n,oc,oh,ow] = max(sum(ic,kh,kw | 0 <= oh*2+kh-1 < 8) x[n,ic,oh*2+kh-1,..] * w[oc,ic,kh,kw] + b[oc], 0) */
void nest_print(const Nest *n, Str *out);
void x_print(const Nest *n, ExprId e, Str *out);
#endif
