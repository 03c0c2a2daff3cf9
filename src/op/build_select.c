/* Results whose sizes depend on data: NonZero, Compress, Unique; NonMaxSuppression has a file of its own. There is room
 * for the most there can be; what is chosen is placed by how many were chosen before it, the rest is 0, and the last
 * result says how many there are. */
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

/* Stage y[to] = value where chosen and there is room for place `to[axis]`. */
static void placed(const NestBuild *b, BufId y, int naxis, const AxisId *axes, const ExprId *to, int axis,
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
            placed(b, y, 1, &axis, to, 1, is_not_zero(b, i), x_cast(n, DT_i64, at[d]));
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
        placed(b, y, rank, axes, to, (int)a->axis, is_true(b, at[a->axis]), x_load(n, x, at));
    }
    ExprId end = x_index(n, count);
    select_count(b, 1, x_load(n, before, &end));
    return true;
}

/* ---- Unique ---- */

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

typedef struct {
    const NestBuild *b;
    Nest *n;
    BufId x;
    int rank, axis;
    bool sorted;
    int64_t slices, size;       /* elements of a slice */
    BufId differ, first, place; /* [j] first element in which slices i and j differ; [i]; [i] */
} Unique;

/* Element e of slice i. */
static ExprId slice_element(const Unique *u, ExprId i, ExprId e) {
    ExprId rest[MAX_RANK], at[MAX_RANK];
    int64_t dim[MAX_RANK];
    int k = 0;
    for (int d = 0; d < u->rank; d++)
        if (d != u->axis) dim[k++] = bd_buf(u->b, u->x)->dim[d];
    bd_unflatten(u->b, e, k, dim, rest);
    k = 0;
    for (int d = 0; d < u->rank; d++) at[d] = d == u->axis ? i : rest[k++];
    ExprId v = bd_load(u->b, u->x, at);
    return x_get(u->n, v)->dtype == DT_bool ? x_cast(u->n, DT_i32, v) : v;
}

/* Slices of several elements are compared with slice i once a step of i: differ[j] = the first element that differs. */
static AxisId compared(const Unique *u) {
    Nest *n = u->n;
    if (u->size == 1) return nest_axis(n, "i", u->slices, AXIS_spatial);
    AxisId i = nest_axis(n, "i", u->slices, AXIS_serial), axes[2] = {i, nest_axis(n, "j", u->slices, AXIS_spatial)};
    AxisId e = nest_axis(n, "e", u->size, AXIS_reduce);
    ExprId ie = x_axis(n, i), je = x_axis(n, axes[1]), ee = x_axis(n, e);
    ExprId other = x_fn1(n, FN_not, select_equal(n, slice_element(u, ie, ee), slice_element(u, je, ee)));
    ExprId at = x_select(n, other, ee, x_index(n, u->size));
    ExprId least = x_reduce(n, COMBINE_min, x_cast(n, DT_i32, at), NO_EXPR, 1, &e);
    bd_store_at(u->b, u->differ, 2, axes, &je, x_fn2(n, FN_min, least, x_int(n, DT_i32, u->size)));
    return i;
}

static ExprId same_slice(const Unique *u, ExprId i, ExprId j) {
    if (u->size > 1) return x_fn2(u->n, FN_eq, x_load(u->n, u->differ, &j), x_int(u->n, DT_i32, u->size));
    if (u->size == 0) return x_int(u->n, DT_bool, 1);
    return select_equal(u->n, slice_element(u, i, x_index(u->n, 0)), slice_element(u, j, x_index(u->n, 0)));
}

/* Slice j comes before slice i in order. */
static ExprId slice_before(const Unique *u, ExprId j, ExprId i) {
    Nest *n = u->n;
    if (u->size == 0) return x_int(n, DT_bool, 0);
    ExprId e = x_index(n, 0), differs = x_int(n, DT_bool, 1);
    if (u->size > 1) {
        e = bd_clamp(u->b, x_to_index(n, x_load(n, u->differ, &j)), 0, u->size - 1);
        differs = x_fn1(n, FN_not, same_slice(u, i, j));
    }
    return x_fn2(n, FN_and, differs, select_less(n, slice_element(u, j, e), slice_element(u, i, e)));
}

static ExprId is_first(const Unique *u, ExprId i) {
    return x_fn2(u->n, FN_eq, x_to_index(u->n, x_load(u->n, u->first, &i)), i);
}

