/* Results over their own operands. A kernel's outermost loop walks an operand and a result; where the result begins `distance`
 * bytes before the operand, each iteration overwrites only what no later one reads (diagonal memory: Chen et al., vMCU,
 * arXiv:2406.06542; Stahl et al., DMO, arXiv:2010.01700). Or the iterations are channels, and each stays in its own. */
#include "plan/storage.h"
#include "nest/internal.h"

#define MOST_ITERATIONS 4096
#define MOST_LOADS 16
#define NEVER (INT64_MAX / 4) /* bytes */
#define NOTHING (INT64_MIN / 4)

static BufId buffer_with(const Nest *n, ValueId v, BufKind kind) {
    for (uint32_t b = 0; b < n->buf.n; b++)
        if (n->buf.at[b].value == v && n->buf.at[b].kind == kind) return b;
    return NO_BUF;
}

/* Iterations of the loops that all stages share. */
static int64_t iterations(const Nest *n, const Stage *s) {
    int64_t count = 1;
    for (int i = 0; i < n->nshared; i++)
        if (!size_mul(count, n->axis.at[s->axis[i]].extent, &count)) return NEVER;
    return count;
}

/* The only shared axis of more than one point, as stage s has it. */
static AxisId turn_of(const Nest *n, const Stage *s) {
    AxisId turn = NO_AXIS;
    for (int i = 0; i < n->nshared; i++) {
        if (n->axis.at[s->axis[i]].extent == 1) continue;
        if (turn != NO_AXIS) return NO_AXIS;
        turn = s->axis[i];
    }
    return turn;
}

typedef struct {
    Nest *n;
    BufId x;
    ExprId load[MOST_LOADS]; /* offsets of what a stage reads of x */
    int count;
} Loads;

static void find_loads(Loads *l, ExprId e) {
    if (!x_mark(l->n, e)) return;
    Expr x = *x_get(l->n, e);
    if (x.kind == X_load && x.id == l->x && l->count < MOST_LOADS) l->load[l->count++] = e;
    for (int i = 0; i < x.narg; i++)
        if (x_arg(l->n, e, i) != NO_EXPR) find_loads(l, x_arg(l->n, e, i));
}

/* e, which stage s has, in iteration i. */
static bool range_at(Nest *n, const Stage *s, ExprId e, int64_t i, Range *r) {
    ExprId *to = x_axis_table(n, n->arena, 0);
    for (int k = n->nshared - 1; k >= 0; k--) {
        int64_t extent = n->axis.at[s->axis[k]].extent;
        to[s->axis[k]] = x_index(n, i % extent);
        i /= extent;
    }
    return x_range(n, x_substitute(n, e, to), r);
}

/* In each iteration e is that iteration's number modulo c. */
static bool stays_in_channel(Nest *n, ExprId e, AxisId a, int64_t c) {
    Linear l;
    if (!linear_of(n, e, &l) || l.constant % c) return false;
    bool own = false;
    for (int i = 0; i < l.n; i++) {
        if (l.term[i].atom == x_axis(n, a)) own = l.term[i].coef == 1;
        else if (l.term[i].coef % c) return false;
    }
    return own;
}

typedef struct {
    Nest *n;
    Stage last;
    ExprId write;
    int64_t x_bytes, y_bytes; /* of an element */
} Overlap;

/* Smallest and largest byte that is touched in each iteration: low of what is read, high behind what is written. In each
 * all stages but the last run before that one. */
static bool ranges(Overlap *o, BufId x, int64_t count, int64_t *low, int64_t *high, bool *channels) {
    Nest *n = o->n;
    AxisId turn = turn_of(n, &o->last);
    *channels = turn != NO_AXIS && stays_in_channel(n, o->write, turn, count) && o->x_bytes == 1 && o->y_bytes == 1;
    for (int64_t i = 0; i < count; i++) {
        Range r;
        low[i] = NEVER;
        if (!range_at(n, &o->last, o->write, i, &r)) return false;
        high[i] = (r.hi + 1) * o->y_bytes;
    }
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage st = n->stage.at[s];
        Loads l = {.n = n, .x = x};
        x_mark_begin(n);
        find_loads(&l, st.value);
        if (st.guard != NO_EXPR) find_loads(&l, st.guard);
        for (int k = 0; k < st.nindex; k++) find_loads(&l, st.index[k]);
        if (l.count == 0) continue;
        if (s + 1 == n->stage.n || l.count == MOST_LOADS) return false;
        for (int k = 0; k < l.count; k++) {
            ExprId at = x_load_offset(n, l.load[k]);
            *channels = *channels && stays_in_channel(n, at, turn_of(n, &st), count);
            for (int64_t i = 0; i < count; i++) {
                Range r;
                if (!range_at(n, &st, at, i, &r)) return false;
                int64_t first = (r.lo > 0 ? r.lo : 0) * o->x_bytes;
                if (first < low[i]) low[i] = first;
            }
        }
    }
    return true;
}

