/* Shared by the expression files. */
#ifndef TENON_NEST_INTERNAL_H
#define TENON_NEST_INTERNAL_H
#include "base/size.h"
#include "nest/nest.h"

/* Hash-conses without simplifying. */
ExprId x_raw(Nest *n, Expr proto, int narg, const ExprId *args);
ExprId x_raw_fn(Nest *n, Fn f, DType t, bool is_index, int narg, const ExprId *args);

/* Index arithmetic as a sum: constant + coef[i] * atom[i], sorted so that equal sums are equal expressions. */
#define MAX_TERMS 24
typedef struct {
    int n;
    int64_t constant;
    struct {
        int64_t coef;
        ExprId atom;
    } term[MAX_TERMS];
} Linear;
bool linear_of(const Nest *n, ExprId e, Linear *out); /* false: too many terms or overflow */
bool linear_add(Linear *to, const Linear *x, int64_t scale);
ExprId linear_build(Nest *n, Linear *l);
Range linear_range(const Nest *n, const Linear *l);
/* Walks over the expression DAG: begin, then visit is true the first time an expression is met. Not reentrant. */
void x_mark_begin(const Nest *n);
bool x_mark(const Nest *n, ExprId e);
ExprId index_div(Nest *n, ExprId a, int64_t c);
ExprId index_mod(Nest *n, ExprId a, int64_t c);
/* x_substitute with everything: axes replaced, loads answered by the hook, and `done` filled beforehand with
 * expressions that become others. */
ExprId x_rewrite(Nest *n, ExprId e, const ExprId *axis_to, LoadHook hook, void *ctx, IdMap *done);
/* The outermost reductions in e, each once, in the order met. At most max; returns how many there are. */
int x_reductions(const Nest *n, ExprId e, ExprId *out, int max);
/* The conditions by which e, a value without reductions, is chosen: of selects outside of indices, at most max. */
int x_choices(const Nest *n, ExprId e, ExprId *out, int max);
#define MAX_CONJUNCTS 64 /* what x_conjuncts finds at most */
/* The conjuncts of a guard: splits &&. */
int x_conjuncts(const Nest *n, ExprId guard, ExprId *out, int max);
bool x_varies(const Nest *n, ExprId e, AxisId lane); /* differs from lane to lane */
static inline bool is_byte(DType t) { return t == DT_u8 || t == DT_i8; } /* loaded and stored as lanes of floats */
/* The load that e is, or that it widens to f32: of a half in memory. NO_EXPR: none. */
ExprId x_float_load(const Nest *n, ExprId e);
/* Where the elements that the lanes of a load read may stand. */
typedef enum { LANES_neighbours, LANES_strided, LANES_scattered } Lanes;
/* Can e be computed for all lanes of `lane` at once: functions and comparisons of floats, loads as allowed, no other
 * index that depends on the lane? Both values of a select whose condition differs between lanes are computed. */
bool x_lanes(Nest *n, ExprId e, AxisId lane, Lanes from);
/* Is that the product of a byte of type `by` and a constant i8, in i32? Its loads. */
bool dot_operands(const Nest *n, ExprId product, DType by, ExprId *x, ExprId *w);
#define DOT_POINTS 4 /* of the reduction that an instruction of `dot` sums in a lane */
#define MMLA_POINTS 8 /* of the reduction that an instruction of `mmla` sums */
/* Do its points along axis a lie in two fours of neighbours, the second *four elements behind the first? */
bool mmla_fours(Nest *n, ExprId at, AxisId a, int64_t *four);
/* Are the constant's neighbours along axis a such that their products with any two u8 sum to 16 bits? */
bool dot_narrow(const Nest *n, ExprId w, AxisId a);
/* The same of a product of i16 by a constant i8. */
bool pair_operands(const Nest *n, ExprId product, ExprId *x, ExprId *w);
int pair_points(const Nest *n, ExprId x); /* that lie in a word of the constant, for a lane: 2, or 4 of an operand of bytes */
/* The same of i16 by i16, none of them constant. */
bool twos_operands(const Nest *n, ExprId product, ExprId *x, ExprId *w);
/* The dimension of load that alone moves along the axis, by *coef a point; -1: none, or several. */
int moved_dim(Nest *n, ExprId load, AxisId a, int64_t *coef);
/* The same of a byte, less a number, by a constant i8. */
bool row_operands(const Nest *n, ExprId product, ExprId *x, ExprId *w, int64_t *less);
/* Of a product of floats the factor, a load, that is the same for all lanes where the other is not; NO_EXPR: it is none. */
ExprId elements_load(const Nest *n, ExprId product, AxisId lane);
/* The condition as `coef * a + rest >= 0` with rest free of a. */
bool x_bound(Nest *n, ExprId cond, AxisId a, int64_t *coef, ExprId *rest);
/* Coefficient of axis in the sum e; false when the axis also occurs otherwise. */
bool x_coefficient(const Nest *n, ExprId e, AxisId a, int64_t *coef);
#define RANGE_INF (INT64_MAX / 8)
#endif
