/* Results over their own operands. A kernel's outermost loop walks an operand and a result; where the result begins `distance`
 * bytes before the operand, each iteration overwrites only what no later one reads (diagonal memory: Chen et al., vMCU,
 * arXiv:2406.06542; Stahl et al., DMO, arXiv:2010.01700). Or the iterations are channels, and each stays in its own. */
#include "plan/storage.h"
#include "nest/internal.h"

#define MOST_ITERATIONS 4096
#define NEVER (INT64_MAX / 4) /* bytes */

static BufId buffer_with(const Nest *n, ValueId v, BufKind kind) {
    for (uint32_t b = 0; b < n->buf.n; b++)
        if (n->buf.at[b].value == v && n->buf.at[b].kind == kind) return b;
    return NO_BUF;
}

/* The first shared axis of more than one point, as stage s has it. */
static AxisId turn_of(const Nest *n, const Stage *s) {
    for (int i = 0; i < n->nshared; i++)
        if (n->axis.at[s->axis[i]].extent > 1) return s->axis[i];
    return NO_AXIS;
}

typedef struct {
    Nest *n;
    BufId x;
    ExprId load[16]; /* offsets of what a stage reads of x */
    int count;
} Loads;

static void find_loads(Loads *l, ExprId e) {
    if (!x_mark(l->n, e)) return;
    Expr x = *x_get(l->n, e);
    if (x.kind == X_load && x.id == l->x && l->count < 16) l->load[l->count++] = e;
    for (int i = 0; i < x.narg; i++)
        if (x_arg(l->n, e, i) != NO_EXPR) find_loads(l, x_arg(l->n, e, i));
}

/* e where axis a is i. */
static bool range_at(Nest *n, ExprId e, AxisId a, int64_t i, Range *r) {
    ExprId *to = x_axis_table(n, n->arena, 0);
    to[a] = x_index(n, i);
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
    const Stage *last;
    AxisId turn;
    ExprId write;
    int64_t x_bytes, y_bytes; /* of an element */
} Overlap;

/* Smallest and largest byte that is touched in each iteration: low of what is read, high behind what is written. */
static bool ranges(Overlap *o, BufId x, int64_t count, int64_t *low, int64_t *high, bool *channels) {
    Nest *n = o->n;
    *channels = n->axis.at[o->turn].extent == count && stays_in_channel(n, o->write, o->turn, count) && o->x_bytes == 1 && o->y_bytes == 1;
    for (int64_t i = 0; i < count; i++) {
        Range r;
        low[i] = NEVER;
        if (!range_at(n, o->write, o->turn, i, &r)) return false;
        high[i] = (r.hi + 1) * o->y_bytes;
    }
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage *st = &n->stage.at[s];
        Loads l = {.n = n, .x = x};
        x_mark_begin(n);
        find_loads(&l, st->value);
        if (st->guard != NO_EXPR) find_loads(&l, st->guard);
        if (l.count == 0) continue;
        AxisId turn = turn_of(n, st);
        if (st == o->last || l.count == 16 || turn == NO_AXIS) return false;
        for (int k = 0; k < l.count; k++) {
            ExprId at = x_load_offset(n, l.load[k]);
            *channels &= stays_in_channel(n, at, turn, count);
            for (int64_t i = 0; i < count; i++) {
                Range r;
                if (!range_at(n, at, turn, i, &r)) return false;
                int64_t first = (r.lo > 0 ? r.lo : 0) * o->x_bytes;
                if (first < low[i]) low[i] = first;
            }
        }
    }
    return true;
}

