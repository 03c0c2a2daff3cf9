/* Unique: slices along an axis are sorted, neighbours that are equal are one. The sort is a stable merge sort as a
 * recurrence. order[] holds the numbers of the slices, sorted in runs of w; at[q] says how many slices of the run
 * beside it come before slice order[q]: found by bisection, for all q at once, one halving a step. Step r = t*levels +
 * s: w = 2^t, half = 2^(levels-1-s) at[q]     = s == 0 ? 0 : at[q], and half more if the last of so many comes before
 * order[q] next[..]  = order[q] at its place in both runs together, and order = next, in the last step of each t */
#include "op/select.h"

typedef struct {
    const NestBuild *b;
    Nest *n;
    BufId x;
    int rank, axis, levels;
    bool sorted;
    int64_t slices, size; /* elements of a slice */
    BufId power, differ, order, next, at, group, first, place;
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

/* buf[i], the number of a slice. */
static ExprId slice_at(const Unique *u, BufId buf, ExprId i) {
    return bd_clamp(u->b, x_to_index(u->n, x_load(u->n, buf, &i)), 0, u->slices - 1);
}

/* Stage differ[q] = the first element in which slices i and j differ, over the axes of the caller, q the last of them.
 */
static void compare(const Unique *u, int naxis, const AxisId *axes, ExprId q, ExprId i, ExprId j) {
    Nest *n = u->n;
    if (u->size <= 1) return;
    AxisId e = nest_axis(n, "e", u->size, AXIS_reduce);
    ExprId ee = x_axis(n, e), same = select_equal(n, slice_element(u, i, ee), slice_element(u, j, ee));
    ExprId least = x_reduce(n, COMBINE_min, x_cast(n, DT_i32, ee), x_fn1(n, FN_not, same), 1, &e);
    bd_store_at(u->b, u->differ, naxis, axes, &q, x_fn2(n, FN_min, least, x_int(n, DT_i32, u->size)));
}

/* Slices i and j are equal; differ[q] knows where they are not. */
static ExprId equal(const Unique *u, ExprId q, ExprId i, ExprId j) {
    if (u->size > 1) return x_fn2(u->n, FN_eq, x_load(u->n, u->differ, &q), x_int(u->n, DT_i32, u->size));
    if (u->size == 0) return x_int(u->n, DT_bool, 1);
    return select_equal(u->n, slice_element(u, i, x_index(u->n, 0)), slice_element(u, j, x_index(u->n, 0)));
}

/* Slice j comes before slice i; of equal ones the one that stands before it. */
static ExprId before(const Unique *u, ExprId q, ExprId j, ExprId i) {
    Nest *n = u->n;
    ExprId e = x_index(n, 0), same = equal(u, q, i, j), less = x_int(n, DT_bool, 0);
    if (u->size > 1) e = bd_clamp(u->b, x_to_index(n, x_load(n, u->differ, &q)), 0, u->size - 1);
    if (u->size > 0) less = select_less(n, slice_element(u, j, e), slice_element(u, i, e));
    return x_select(n, same, x_fn2(n, FN_lt, j, i), less);
}

/* What a step of the sort knows of place q. */
typedef struct {
    ExprId q, w, start, count, known, probe, place, last;
} Step;

static ExprId power(const Unique *u, ExprId i) {
    return x_to_index(u->n, x_load(u->n, u->power, &i));
}

static Step sort_step(const Unique *u, AxisId r, AxisId *axes) {
    Nest *n = u->n;
    Step s;
    axes[0] = r;
    axes[1] = nest_axis(n, "q", u->slices, AXIS_spatial);
    ExprId re = x_axis(n, r), t = bd_div(u->b, re, u->levels), k = bd_mod(u->b, re, u->levels);
    s.q = x_axis(n, axes[1]);
    s.w = power(u, t);
    ExprId run = x_fn2(n, FN_div, s.q, s.w), odd = bd_mod(u->b, run, 2);
    ExprId beside = x_fn2(n, FN_add, run, bd_plus(u->b, bd_times(u->b, odd, -2), 1));
    s.start = x_fn2(n, FN_mul, beside, s.w);
    s.count = x_fn2(n, FN_min, s.w, x_fn2(n, FN_sub, x_index(n, u->slices), s.start));
    ExprId first = x_fn2(n, FN_eq, k, x_index(n, 0));
    s.known = x_select(n, first, x_index(n, 0), x_to_index(n, x_load(n, u->at, &s.q)));
    s.probe = x_fn2(n, FN_add, s.known, power(u, x_fn2(n, FN_sub, x_index(n, u->levels - 1), k)));
    s.place = bd_clamp(u->b, bd_plus(u->b, x_fn2(n, FN_add, s.start, s.probe), -1), 0, u->slices - 1);
    s.last = x_fn2(n, FN_eq, k, x_index(n, u->levels - 1));
    return s;
}

static void sort_slices(Unique *u) {
    Nest *n = u->n;
    AxisId i = nest_axis(n, "i", u->slices, AXIS_spatial), axes[2];
    bd_store(u->b, u->order, 1, &i, x_cast(n, DT_i32, x_axis(n, i)));
    while ((INT64_C(1) << u->levels) < u->slices) u->levels++;
    if (u->levels == 0) return;
    int64_t powers = u->levels, steps = powers * powers;
    int32_t *table = arena_array_of(n->arena, powers, int32_t);
    for (int k = 0; k < u->levels; k++) table[k] = (int32_t)1 << k;
    u->power = nest_buffer(n, "power", BUF_table, DT_i32, 1, &powers, UINT32_MAX);
    n->buf.at[u->power].table = table;
    AxisId r = nest_axis(n, "r", steps, AXIS_serial);
    Step s = sort_step(u, r, axes);
    compare(u, 2, axes, s.q, slice_at(u, u->order, s.q), slice_at(u, u->order, s.place));
    s = sort_step(u, r, axes);
    ExprId more = before(u, s.q, slice_at(u, u->order, s.place), slice_at(u, u->order, s.q));
    more = x_fn2(n, FN_and, x_fn2(n, FN_le, s.probe, s.count), more);
    bd_store_at(u->b, u->at, 2, axes, &s.q, x_cast(n, DT_i32, x_select(n, more, s.probe, s.known)));
    s = sort_step(u, r, axes);
    ExprId both = bd_times(u->b, s.w, 2), within = x_fn2(n, FN_mod, s.q, s.w);
    ExprId to = x_fn2(n, FN_add, x_fn2(n, FN_mul, x_fn2(n, FN_div, s.q, both), both), within);
    to = x_fn2(n, FN_add, to, x_to_index(n, x_load(n, u->at, &s.q)));
    bd_store_at(u->b, u->next, 2, axes, &to, x_load(n, u->order, &s.q))->guard = s.last;
    s = sort_step(u, r, axes);
    bd_store_at(u->b, u->order, 2, axes, &s.q, x_load(n, u->next, &s.q))->guard = s.last;
}

/* group[q]: how many different slices come before the one at place q. first[i]: the first slice equal to slice i. */
static void group_slices(const Unique *u) {
    Nest *n = u->n;
    AxisId q = nest_axis(n, "q", u->slices, AXIS_spatial);
    ExprId qe = x_axis(n, q), left = bd_clamp(u->b, bd_plus(u->b, qe, -1), 0, u->slices - 1);
    compare(u, 1, &q, qe, slice_at(u, u->order, qe), slice_at(u, u->order, left));
    q = nest_axis(n, "q", u->slices, AXIS_serial);
    qe = x_axis(n, q);
    left = bd_clamp(u->b, bd_plus(u->b, qe, -1), 0, u->slices - 1);
    ExprId same = equal(u, qe, slice_at(u, u->order, qe), slice_at(u, u->order, left)), zero = x_int(n, DT_i32, 0);
    ExprId more = x_cast(n, DT_i32, x_fn1(n, FN_not, same));
    ExprId v = x_fn2(n, FN_add, x_load(n, u->group, &left), more), begins = x_fn2(n, FN_eq, qe, x_index(n, 0));
    bd_store_at(u->b, u->group, 1, &q, &qe, x_select(n, begins, zero, v));
    for (int backwards = 0; backwards < 2; backwards++) { /* next[g], the first slice of group g; then first */
        q = nest_axis(n, "q", u->slices, AXIS_serial);
        qe = x_axis(n, q);
        if (!backwards) qe = x_fn2(n, FN_sub, x_index(n, u->slices - 1), qe);
        ExprId g = slice_at(u, u->group, qe), i = slice_at(u, u->order, qe);
        if (backwards)
            bd_store_at(u->b, u->first, 1, &q, &i, x_load(n, u->next, &g));
        else
            bd_store_at(u->b, u->next, 1, &q, &g, x_cast(n, DT_i32, i));
    }
}

static ExprId is_first(const Unique *u, ExprId i) {
    return x_fn2(u->n, FN_eq, slice_at(u, u->first, i), i);
}

/* place[i]: where the slice equal to slice i lies in the result, in order or as they first occur. */
static void place_slices(const Unique *u) {
    Nest *n = u->n;
    AxisId q = nest_axis(n, "q", u->slices, AXIS_serial);
    ExprId qe = x_axis(n, q);
    if (u->sorted) {
        ExprId i = slice_at(u, u->order, qe);
        bd_store_at(u->b, u->place, 1, &q, &i, x_load(n, u->group, &qe));
        return;
    }
    /* next[i]: how many of the slices 0..i are the first of their kind */
    ExprId left = bd_clamp(u->b, bd_plus(u->b, qe, -1), 0, u->slices - 1), begins = x_fn2(n, FN_eq, qe, x_index(n, 0));
    ExprId v = x_fn2(n, FN_add, x_load(n, u->next, &left), x_cast(n, DT_i32, is_first(u, qe)));
    bd_store_at(u->b, u->next, 1, &q, &qe, x_select(n, begins, x_int(n, DT_i32, 1), v));
    q = nest_axis(n, "q", u->slices, AXIS_spatial);
    qe = x_axis(n, q);
    ExprId i = slice_at(u, u->first, qe);
    v = x_fn2(n, FN_sub, x_load(n, u->next, &i), x_int(n, DT_i32, 1));
    bd_store_at(u->b, u->place, 1, &q, &qe, v);
}

static void unique_slices(const Unique *u) {
    BufId y = bd_out(u->b, 0);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], to[MAX_RANK];
    if (y == NO_BUF) return;
    select_zero(u->b, y);
    for (int d = 0; d < u->rank; d++) {
        AxisKind kind = d == u->axis ? AXIS_serial : AXIS_spatial;
        axes[d] = nest_axis(u->n, bd_axis_name(u->b, u->rank, d), bd_buf(u->b, u->x)->dim[d], kind);
        at[d] = to[d] = x_axis(u->n, axes[d]);
    }
    to[u->axis] = slice_at(u, u->place, at[u->axis]);
    select_placed(u->b, y, u->rank, axes, to, u->axis, is_first(u, at[u->axis]), x_load(u->n, u->x, at));
}