/* first[i]: the first slice equal to slice i; place[i]: how many different ones come before it. */
static void rank_slices(Unique *u) {
    Nest *n = u->n;
    for (int stage = 0; stage < 2; stage++) {
        AxisId i = !stage || u->sorted ? compared(u) : nest_axis(n, "i", u->slices, AXIS_spatial);
        AxisId j = nest_axis(n, "k", u->slices, AXIS_reduce);
        ExprId ie = x_axis(n, i), je = x_axis(n, j), v, guard;
        if (stage) {
            guard = u->sorted ? slice_before(u, je, ie) : x_fn2(n, FN_lt, je, ie);
            v = x_reduce(n, COMBINE_sum, x_int(n, DT_i32, 1), x_fn2(n, FN_and, is_first(u, je), guard), 1, &j);
        } else {
            guard = x_fn2(n, FN_and, x_fn2(n, FN_le, je, ie), same_slice(u, ie, je));
            v = x_reduce(n, COMBINE_min, x_cast(n, DT_i32, je), guard, 1, &j);
        }
        bd_store_at(u->b, stage ? u->place : u->first, 1, &i, &ie, v);
    }
}

static ExprId place_of(const Unique *u, ExprId i) {
    return x_to_index(u->n, x_load(u->n, u->place, &i));
}

static void unique_slices(const Unique *u) {
    BufId y = bd_out(u->b, 0);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], to[MAX_RANK];
    if (y == NO_BUF) return;
    select_zero(u->b, y);
    for (int d = 0; d < u->rank; d++) {
        axes[d] = nest_axis(u->n, bd_axis_name(u->b, u->rank, d), bd_buf(u->b, u->x)->dim[d],
                            d == u->axis ? AXIS_serial : AXIS_spatial);
        at[d] = to[d] = x_axis(u->n, axes[d]);
    }
    to[u->axis] = place_of(u, at[u->axis]);
    placed(u->b, y, u->rank, axes, to, u->axis, is_first(u, at[u->axis]), x_load(u->n, u->x, at));
}

/* indices and counts, one a different slice; inverse, one a slice. */
static void unique_numbers(const Unique *u) {
    Nest *n = u->n;
    for (unsigned output = 1; output < 4; output++) {
        BufId y = bd_out(u->b, output);
        if (y == NO_BUF) continue;
        AxisId i = nest_axis(n, "i", u->slices, output == 2 ? AXIS_spatial : AXIS_serial);
        ExprId ie = x_axis(n, i), to = place_of(u, ie);
        if (output == 2) {
            ExprId first = bd_clamp(u->b, x_to_index(n, x_load(n, u->first, &ie)), 0, u->slices - 1);
            bd_store(u->b, y, 1, &i, x_cast(n, DT_i64, place_of(u, first)));
            continue;
        }
        select_zero(u->b, y);
        ExprId v = x_cast(n, DT_i64, ie);
        if (output == 3) {
            AxisId j = nest_axis(n, "j", u->slices, AXIS_reduce);
            ExprId je = x_axis(n, j), equal = x_fn2(n, FN_eq, x_to_index(n, x_load(n, u->first, &je)), ie);
            v = x_reduce(n, COMBINE_sum, x_cast(n, DT_i64, equal), NO_EXPR, 1, &j);
        }
        placed(u->b, y, 1, &i, &to, 0, is_first(u, ie), v);
    }
}

bool build_Unique(NestBuild *b) {
    const Attr_Unique *a = bd_attr(b);
    Nest *n = b->nest;
    Unique u = {.b = b, .n = n, .x = bd_in(b, 0), .axis = (int)a->axis, .sorted = a->sorted != 0, .size = 1};
    u.rank = bd_buf(b, u.x)->rank;
    for (int d = 0; d < u.rank; d++)
        if (d != u.axis) u.size *= bd_buf(b, u.x)->dim[d];
    u.slices = bd_buf(b, u.x)->dim[u.axis];
    if (u.slices >= INT32_MAX || u.size >= INT32_MAX) return bd_error(b, NULL, "too many elements to be compared");
    if (u.size > 1) u.differ = bd_local(b, "differ", DT_i32, 1, &u.slices);
    u.first = bd_local(b, "first", DT_i32, 1, &u.slices);
    u.place = bd_local(b, "place", DT_i32, 1, &u.slices);
    rank_slices(&u);
    unique_slices(&u);
    unique_numbers(&u);
    AxisId j = nest_axis(n, "j", u.slices, AXIS_reduce);
    select_count(b, 4, x_reduce(n, COMBINE_sum, x_cast(n, DT_i64, is_first(&u, x_axis(n, j))), NO_EXPR, 1, &j));
    return true;
}