/* How y may lie to x, the buffers vx and vy of the nest; false: nowhere in it. */
static bool overlap_of(Nest *n, Arena *tmp, const Graph *g, ValueId vx, ValueId vy, PlanPair *out) {
    BufId x = buffer_with(n, vx, BUF_in), y = buffer_with(n, vy, BUF_out);
    if (x == NO_BUF || y == NO_BUF || n->stage.n < 2 || n->nshared == 0) return false;
    Overlap o = {n, vec_last(&n->stage), NO_EXPR, dtype_info[g->value.at[vx].dtype].bytes, dtype_info[g->value.at[vy].dtype].bytes};
    if (o.last.out != y || o.last.combine != COMBINE_store || o.last.guard != NO_EXPR) return false;
    for (uint32_t s = 0; s + 1 < n->stage.n; s++)
        if (n->stage.at[s].out == y || n->stage.at[s].out == x) return false;
    int64_t count = iterations(n, &o.last), most = NOTHING;
    if (count < 2 || count > MOST_ITERATIONS) return false;
    o.write = buffer_offset(n, y, o.last.index);
    int64_t *low = arena_array_of(tmp, count + 1, int64_t), *high = arena_array_of(tmp, count + 1, int64_t);
    bool channels;
    if (!ranges(&o, x, count, low, high, &channels)) return false;
    const Buffer *bx = &n->buf.at[x], *by = &n->buf.at[y];
    if (channels && bx->dim[bx->rank - 1] == count && by->dim[by->rank - 1] == count) out->multiple = count;
    for (int64_t i = 1; i < count; i++)
        if (high[i] < high[i - 1]) high[i] = high[i - 1];
    for (int64_t i = count - 2; i >= 0; i--)
        if (low[i] > low[i + 1]) low[i] = low[i + 1];
    for (int64_t i = 0; i + 1 < count; i++)
        if (low[i + 1] < NEVER && high[i] - low[i + 1] > most) most = high[i] - low[i + 1];
    out->before = most;
    return true;
}

/* The only operand of job j that lies in root r. */
static bool alone(const Storage *s, const Job *j, ValueId r) {
    uint32_t readers = 0;
    int64_t at;
    for (uint32_t q = 0; q < j->read.n; q++) readers += storage_root(s, j->read.at[q], &at) == r;
    return readers == 1;
}

#define MOST_JOBS 400

void storage_overlap(const Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t n, Overlaps *out) {
    Arena *tmp = arena_new("overlap");
    int32_t *lower = arena_array_of(tmp, s->g->value.n + 1, int32_t), *upper = arena_array_of(tmp, s->g->value.n + 1, int32_t);
    storage_live(s, job, order, n, lower, upper);
    for (uint32_t i = 0; i < n && n <= MOST_JOBS; i++) {
        const Job *j = &job[order[i]];
        int64_t at, at_y;
        if (j->control || j->write.n != 1) continue;
        ValueId y = j->write.at[0], ry = storage_root(s, y, &at_y);
        if (!value_in_arena(s, ry) || lower[ry] != (int32_t)i) continue;
        for (uint32_t k = 0; k < j->read.n; k++) {
            ValueId x = j->read.at[k], r = storage_root(s, x, &at);
            OverlapPair o = {.job = order[i], .operand = x, .operand_root = r, .result = y, .result_root = ry};
            if (r == ry || !value_in_arena(s, r) || upper[r] != (int32_t)i + 1 || !alone(s, j, r)) continue;
            if (!overlap_of(j->nest, tmp, s->g, x, y, &o.pair)) continue;
            o.pair.before += at_y - at;
            o.pair.inside = at - at_y;
            vec_push(a, out, o);
        }
    }
    arena_free(tmp);
}