/* indices and counts, one a different slice; inverse, one a slice. */
static void unique_numbers(const Unique *u) {
    Nest *n = u->n;
    for (unsigned output = 1; output < 4; output++) {
        BufId y = bd_out(u->b, output);
        if (y == NO_BUF) continue;
        if (output != 2) select_zero(u->b, y);
        AxisId i = nest_axis(n, "i", u->slices, output == 2 ? AXIS_spatial : AXIS_serial);
        ExprId ie = x_axis(n, i), to = slice_at(u, u->place, ie);
        if (output == 2) {
            bd_store(u->b, y, 1, &i, x_cast(n, DT_i64, to));
            continue;
        }
        ExprId chosen = output == 1 ? is_first(u, ie) : x_int(n, DT_bool, 1);
        select_placed(u->b, y, 1, &i, &to, 0, chosen, output == 1 ? x_cast(n, DT_i64, ie) : x_int(n, DT_i64, 1));
        if (output == 3) vec_last(&n->stage).combine = COMBINE_sum;
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
    if (u.slices > INT32_MAX / 4 || u.size >= INT32_MAX) return bd_error(b, NULL, "too many elements to be sorted");
    if (u.slices == 0) {
        for (unsigned i = 0; i < 4; i++)
            if (bd_out(b, i) != NO_BUF) select_zero(b, bd_out(b, i));
        select_count(b, 4, x_int(n, DT_i64, 0));
        return true;
    }
    BufId *const each[] = {&u.order, &u.next, &u.at, &u.group, &u.first, &u.place, &u.differ};
    static const char *const name[] = {"order", "next", "at", "group", "first", "place", "differ"};
    for (size_t i = 0; i < sizeof each / sizeof *each - (u.size <= 1); i++)
        *each[i] = bd_local(b, name[i], DT_i32, 1, &u.slices);
    sort_slices(&u);
    group_slices(&u);
    place_slices(&u);
    unique_slices(&u);
    unique_numbers(&u);
    ExprId last = x_index(n, u.slices - 1);
    select_count(b, 4, x_fn2(n, FN_add, x_load(n, u.group, &last), x_int(n, DT_i32, 1)));
    return true;
}
