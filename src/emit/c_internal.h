/* Loop tree -> C: what the printers of expressions (c_expr.c, c_vector.c) and statements (c.c) share. */
#ifndef TENON_EMIT_C_INTERNAL_H
#define TENON_EMIT_C_INTERNAL_H
#include "emit/emit.h"
#include "nest/internal.h"

typedef struct {
    const Program *p;
    const Function *f;
    Nest *n;
    LoopTree *t;
    EmitUses *uses;
    Arena *arena;
    const char *index_type; /* int, or int64_t where a buffer is too large for it */
    AxisId lane;            /* axis of the open LOOP_vector, NO_AXIS outside */
    int lanes;
    Vec(const char *) open; /* names of the loops around */
    IdMap called;           /* axis -> position in names */
    Vec(const char *) names;
    IdMap temp; /* expression -> number of the temporary that holds it */
    uint32_t temps;
    bool *used; /* one a buffer: the body names it */
    /* Loops that threads share (c_parallel.c). */
    bool *used_axis, *used_var; /* one a loop axis, one a variable: the body names it */
    Vec(AxisId) around;         /* the loops that are open */
    uint32_t part;              /* the next such loop of the function */
    bool inside;                /* of one */
    bool scratch;               /* the body names the scratch memory */
    const char *begin, *end, *pool; /* names that nothing else has; NULL in functions without such loops */
    Str parts;                  /* the functions that hold them */
    /* Numbers are marked (c_number.h), and called after the loop that a number ends, the buffer that it is an index of, the
     * axis that it multiplies; NULL: none. */
    bool marks;
    const char *bound, *about, *along;
} Emit;

/* C's precedence levels, as far as they occur. */
enum {
    P_TERNARY = 3,
    P_OR = 4,
    P_AND = 5,
    P_BIT = 6,
    P_EQUAL = 9,
    P_RELATION = 10,
    P_ADD = 12,
    P_MUL = 13,
    P_UNARY = 14,
    P_PRIMARY = 15
};

static inline void open_paren(Str *out, bool yes) {
    str_add(out, yes ? "(" : "");
}
static inline void close_paren(Str *out, bool yes) {
    str_add(out, yes ? ")" : "");
}

void c_need(Emit *m, const char *snippet); /* a file of runtime/snippet */
/* Halves and smaller floats are codes of 16 or 8 bits in memory and floats in registers. */
static inline bool c_is_half(DType t) {
    return dtype_is_coded(t);
}
static inline const char *c_register_type(DType t) {
    return c_is_half(t) ? "float" : emit_c_type(t);
}
const char *c_half_call(Emit *m, DType t, const char *direction); /* `NAME_to_f32` or `NAME_from_f32` */
const char *c_vector_type(Emit *m);                               /* of the lanes that are open */
const char *c_lanes_type(Emit *m, DType t);                       /* with lanes of t; bool: all ones or 0 */
const char *c_vector_fn(Emit *m, const char *name);               /* a function on them */
const char *c_buffer_name(Emit *m, BufId b);
const char *c_axis_name(const Emit *m, AxisId a);
bool c_name_free(const Emit *m, const char *name);
void c_call_axis(Emit *m,
                 AxisId a); /* a name for the loop that opens: the one wished for unless it is taken around it */
static inline const char *c_var_name(const Emit *m, uint32_t v) {
    m->used_var[v] = true;
    return m->t->var.at[v].name;
}
/* e where precedence `prec` is asked for; vectors: every operand that differs between lanes is one, conditions are
 * masks. */
void c_expr(Emit *m, ExprId e, int prec, Str *out);
void c_vector(Emit *m, ExprId e, int prec, Str *out);
/* The same of what is a sum's operand, or is left to one: products in `rounded`, where the program rounds (program.h). */
void c_addend(Emit *m, ExprId e, int prec, Str *out);
void c_vector_addend(Emit *m, ExprId e, int prec, Str *out);
bool c_product(const Emit *m, ExprId e); /* one that needs it */
void c_var_ref(Emit *m, ExprId e, Str *out);          /* a variable, with its indices */
void c_element(Emit *m, ExprId e, Str *out);          /* a load as it lies in memory */
void c_to_half(Emit *m, DType t, ExprId a, Str *out); /* the code of number a */
ExprId c_lane_zero(Emit *m, ExprId e);                /* e in the first lane */
/* `name + at` in the first lane: where a vector begins. */
void c_indent(Str *out, int depth);
/* What load x reads, a buffer or an array of the function: its name, and the place in it. */
const char *c_operand_name(Emit *m, ExprId x);
ExprId c_operand_place(Emit *m, ExprId x);
bool c_walks_by_one(const Nest *n, ExprId e, AxisId a); /* the axis moves e by one */
/* Of kernels of bytes (c_bytes.c). c_twos, c_tile: statements written. The others: false, and nothing was written, where loop or
 * expression is not of that kind. */
int c_twos(Emit *m, const LoopNode *s, const char *target, int depth, Str *out);
int c_tile(Emit *m, const LoopNode *s, int depth, Str *out);
bool c_widen(Emit *m, const LoopNode *loop, int depth, Str *out);
bool c_round_clip(Emit *m, ExprId e, Str *out);
/* Lanes of bytes that are rounded and clipped, where the target has a snippet for it. */
bool c_store_rounded(Emit *m, const LoopNode *x, const char *name, ExprId offset, Str *out);
bool c_tile_row(Emit *m, const LoopNode *loop, int depth, Str *out);
bool c_round_two(Emit *m, const LoopNode *loop, int depth, Str *out);
/* Of `mmla` (c_mmla.c): the sums, and that they become those of a pixel each. Statements written. */
int c_mmla(Emit *m, const LoopNode *s, const char *target, int depth, Str *out);
int c_mmla_rows(Emit *m, const LoopNode *x, int depth, Str *out);
/* A byte of float v: the nearest whole number, plus another, from lo to hi. */
typedef struct {
    ExprId v;
    double plus, lo, hi;
} Rounded;
bool c_rounded(const Emit *m, ExprId e, Rounded *r);
/* Of kernels of rows of bytes (c_rows.c), likewise. */
int c_row(Emit *m, const LoopNode *t, int depth, Str *out);
bool c_scale_row(Emit *m, const LoopNode *loop, int depth, Str *out);
bool c_copy_row(Emit *m, const LoopNode *loop, int depth, Str *out);
void c_lanes_at(Emit *m, const char *name, ExprId at, Str *out);
void c_place(Emit *m, const char *name, ExprId at, Str *out); /* `name + at` */

/* c.c, for c_parallel.c */
int c_statement(Emit *m, const LoopNode *x, int depth, Str *out);
void c_parameter(const Emit *m, uint32_t buffer, Str *out); /* `const float *restrict x` */
void c_locals(Emit *m, Str *out); /* constant tables, and the places in scratch, that the body names */

/* A loop that threads share: the call of the pool, and into m->parts what it calls. Counts its statements. */
int c_parallel(Emit *m, const LoopNode *x, Str *out);
const char *c_fresh(const Emit *m, const char *wish); /* a name that nothing in the function has */
#endif
