/* Reductions over axes: Reduce*, Softmax, ArgMax, ArgMin. */
#include "op/build.h"

/* The output's axes, the operand's position made of them and of the reduced axes. */
typedef struct {
    const NestBuild *b;
    BufId x, y;
    int naxis, nred, rank; /* output axes, reduced axes, output rank */
    AxisId axis[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK];   /* position in x */
    ExprId out[MAX_RANK];  /* position in y */
    int64_t count;         /* of reduced elements */
    int64_t dim[MAX_RANK]; /* extents of the output axes */
} Reduction;

static bool reduction(const NestBuild *b, Ints axes, bool keep, Reduction *r) {
    bool reduced[MAX_RANK] = {false};
    *r = (Reduction){.b = b, .x = bd_in(b, 0), .y = bd_out(b, 0), .count = 1};
    int rank = bd_buf(b, r->x)->rank;
    for (uint32_t i = 0; i < axes.n; i++) {
        int64_t a = axes.at[i] < 0 ? axes.at[i] + rank : axes.at[i];
        if (a < 0 || a >= rank)
            return bd_error(b, "axes", "axis %lld is outside the rank %d", (long long)axes.at[i], rank);
        reduced[a] = true;
    }
    for (int i = 0; i < rank; i++) {
        bool red = axes.n == 0 || reduced[i];
        int64_t extent = bd_buf(b, r->x)->dim[i];
        AxisId a = nest_axis(b->nest, bd_axis_name(b, rank, i), extent, red ? AXIS_reduce : AXIS_spatial);
        r->at[i] = x_axis(b->nest, a);
        if (red) {
            r->red[r->nred++] = a;
            r->count *= extent;
            if (keep) r->out[r->rank++] = x_index(b->nest, 0);
        } else {
            r->dim[r->naxis] = extent;
            r->axis[r->naxis++] = a;
            r->out[r->rank++] = r->at[i];
        }
    }
    return bd_rank(b, r->y, r->rank);
}

/* Booleans are reduced as bytes. */
static ExprId operand(const Reduction *r) {
    ExprId e = bd_load(r->b, r->x, r->at);
    return x_get(r->b->nest, e)->dtype == DT_bool ? x_cast(r->b->nest, DT_u8, e) : e;
}

/* Square roots and logarithms of integers are taken in double. */
static ExprId real(const Reduction *r, ExprId e) {
    return dtype_is_float((DType)x_get(r->b->nest, e)->dtype) ? e : x_cast(r->b->nest, DT_f64, e);
}

static ExprId reduce(const Reduction *r, Combine c, ExprId e) {
    return x_reduce(r->b->nest, c, e, NO_EXPR, r->nred, r->red);
}

static bool store(const Reduction *r, ExprId e) {
    bd_store_at(r->b, r->y, r->naxis, r->axis, r->out, e);
    return true;
}

static bool begin(NestBuild *b, Reduction *r) {
    const Attr_Reduce *a = bd_attr(b);
    return reduction(b, a->axes, a->keepdims != 0, r);
}

#define REDUCE(name, ...)                                                                                              \
    bool build_Reduce##name(NestBuild *b) {                                                                            \
        Nest *n = b->nest;                                                                                             \
        Reduction r;                                                                                                   \
        if (!begin(b, &r)) return false;                                                                               \
        ExprId x = operand(&r), y;                                                                                     \
        __VA_ARGS__;                                                                                                   \
        return store(&r, y);                                                                                           \
    }

REDUCE(Sum, (void)n; y = reduce(&r, COMBINE_sum, x))
REDUCE(Max, (void)n; y = reduce(&r, COMBINE_max, x))
REDUCE(Min, (void)n; y = reduce(&r, COMBINE_min, x))
REDUCE(Prod, (void)n; y = reduce(&r, COMBINE_prod, x))
REDUCE(L1, y = reduce(&r, COMBINE_sum, x_fn1(n, FN_abs, x)))
REDUCE(SumSquare, y = reduce(&r, COMBINE_sum, x_fn2(n, FN_mul, x, x)))
REDUCE(L2, x = real(&r, x); y = x_fn1(n, FN_sqrt, reduce(&r, COMBINE_sum, x_fn2(n, FN_mul, x, x))))
REDUCE(LogSum, x = real(&r, x); y = x_fn1(n, FN_log, reduce(&r, COMBINE_sum, x)))
REDUCE(Mean, DType t = (DType)x_get(n, x)->dtype;
       ExprId count = dtype_is_float(t) ? x_real(n, t, (double)r.count) : x_int(n, t, r.count);
       y = x_fn2(n, FN_div, reduce(&r, COMBINE_sum, x), count))

