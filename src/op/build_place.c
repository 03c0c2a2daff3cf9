/* Operators along an axis whose positions are data, and the determinant: ReverseSequence, TensorScatter, Det. */
#include "op/build.h"

bool build_ReverseSequence(NestBuild *b) {
    const Attr_ReverseSequence *a = bd_attr(b);
    BufId x = bd_in(b, 0), lens = bd_in(b, 1), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, y)->rank;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK];
    bd_axes(b, y, axes, at);
    memcpy(from, at, sizeof from);
    int64_t steps = bd_buf(b, y)->dim[a->time_axis];
    ExprId length = bd_clamp(b, x_to_index(n, x_load(n, lens, &at[a->batch_axis])), 0, steps), t = at[a->time_axis];
    ExprId back = x_fn2(n, FN_sub, bd_plus(b, length, -1), t);
    from[a->time_axis] = bd_clamp(b, x_select(n, x_fn2(n, FN_lt, t, length), back, t), 0, steps > 0 ? steps - 1 : 0);
    bd_store(b, y, rank, axes, x_load(n, x, from));
    return true;
}

/* Read from the result's side: row s comes from row s - start of the update, where that has one. */
bool build_TensorScatter(NestBuild *b) {
    const Attr_TensorScatter *a = bd_attr(b);
    BufId x = bd_in(b, 0), update = bd_in(b, 1), start = bd_in(b, 2), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, y)->rank;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK];
    if (!bd_rank(b, update, rank)) return false;
    bd_axes(b, y, axes, at);
    memcpy(from, at, sizeof from);
    if (start != NO_BUF) {
        int64_t rows = bd_buf(b, y)->dim[a->axis];
        ExprId first = x_to_index(n, x_load(n, start, &at[0]));
        /* what lies outside is moved no further than where nothing is written */
        bool circular = !strcmp(a->mode, "circular");
        first = circular ? (rows > 0 ? bd_mod(b, first, rows) : first) : bd_clamp(b, first, -rows, rows);
        ExprId row = x_fn2(n, FN_sub, at[a->axis], first);
        from[a->axis] = circular && rows > 0 ? bd_mod(b, row, rows) : row;
    }
    bd_store(b, y, rank, axes, x_load_or(n, update, from, x_load(n, x, at)));
    return true;
}

/* ---- Det ---- */

typedef struct {
    const NestBuild *b;
    Nest *n;
    int batch; /* dimensions before the matrix */
    int64_t dim[MAX_RANK], size;
    BufId a, used, largest, pivot, diagonal; /* [batch.., i, j], [batch.., i], [batch..], [batch.., k], [batch.., k] */
    AxisId k;
} Det;

static ExprId load(const Det *d, BufId buf, const ExprId *batch, ExprId i, ExprId j) {
    ExprId at[MAX_RANK + 2];
    memcpy(at, batch, (size_t)d->batch * sizeof *batch);
    at[d->batch] = i;
    at[d->batch + 1] = j;
    return x_load(d->n, buf, at);
}

/* The axis k if the stage is a step of the elimination, those of the batch, then `more` over rows or columns. */
static int det_axes(const Det *d, bool step, int more, AxisId *axes, ExprId *at) {
    int count = 0;
    if (step) axes[count++] = d->k;
    for (int i = 0; i < d->batch + more; i++) {
        const char *name = i < d->batch ? arena_printf(d->n->arena, "b%d", i) : i == d->batch ? "i" : "j";
        axes[count] = nest_axis(d->n, name, i < d->batch ? d->dim[i] : d->size, AXIS_spatial);
        at[i] = x_axis(d->n, axes[count++]);
    }
    return count;
}

static ExprId free_row(const Det *d, const ExprId *batch, ExprId i) {
    return x_fn2(d->n, FN_eq, load(d, d->used, batch, i, NO_EXPR), x_int(d->n, DT_i32, 0));
}

static ExprId pivot_row(const Det *d, const ExprId *batch, ExprId k) {
    return bd_clamp(d->b, x_to_index(d->n, load(d, d->pivot, batch, k, NO_EXPR)), 0, d->size - 1);
}

/* The row not used yet whose element in column k is largest. Not less, rather than equal: NaN has to go somewhere. */
static void choose_pivot(const Det *d) {
    Nest *n = d->n;
    AxisId axes[MAX_RANK + 2], i;
    ExprId at[MAX_RANK + 2], k = x_axis(n, d->k);
    for (int stage = 0; stage < 2; stage++) {
        int count = det_axes(d, true, 0, axes, at);
        i = nest_axis(n, "i", d->size, AXIS_reduce);
        ExprId row = x_axis(n, i), v = x_fn1(n, FN_abs, load(d, d->a, at, row, k)), guard = free_row(d, at, row);
        if (stage == 0) {
            bd_store_at(d->b, d->largest, count, axes, at, x_reduce(n, COMBINE_max, v, guard, 1, &i));
            continue;
        }
        ExprId less = x_fn2(n, FN_lt, v, x_load(n, d->largest, at));
        guard = x_fn2(n, FN_and, guard, x_fn1(n, FN_not, less));
        at[d->batch] = k;
        bd_store_at(d->b, d->pivot, count, axes, at, x_reduce(n, COMBINE_min, x_cast(n, DT_i32, row), guard, 1, &i));
    }
}

