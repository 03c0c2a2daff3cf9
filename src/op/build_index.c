/* Operators whose value depends on the position: EyeLike, Trilu, OneHot, CumSum, CumProd, TopK. */
#include "op/build.h"

bool build_EyeLike(NestBuild *b) {
    const Attr_EyeLike *e = bd_attr(b);
    BufId y = bd_out(b, 0);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    if (!bd_rank(b, y, 2)) return false;
    bd_axes(b, y, axes, at);
    ExprId diagonal = x_fn2(b->nest, FN_eq, at[1], bd_plus(b, at[0], e->k));
    bd_store(b, y, 2, axes, x_cast(b->nest, bd_compute(bd_buf(b, y)->dtype), diagonal));
    return true;
}

bool build_Trilu(NestBuild *b) {
    const Attr_Trilu *t = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    int rank = bd_buf(b, y)->rank;
    if (rank < 2 || !bd_rank(b, x, rank)) return bd_error(b, NULL, "the operand is no matrix");
    bd_axes(b, y, axes, at);
    ExprId kept = x_fn2(n, t->upper ? FN_ge : FN_le, at[rank - 1], bd_plus(b, at[rank - 2], t->k));
    ExprId v = bd_load(b, x, at);
    bd_store(b, y, rank, axes, x_select(n, kept, v, x_number(n, (DType)x_get(n, v)->dtype, 0)));
    return true;
}

bool build_OneHot(NestBuild *b) {
    const Attr_OneHot *o = bd_attr(b);
    BufId indices = bd_in(b, 0), values = bd_in(b, 1), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, y)->rank;
    int64_t axis = o->axis < 0 ? o->axis + rank : o->axis;
    if (axis < 0 || axis >= rank) return bd_error(b, "axis", "is outside the rank %d", rank);
    if (!bd_rank(b, indices, rank - 1) || !bd_rank(b, values, 1)) return false;
    if (bd_buf(b, values)->dim[0] != 2) return bd_error(b, NULL, "the values are not two: off, on");
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], off = x_index(n, 0), on = x_index(n, 1);
    bd_axes(b, y, axes, at);
    for (int i = 0; i < rank - 1; i++) from[i] = at[i < axis ? i : i + 1];
    ExprId i = x_to_index(n, x_cast(n, DT_i64, bd_load(b, indices, from)));
    ExprId negative = x_fn2(n, FN_lt, i, x_index(n, 0));
    ExprId wrapped = x_select(n, negative, bd_plus(b, i, bd_buf(b, y)->dim[axis]), i);
    ExprId hit = x_fn2(n, FN_eq, wrapped, at[axis]);
    bd_store(b, y, rank, axes, x_select(n, hit, x_load(n, values, &on), x_load(n, values, &off)));
    return true;
}

/* The axis runs in order and reads the element before. f16 and bf16 accumulate in f32, in a local. */
static bool build_scan(NestBuild *b, Fn f) {
    const Attr_CumSum *c = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, y)->rank;
    DType type = bd_buf(b, y)->dtype;
    int64_t axis = c->axis < 0 ? c->axis + rank : c->axis;
    if (axis < 0 || axis >= rank) return bd_error(b, "axis", "is outside the rank %d", rank);
    if (!bd_rank(b, x, rank)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], before[MAX_RANK];
    for (int i = 0; i < rank; i++) {
        axes[i] = nest_axis(n, bd_axis_name(b, rank, i), bd_buf(b, y)->dim[i], i == axis ? AXIS_serial : AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    if (c->reverse) at[axis] = x_fn2(n, FN_sub, x_index(n, bd_buf(b, y)->dim[axis] - 1), at[axis]);
    memcpy(before, at, sizeof before);
    before[axis] = bd_plus(b, at[axis], c->reverse ? 1 : -1);
    double neutral = f == FN_mul ? 1 : 0;
    bool direct = bd_compute(type) == type;
    BufId acc = direct ? y : bd_local(b, "acc", bd_compute(type), rank, bd_buf(b, y)->dim);
    ExprId term = x_cast(n, bd_compute(type), c->exclusive ? bd_load_or(b, x, before, neutral) : bd_load(b, x, at));
    bd_store_at(b, acc, rank, axes, at, x_fn2(n, f, bd_load_or(b, acc, before, neutral), term));
    if (!direct) {
        bd_axes(b, y, axes, at);
        bd_store(b, y, rank, axes, x_load(n, acc, at));
    }
    return true;
}

bool build_CumSum(NestBuild *b) {
    return build_scan(b, FN_add);
}
bool build_CumProd(NestBuild *b) {
    return build_scan(b, FN_mul);
}

/* How many elements come before each one: rank[k] = #{j : x[j] better than x[k], or equal and j < k}. */
static BufId topk_rank(const NestBuild *b, int axis, DType type) {
    const Attr_TopK *t = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], other[MAX_RANK];
    int rank = bd_buf(b, x)->rank;
    bd_axes(b, x, axes, at);
    memcpy(other, at, sizeof other);
    AxisId j = nest_axis(n, "j", bd_buf(b, x)->dim[axis], AXIS_reduce);
    other[axis] = x_axis(n, j);
    ExprId mine = bd_load(b, x, at), theirs = bd_load(b, x, other);
    ExprId tie = x_fn2(n, FN_and, x_fn2(n, FN_eq, theirs, mine), x_fn2(n, FN_lt, other[axis], at[axis]));
    ExprId first = x_fn2(n, FN_or, x_fn2(n, t->largest ? FN_gt : FN_lt, theirs, mine), tie);
    BufId r = bd_local(b, "rank", type, rank, bd_buf(b, x)->dim);
    bd_store(b, r, rank, axes, x_reduce(n, COMBINE_sum, x_cast(n, type, first), NO_EXPR, 1, &j));
    return r;
}

bool build_TopK(NestBuild *b) {
    const Attr_TopK *t = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0);
    int rank = bd_buf(b, x)->rank;
    int64_t axis = t->axis < 0 ? t->axis + rank : t->axis;
    if (axis < 0 || axis >= rank) return bd_error(b, "axis", "is outside the rank %d", rank);
    DType type = bd_buf(b, x)->dim[axis] <= INT32_MAX ? DT_i32 : DT_i64;
    BufId order = topk_rank(b, (int)axis, type);
    for (unsigned o = 0; o < 2; o++) {
        BufId y = bd_out(b, o);
        if (y == NO_BUF) continue;
        if (!bd_rank(b, y, rank)) return false;
        AxisId axes[MAX_RANK];
        ExprId at[MAX_RANK], to[MAX_RANK];
        for (int i = 0; i < rank; i++) {
            axes[i] =
                nest_axis(n, bd_axis_name(b, rank, i), bd_buf(b, x)->dim[i], i == axis ? AXIS_serial : AXIS_spatial);
            at[i] = to[i] = x_axis(n, axes[i]);
        }
        to[axis] = x_to_index(n, x_load(n, order, at));
        ExprId value = o == 0 ? x_load(n, x, at) : x_cast(n, bd_buf(b, y)->dtype, at[axis]);
        Stage *s = bd_store_at(b, y, rank, axes, to, value);
        s->guard = x_fn2(n, FN_lt, to[axis], x_index(n, bd_buf(b, y)->dim[axis]));
    }
    return true;
}