/* Bytes that y has to begin before x, so that what is written in an iteration is read in none that follows; NEVER. */
static int64_t distance(Nest *n, Arena *tmp, const Graph *g, ValueId vx, ValueId vy) {
    BufId x = buffer_with(n, vx, BUF_in), y = buffer_with(n, vy, BUF_out);
    if (x == NO_BUF || y == NO_BUF || n->stage.n < 2 || n->nshared == 0) return NEVER;
    const Stage last = vec_last(&n->stage);
    Overlap o = {n, &vec_last(&n->stage), turn_of(n, &last), NO_EXPR, dtype_info[g->value.at[vx].dtype].bytes, dtype_info[g->value.at[vy].dtype].bytes};
    if (last.out != y || last.combine != COMBINE_store || last.guard != NO_EXPR || o.turn == NO_AXIS) return NEVER;
    for (uint32_t s = 0; s + 1 < n->stage.n; s++)
        if (n->stage.at[s].out == y || n->stage.at[s].out == x) return NEVER;
    int64_t count = n->axis.at[o.turn].extent, most = 0;
    if (count > MOST_ITERATIONS) return NEVER;
    o.write = buffer_offset(n, y, last.index);
    int64_t *low = arena_array_of(tmp, count + 1, int64_t), *high = arena_array_of(tmp, count + 1, int64_t);
    bool channels;
    if (!ranges(&o, x, count, low, high, &channels)) return NEVER;
    const Buffer *bx = &n->buf.at[x], *by = &n->buf.at[y];
    if (channels && bx->dim[bx->rank - 1] == count && by->dim[by->rank - 1] == count) return 0;
    for (int64_t i = 1; i < count; i++)
        if (high[i] < high[i - 1]) high[i] = high[i - 1];
    for (int64_t i = count - 2; i >= 0; i--)
        if (low[i] > low[i + 1]) low[i] = low[i + 1];
    for (int64_t i = 0; i + 1 < count; i++)
        if (low[i + 1] < NEVER && high[i] - low[i + 1] > most) most = high[i] - low[i + 1];
    return (most + 7) / 8 * 8;
}

static int64_t peak(const Storage *s, Arena *tmp, const Job *job, const uint32_t *order, uint32_t n) {
    uint32_t nv = s->g->value.n, count = 0;
    int32_t *lower = arena_array_of(tmp, nv + 1, int32_t), *upper = arena_array_of(tmp, nv + 1, int32_t);
    PlanBuffer *buf = arena_array_of(tmp, nv + n + 1, PlanBuffer);
    storage_live(s, job, order, n, lower, upper);
    for (uint32_t v = 0; v < nv; v++)
        if (upper[v] > lower[v] && s->extent[v] > 0) buf[count++] = (PlanBuffer){lower[v], upper[v], s->extent[v], 64, 0};
    for (uint32_t i = 0; i < n; i++)
        if (job[order[i]].scratch > 0) buf[count++] = (PlanBuffer){(int32_t)i, (int32_t)i + 1, job[order[i]].scratch, 64, 0};
    return plan_pack(tmp, buf, (int)count, (PlanOptions){.node_limit = 2000}).peak;
}

/* Root r with all in it `before` bytes behind the start of root y (negative: y inside r). */
static void merge(Storage *s, ValueId r, ValueId y, int64_t before) {
    ValueId inner = before >= 0 ? r : y, outer = before >= 0 ? y : r;
    int64_t at = before >= 0 ? before : -before;
    s->home[inner] = (Home){outer, at, false};
    if (s->extent[outer] < at + s->extent[inner]) s->extent[outer] = at + s->extent[inner];
}

static void mark(Arena *a, const Job *j, bool **aliased, ValueId x, ValueId y) {
    if (!*aliased) *aliased = arena_array_of(a, j->nest->buf.n, bool);
    for (uint32_t b = 0; b < j->nest->buf.n; b++)
        if (j->nest->buf.at[b].value == x || j->nest->buf.at[b].value == y) (*aliased)[b] = true;
}

