/* Results whose sizes depend on data: NonZero, Compress; Unique and NonMaxSuppression have files of their own. There is
 * room for the most there can be; what is chosen is placed by how many were chosen before it, the rest is 0, and the
 * last result says how many there are. */
#include "op/select.h"

void select_zero(const NestBuild *b, BufId y) {
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    bd_axes(b, y, axes, at);
    bd_store(b, y, bd_buf(b, y)->rank, axes, x_number(b->nest, bd_compute(bd_buf(b, y)->dtype), 0));
}

void select_count(const NestBuild *b, unsigned output, ExprId value) {
    if (bd_out(b, output) == NO_BUF) return;
    bd_store_at(b, bd_out(b, output), 0, NULL, NULL, x_cast(b->nest, DT_i64, value));
}

/* before[i]: how many of the elements 0..i-1 are chosen; before[count]: of all. chosen(ctx, i) is a bool. */
static BufId counted(const NestBuild *b, int64_t count, ExprId (*chosen)(void *ctx, ExprId i), void *ctx) {
    Nest *n = b->nest;
    int64_t dim = count + 1;
    BufId before = bd_local(b, "before", count < INT32_MAX ? DT_i32 : DT_i64, 1, &dim);
    ExprId first = x_index(n, 0);
    bd_store_at(b, before, 0, NULL, &first, x_int(n, bd_buf(b, before)->dtype, 0));
    AxisId axis = nest_axis(n, "i", count, AXIS_serial);
    ExprId i = x_axis(n, axis), next = bd_plus(b, i, 1);
    ExprId one = x_cast(n, bd_buf(b, before)->dtype, chosen(ctx, i));
    bd_store_at(b, before, 1, &axis, &next, x_fn2(n, FN_add, x_load(n, before, &i), one));
    return before;
}

void select_placed(const NestBuild *b, BufId y, int naxis, const AxisId *axes, const ExprId *to, int axis,
                   ExprId chosen, ExprId value) {
    Stage *s = bd_store_at(b, y, naxis, axes, to, value);
    s->guard =
        x_fn2(b->nest, FN_and, chosen, x_fn2(b->nest, FN_lt, to[axis], x_index(b->nest, bd_buf(b, y)->dim[axis])));
}

/* ---- NonZero ---- */

static ExprId is_not_zero(void *ctx, ExprId i) {
    const NestBuild *b = ctx;
    BufId x = bd_in(b, 0);
    ExprId at[MAX_RANK];
    bd_unflatten(b, i, bd_buf(b, x)->rank, bd_buf(b, x)->dim, at);
    ExprId v = bd_load(b, x, at);
    DType t = (DType)x_get(b->nest, v)->dtype;
    return t == DT_bool ? v : x_fn2(b->nest, FN_ne, v, x_number(b->nest, t, 0));
}

bool build_NonZero(NestBuild *b) {
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, x)->rank;
    int64_t count = 1;
    for (int d = 0; d < rank; d++) count *= bd_buf(b, x)->dim[d];
    BufId before = counted(b, count, is_not_zero, b);
    if (y != NO_BUF) {
        select_zero(b, y);
        for (int d = 0; d < rank; d++) {
            AxisId axis = nest_axis(n, "i", count, AXIS_serial);
            ExprId i = x_axis(n, axis), to[2] = {x_index(n, d), x_to_index(n, x_load(n, before, &i))}, at[MAX_RANK];
            bd_unflatten(b, i, rank, bd_buf(b, x)->dim, at);
            select_placed(b, y, 1, &axis, to, 1, is_not_zero(b, i), x_cast(n, DT_i64, at[d]));
        }
    }
    ExprId end = x_index(n, count);
    select_count(b, 1, x_load(n, before, &end));
    return true;
}

/* ---- Compress ---- */

static ExprId is_true(void *ctx, ExprId i) {
    const NestBuild *b = ctx;
    return bd_load(b, bd_in(b, 1), &i);
}

bool build_Compress(NestBuild *b) {
    const Attr_LimitAxis *a = bd_attr(b);
    BufId x = bd_in(b, 0), condition = bd_in(b, 1), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, x)->rank;
    int64_t count = bd_buf(b, condition)->dim[0];
    if (count > bd_buf(b, x)->dim[a->axis]) count = bd_buf(b, x)->dim[a->axis];
    BufId before = counted(b, count, is_true, b);
    if (y != NO_BUF) {
        AxisId axes[MAX_RANK];
        ExprId at[MAX_RANK], to[MAX_RANK];
        select_zero(b, y);
        for (int d = 0; d < rank; d++) {
            bool own = d == a->axis;
            axes[d] = nest_axis(n, bd_axis_name(b, rank, d), own ? count : bd_buf(b, x)->dim[d],
                                own ? AXIS_serial : AXIS_spatial);
            at[d] = to[d] = x_axis(n, axes[d]);
        }
        to[a->axis] = x_to_index(n, x_load(n, before, &at[a->axis]));
        select_placed(b, y, rank, axes, to, (int)a->axis, is_true(b, at[a->axis]), x_load(n, x, at));
    }
    ExprId end = x_index(n, count);
    select_count(b, 1, x_load(n, before, &end));
    return true;
}

/* ---- order ---- */

ExprId select_equal(Nest *n, ExprId x, ExprId y) {
    ExprId same = x_fn2(n, FN_eq, x, y);
    if (!dtype_is_float((DType)x_get(n, x)->dtype)) return same;
    return x_fn2(n, FN_or, same, x_fn2(n, FN_and, x_fn2(n, FN_ne, x, x), x_fn2(n, FN_ne, y, y)));
}

ExprId select_less(Nest *n, ExprId x, ExprId y) {
    ExprId less = x_fn2(n, FN_lt, x, y);
    if (!dtype_is_float((DType)x_get(n, x)->dtype)) return less;
    return x_fn2(n, FN_or, less, x_fn2(n, FN_and, x_fn2(n, FN_ne, y, y), x_fn2(n, FN_eq, x, x)));
}