/* Shifted by the largest element; an infinite one is not subtracted from itself. */
bool build_ReduceLogSumExp(NestBuild *b) {
    Nest *n = b->nest;
    Reduction r;
    if (!begin(b, &r)) return false;
    ExprId x = real(&r, operand(&r)), own[MAX_RANK];
    DType t = (DType)x_get(n, x)->dtype;
    BufId m = bd_local(b, "m", t, r.naxis, r.dim);
    for (int i = 0; i < r.naxis; i++) own[i] = x_axis(n, r.axis[i]);
    ExprId top = reduce(&r, COMBINE_max, x);
    ExprId finite = x_fn2(n, FN_lt, x_fn1(n, FN_abs, top), x_real(n, t, combine_neutral(COMBINE_min, t)));
    bd_store(b, m, r.naxis, r.axis, x_select(n, finite, top, x_real(n, t, 0)));
    ExprId me = x_load(n, m, own);
    ExprId sum = reduce(&r, COMBINE_sum, x_fn1(n, FN_exp, x_fn2(n, FN_sub, x, me)));
    return store(&r, x_fn2(n, FN_add, me, x_fn1(n, FN_log, sum)));
}

/* Of two classes: each element from itself and the other one, without loops over an axis of two. */
#define MAX_OF_TWO "max(x[@a,k,@b], x[@a,1-k,@b])"
#define THIS "rounded(exp(rounded(x[@a,k,@b] - " MAX_OF_TWO ")))"
#define OTHER "rounded(exp(rounded(x[@a,1-k,@b] - " MAX_OF_TWO ")))"
static const char softmax_of_two[] = "x -> y [axis]: y[@a,k,@b] = " THIS " / rounded(" THIS " + " OTHER ")";

bool build_Softmax(NestBuild *b) {
    const Attr_Axis *a = bd_attr(b);
    const Buffer *y = bd_buf(b, bd_out(b, 0));
    int64_t axis = a->axis < 0 ? a->axis + y->rank : a->axis;
    bool two = !b->plain && axis >= 0 && axis < y->rank && y->dim[axis] == 2;
    return notation_build(b, two ? softmax_of_two : op_info[OP_Softmax].text);
}

/* First the extreme value, then the first (last) position that has it. */
static bool build_arg(NestBuild *b, Combine c) {
    const Attr_ArgReduce *a = bd_attr(b);
    Nest *n = b->nest;
    Reduction r;
    if (!reduction(b, (Ints){1, &a->axis}, a->keepdims != 0, &r)) return false;
    if (r.count == 1) return store(&r, x_int(n, DT_i32, 0)); /* nothing would read the extreme value */
    ExprId x = operand(&r), own[MAX_RANK];
    BufId m = bd_local(b, "m", (DType)x_get(n, x)->dtype, r.naxis, r.dim);
    for (int i = 0; i < r.naxis; i++) own[i] = x_axis(n, r.axis[i]);
    bd_store(b, m, r.naxis, r.axis, reduce(&r, c, x));
    DType t = r.count <= INT32_MAX ? DT_i32 : DT_i64;
    ExprId k = x_cast(n, t, x_axis(n, r.red[0]));
    ExprId found = x_fn2(n, FN_eq, x, x_load(n, m, own));
    if (dtype_is_float((DType)x_get(n, x)->dtype)) found = x_fn2(n, FN_or, found, x_fn2(n, FN_ne, x, x)); /* a NaN is extreme */
    /* what stands for "not here" is the worst valid position */
    ExprId none = x_int(n, t, a->select_last_index || r.count == 0 ? 0 : r.count - 1);
    return store(&r, reduce(&r, a->select_last_index ? COMBINE_max : COMBINE_min, x_select(n, found, k, none)));
}

bool build_ArgMax(NestBuild *b) {
    return build_arg(b, COMBINE_max);
}
bool build_ArgMin(NestBuild *b) {
    return build_arg(b, COMBINE_min);
}