/* Tries to lay y, which job i makes, over x: whatever it costs, or only where the peak does not grow above *best. */
static bool try_pair(Storage *s, Arena *tmp, const Job *job, const uint32_t *order, uint32_t n, uint32_t i, ValueId x, bool always, int64_t *best) {
    const Job *j = &job[order[i]];
    const Graph *g = s->g;
    ValueId y = j->write.at[0];
    int64_t at, at_y;
    ValueId r = storage_root(s, x, &at), ry = storage_root(s, y, &at_y);
    int32_t *lower = arena_array_of(tmp, g->value.n + 1, int32_t), *upper = arena_array_of(tmp, g->value.n + 1, int32_t);
    storage_live(s, job, order, n, lower, upper);
    if (ry != y || r == y || !value_in_arena(g, r) || !value_in_arena(g, y) || upper[r] != (int32_t)i + 1) return false;
    int64_t d = distance(j->nest, tmp, g, x, y);
    if (d >= NEVER) return false;
    const Home home_r = s->home[r], home_y = s->home[y];
    const int64_t extent_r = s->extent[r], extent_y = s->extent[y];
    merge(s, r, y, d - at);
    int64_t now = peak(s, tmp, job, order, n);
    if (always || now <= *best) {
        *best = now;
        return true;
    }
    s->home[r] = home_r, s->home[y] = home_y;
    s->extent[r] = extent_r, s->extent[y] = extent_y;
    return false;
}

typedef struct {
    Home *home;
    int64_t *extent;
    bool **aliased;
    int64_t peak;
} Choice;

/* All pairs in their order, from where views and in-place results are settled. */
static Choice choose(Storage *s, Arena *a, Arena *tmp, const Job *job, const uint32_t *order, uint32_t n, bool always) {
    Choice c = {.aliased = arena_array_of(tmp, n + 1, bool *), .peak = peak(s, tmp, job, order, n)};
    for (uint32_t i = 0; i < n; i++) {
        const Job *j = &job[order[i]];
        if (j->control || j->write.n != 1) continue;
        for (uint32_t k = 0; k < j->read.n; k++) {
            uint32_t readers = 0; /* of the same memory */
            int64_t at;
            for (uint32_t q = 0; q < j->read.n; q++) readers += storage_root(s, j->read.at[q], &at) == storage_root(s, j->read.at[k], &at);
            if (readers != 1 || !try_pair(s, tmp, job, order, n, i, j->read.at[k], always, &c.peak)) continue;
            mark(a, j, &c.aliased[order[i]], j->read.at[k], j->write.at[0]);
            break;
        }
    }
    c.home = arena_copy(tmp, s->home, s->g->value.n * sizeof *s->home);
    c.extent = arena_copy(tmp, s->extent, s->g->value.n * sizeof *s->extent);
    return c;
}

#define MOST_JOBS 400

/* Laid over each other, tensors live longer: it pays for a whole chain, or step by step. */
void storage_overlap(Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t n, bool **aliased) {
    Arena *tmp = arena_new("overlap");
    uint32_t nv = s->g->value.n;
    if (n <= MOST_JOBS && nv > 0) {
        const Home *home = arena_copy(tmp, s->home, nv * sizeof *home);
        const int64_t *extent = arena_copy(tmp, s->extent, nv * sizeof *extent);
        int64_t before = peak(s, tmp, job, order, n);
        Choice best = choose(s, a, tmp, job, order, n, false);
        memcpy(s->home, home, nv * sizeof *home);
        memcpy(s->extent, extent, nv * sizeof *extent);
        Choice all = choose(s, a, tmp, job, order, n, true);
        if (all.peak < best.peak) best = all;
        bool pays = best.peak < before;
        memcpy(s->home, pays ? best.home : home, nv * sizeof *home);
        memcpy(s->extent, pays ? best.extent : extent, nv * sizeof *extent);
        for (uint32_t i = 0; pays && i < n; i++)
            for (uint32_t b = 0; best.aliased[i] && b < job[i].nest->buf.n; b++) {
                if (!aliased[i]) aliased[i] = arena_array_of(a, job[i].nest->buf.n, bool);
                aliased[i][b] |= best.aliased[i][b];
            }
    }
    arena_free(tmp);
}