/* Step k: its pivot, which row that was, and the rows that are left without column k. */
static void eliminate(const Det *d) {
    Nest *n = d->n;
    AxisId axes[MAX_RANK + 2];
    ExprId at[MAX_RANK + 2], k = x_axis(n, d->k);
    choose_pivot(d);
    int count = det_axes(d, true, 0, axes, at);
    ExprId value = load(d, d->a, at, pivot_row(d, at, k), k);
    at[d->batch] = k;
    bd_store_at(d->b, d->diagonal, count, axes, at, value);
    count = det_axes(d, true, 0, axes, at);
    at[d->batch] = pivot_row(d, at, k);
    bd_store_at(d->b, d->used, count, axes, at, x_int(n, DT_i32, 1));
    count = det_axes(d, true, 2, axes, at);
    ExprId i = at[d->batch], j = at[d->batch + 1], p = pivot_row(d, at, k), by = load(d, d->diagonal, at, k, NO_EXPR);
    ExprId times = x_fn2(n, FN_div, load(d, d->a, at, i, k), by);
    value = x_fn2(n, FN_sub, load(d, d->a, at, i, j), x_fn2(n, FN_mul, times, load(d, d->a, at, p, j)));
    Stage *s = bd_store_at(d->b, d->a, count, axes, at, value);
    s->guard = x_fn2(n, FN_and, free_row(d, at, i), x_fn2(n, FN_gt, j, k));
    s->guard = x_fn2(n, FN_and, s->guard, x_fn2(n, FN_ne, by, x_real(n, DT_f64, 0)));
}

static void det_result(const Det *d) {
    Nest *n = d->n;
    AxisId axes[MAX_RANK + 2], red[3];
    ExprId at[MAX_RANK + 2];
    int count = det_axes(d, false, 0, axes, at);
    for (int i = 0; i < 3; i++) red[i] = nest_axis(n, i ? i == 1 ? "p" : "q" : "k", d->size, AXIS_reduce);
    ExprId all = x_reduce(n, COMBINE_prod, load(d, d->diagonal, at, x_axis(n, red[0]), NO_EXPR), NO_EXPR, 1, red);
    ExprId p = x_axis(n, red[1]), q = x_axis(n, red[2]);
    ExprId guard = x_fn2(n, FN_and, x_fn2(n, FN_lt, p, q),
                         x_fn2(n, FN_gt, load(d, d->pivot, at, p, NO_EXPR), load(d, d->pivot, at, q, NO_EXPR)));
    ExprId sign = x_reduce(n, COMBINE_prod, x_real(n, DT_f64, -1), guard, 2, red + 1);
    bd_store(d->b, bd_out(d->b, 0), count, axes, x_fn2(n, FN_mul, all, sign));
}

bool build_Det(NestBuild *b) {
    BufId x = bd_in(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, x)->rank;
    Det d = {.b = b, .n = n, .batch = rank - 2};
    AxisId axes[MAX_RANK + 2];
    ExprId at[MAX_RANK + 2];
    if (rank < 2 || !bd_rank(b, bd_out(b, 0), rank - 2)) return bd_error(b, NULL, "the operand is no matrix");
    memcpy(d.dim, bd_buf(b, x)->dim, sizeof d.dim);
    d.size = d.dim[rank - 1];
    d.a = bd_local(b, "a", DT_f64, rank, d.dim);
    d.used = bd_local(b, "used", DT_i32, rank - 1, d.dim);
    d.pivot = bd_local(b, "pivot", DT_i32, rank - 1, d.dim);
    d.diagonal = bd_local(b, "diagonal", DT_f64, rank - 1, d.dim);
    d.largest = bd_local(b, "largest", DT_f64, rank - 2, d.dim);
    int count = det_axes(&d, false, 2, axes, at);
    bd_store(b, d.a, count, axes, x_cast(n, DT_f64, bd_load(b, x, at)));
    count = det_axes(&d, false, 1, axes, at);
    bd_store(b, d.used, count, axes, x_int(n, DT_i32, 0));
    d.k = nest_axis(n, "k", d.size, AXIS_serial);
    eliminate(&d);
    det_result(&d);
    return true;
}
