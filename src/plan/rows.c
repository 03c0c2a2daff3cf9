#include "plan/rows.h"
#include "nest/internal.h"
#include "plan/touch.h"

#define MOST_TURNS 32
#define MOST_MEMBERS 6
#define MOST_READS 8

/* What member m reads and writes, in bytes of the roots. */
typedef struct {
    const Job *job;
    ValueId result;          /* root */
    bool inside;             /* nobody else sees it */
    Touched written, read[MOST_READS];
    ValueId from[MOST_READS]; /* roots */
    int64_t at[MOST_READS];  /* where the operand begins in its root */
    uint32_t reads;
    int64_t block;           /* bytes that an iteration writes */
    int64_t *end;            /* one a turn: iterations that are done then */
    int64_t *highest;        /* scratch */
    int64_t done;
} Member;

typedef struct {
    const Storage *s;
    Arena *a;
    Member m[MOST_MEMBERS];
    uint32_t n;
    int64_t turns;
} Group;

/* Each element of y has its own point of the last stage. */
static bool writes_all(const Nest *n) {
    const Stage *s = &vec_last(&n->stage);
    const Buffer *y = &n->buf.at[s->out];
    int64_t points = 1;
    for (int i = 0; i < s->naxis; i++) points *= n->axis.at[s->axis[i]].extent;
    for (int d = 0; d < s->nindex; d++) {
        const Expr *e = x_get(n, s->index[d]);
        if (y->dim[d] == 1 ? e->kind != X_int && e->kind != X_axis : e->kind != X_axis || n->axis.at[e->id].extent != y->dim[d]) return false;
        for (int k = 0; k < d; k++)
            if (y->dim[d] > 1 && y->dim[k] > 1 && s->index[k] == s->index[d]) return false;
    }
    return points == buffer_elements(y);
}

/* Iteration i writes bytes [i * block, (i + 1) * block) of all of its result. */
static bool by_blocks(const Group *g, Member *m, ValueId y) {
    int64_t at, bytes = value_bytes(g->s->g, y);
    m->result = storage_root(g->s, y, &at);
    if (at != 0 || value_bytes(g->s->g, m->result) != bytes || !value_in_arena(g->s, m->result)) return false;
    if (!touch_writes(m->job->nest, g->a, g->s->g, y, &m->written) || !writes_all(m->job->nest) || m->written.count < 2 || bytes % m->written.count) return false;
    m->block = bytes / m->written.count;
    for (int64_t i = 0; i < m->written.count; i++)
        if (m->written.low[i] != i * m->block || m->written.high[i] != (i + 1) * m->block) return false;
    return true;
}

static bool member(Group *g, Member *m, const Job *j) {
    m->job = j;
    if (j->control || j->write.n != 1 || j->read.n > MOST_READS || j->nest->stage.n == 0 || !by_blocks(g, m, j->write.at[0])) return false;
    for (uint32_t k = 0; k < j->read.n; k++) {
        m->from[k] = storage_root(g->s, j->read.at[k], &m->at[k]);
        if (!touch_reads(j->nest, g->a, j->read.at[k], &m->read[k]) || m->read[k].count != m->written.count) return false;
        if (m->from[k] == m->result) return false;
    }
    m->reads = j->read.n;
    return true;
}

static int64_t highest_read(const Touched *t, int64_t from, int64_t to) {
    int64_t high = TOUCH_NOTHING;
    for (int64_t i = from; i < to; i++)
        if (t->high[i] > high) high = t->high[i];
    return high;
}

/* How far each member is in each turn, backwards from the last one, which goes on evenly. */
static bool plan_turns(Group *g, Rows *out) {
    Member *last = &g->m[g->n - 1];
    g->turns = MOST_TURNS;
    while (last->written.count % g->turns) g->turns--;
    if (g->turns < 2) return false;
    for (uint32_t i = g->n; i-- > 0;) {
        Member *m = &g->m[i];
        m->end = arena_array_of(g->a, g->turns, int64_t);
        for (int64_t k = 0; k < g->turns; k++) {
            if (i + 1 == g->n) m->end[k] = (k + 1) * m->written.count / g->turns;
            for (uint32_t c = i + 1; c < g->n; c++)
                for (uint32_t q = 0; q < g->m[c].reads; q++) {
                    if (g->m[c].from[q] != m->result) continue;
                    int64_t before = k > 0 ? g->m[c].end[k - 1] : 0, high = highest_read(&g->m[c].read[q], before, g->m[c].end[k]);
                    if (k > 0 && m->end[k] < m->end[k - 1]) m->end[k] = m->end[k - 1];
                    if (high > 0 && ceil_div(high, m->block) > m->end[k]) m->end[k] = ceil_div(high, m->block);
                }
            if (m->end[k] > m->written.count) return false;
        }
        RowsMember *to = &out->member[i];
        *to = (RowsMember){.count = m->written.count, .first = m->end[0], .step = m->end[1] - m->end[0]};
        if (m->end[0] < 1 || to->step < 1 || to->first < to->step) return false;
        for (int64_t k = 0; k < g->turns; k++) {
            int64_t even = to->first + to->step * k;
            if (m->end[k] > even) return false;
            m->end[k] = even < to->count ? even : to->count; /* a little early at most */
        }
        if (!m->inside && m->end[g->turns - 1] != m->written.count) return false;
    }
    return true;
}

/* ---- what happens, one behind the other ---- */

typedef struct {
    uint32_t member;
    int64_t iteration;
} Event;
typedef Vec(Event) Events;

static int64_t lowest_read(const Touched *t, int64_t from) {
    int64_t low = TOUCH_NEVER;
    for (int64_t i = from; i < t->count; i++)
        if (t->low[i] < low) low = t->low[i];
    return low;
}

/* The bytes of m's result that its readers still need, of those that are written; false where one reads what is not there. */
static bool check_part(Group *g, uint32_t i, int64_t to, int64_t *span) {
    Member *m = &g->m[i];
    for (uint32_t q = 0; q < m->reads; q++)
        for (uint32_t p = 0; p < g->n; p++)
            if (g->m[p].result == m->from[q] && (m->at[q] != 0 || p >= i || highest_read(&m->read[q], m->done, to) > g->m[p].done * g->m[p].block)) return false;
    m->done = to;
    for (uint32_t c = 0; c < g->n; c++)
        for (uint32_t q = 0; q < g->m[c].reads; q++) {
            if (g->m[c].from[q] != m->result) continue;
            int64_t low = lowest_read(&g->m[c].read[q], g->m[c].done);
            if (low < TOUCH_NEVER && to * m->block - low > span[i]) span[i] = to * m->block - low;
        }
    return true;
}

static bool run(Group *g, const Rows *out, Events *events, int64_t *span) {
    for (int64_t k = -1; k < g->turns; k++)
        for (uint32_t i = 0; i < g->n; i++) {
            int64_t to = k < 0 ? out->member[i].first - out->member[i].step : g->m[i].end[k];
            for (int64_t e = g->m[i].done; e < to; e++) vec_push(g->a, events, ((Event){i, e}));
            if (to > g->m[i].done && !check_part(g, i, to, span)) return false;
        }
    return true;
}

/* How result y may lie to operand root x, as overlap.c has it for one kernel. */
static int64_t before(const Group *g, const Events *events, ValueId x, ValueId y) {
    int64_t low = TOUCH_NEVER, most = TOUCH_NOTHING; /* low: of what later events read */
    int64_t *high = arena_array_of(g->a, events->n + 1, int64_t), top = TOUCH_NOTHING;
    for (uint32_t e = 0; e < events->n; e++) {
        const Member *m = &g->m[events->at[e].member];
        if (m->result == y && m->written.high[events->at[e].iteration] > top) top = m->written.high[events->at[e].iteration];
        high[e] = top;
    }
    for (uint32_t e = events->n; e-- > 0;) {
        const Member *m = &g->m[events->at[e].member];
        int64_t own = TOUCH_NEVER, late = TOUCH_NEVER;
        for (uint32_t q = 0; q < m->reads; q++) {
            if (m->from[q] != x || m->read[q].low[events->at[e].iteration] >= TOUCH_NEVER) continue;
            int64_t at = m->at[q] + m->read[q].low[events->at[e].iteration];
            if (at < own) own = at;
            if (m->read[q].late && at < late) late = at;
        }
        if (late < low) low = late; /* read while the result of this iteration is written */
        if (low < TOUCH_NEVER && high[e] > TOUCH_NOTHING && high[e] - low > most) most = high[e] - low;
        if (own < low) low = own;
    }
    return most;
}

static void find_pairs(const Group *g, const Events *events, uint32_t at, const int32_t *lower, const int32_t *upper, Rows *out) {
    for (uint32_t i = 0; i < g->n; i++) {
        if (g->m[i].inside || lower[g->m[i].result] < (int32_t)at) continue;
        for (uint32_t c = 0; c < g->n; c++)
            for (uint32_t q = 0; q < g->m[c].reads; q++) {
                ValueId x = g->m[c].from[q];
                bool again = !value_in_arena(g->s, x) || lower[x] >= (int32_t)at || upper[x] > (int32_t)(at + g->n);
                for (uint32_t k = 0; k < out->pair.n; k++) again |= out->pair.at[k].operand_root == x && out->pair.at[k].result_root == g->m[i].result;
                if (again) continue;
                OverlapPair o = {.job = UINT32_MAX, .operand_root = x, .result_root = g->m[i].result};
                o.pair.before = before(g, events, x, g->m[i].result);
                vec_push(g->a, &out->pair, o);
            }
    }
}

/* ---- rings ---- */

/* Bytes of a row: what dimension 1 of the buffer walks. 0: it is not stored so. */
static int64_t row_bytes(const Nest *n, ValueId v, BufKind kind) {
    BufId id = touch_buffer(n, v, kind);
    if (id == NO_BUF) return 0;
    const Buffer *b = &n->buf.at[id];
    if (b->nphys || b->rank < 3 || b->dim[0] != 1) return 0;
    int64_t row = dtype_info[b->dtype].bytes;
    for (int d = b->rank - 1; d > 1; d--) row *= b->dim[d];
    return row;
}

static int64_t common(int64_t a, int64_t b) {
    int64_t x = a, y = b;
    while (y) {
        int64_t r = x % y;
        x = y;
        y = r;
    }
    return x ? a / x * b : 0;
}

static bool find_ring(const Group *g, const Member *m, int64_t span, Rows *out) {
    int64_t row = row_bytes(m->job->nest, m->job->write.at[0], BUF_out), all = value_bytes(g->s->g, m->result);
    for (uint32_t c = 0; c < g->n && row > 0; c++)
        for (uint32_t q = 0; q < g->m[c].reads; q++)
            if (g->m[c].from[q] == m->result) row = common(row, row_bytes(g->m[c].job->nest, g->m[c].job->read.at[q], BUF_in));
    if (row < 1 || span < 1) return false;
    RowsRing ring = {m->result, ceil_div(span, row) * row};
    if (ring.bytes > all) ring.bytes = all;
    vec_push(g->a, &out->ring, ring);
    return true;
}

bool rows_try(const Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t at, uint32_t n, const int32_t *lower, const int32_t *upper, Rows *out) {
    Group *g = arena_new_of(a, Group);
    Events events = {0};
    int64_t span[MOST_MEMBERS] = {0};
    if (n < 2 || n > MOST_MEMBERS) return false;
    *out = (Rows){.at = at, .n = n, .member = arena_array_of(a, n, RowsMember)};
    *g = (Group){.s = s, .a = a, .n = n};
    for (uint32_t i = 0; i < n; i++) {
        if (!member(g, &g->m[i], &job[order[at + i]])) return false;
        ValueId r = g->m[i].result;
        g->m[i].inside = lower[r] >= (int32_t)at && upper[r] <= (int32_t)(at + n);
        if (i + 1 == n && g->m[i].inside) return false;
    }
    if (!plan_turns(g, out) || !run(g, out, &events, span)) return false;
    out->turns = g->turns;
    for (uint32_t i = 0; i < n; i++) {
        out->member[i].job = order[at + i];
        if (g->m[i].inside && !find_ring(g, &g->m[i], span[i], out)) return false;
    }
    find_pairs(g, &events, at, lower, upper, out);
    return true;
}

/* ---- the nests ---- */

typedef struct {
    Nest *n;
    int64_t *rows; /* one a buffer: of its ring, 0: it is none */
} Ring;

/* Row i of what the ring holds; where a guard keeps a load from being made i may be below 0. */
static ExprId row_in(Nest *n, ExprId i, int64_t rows) {
    Range r;
    if (x_range(n, i, &r) && r.lo < 0) i = x_fn2(n, FN_add, i, x_index(n, ceil_div(-r.lo, rows) * rows));
    return x_fn2(n, FN_mod, i, x_index(n, rows));
}

static ExprId load_from_ring(void *ctx, Nest *n, BufId b, const ExprId *index) {
    const Ring *ring = ctx;
    ExprId to[MAX_RANK];
    if (!ring->rows[b]) return NO_EXPR;
    memcpy(to, index, (size_t)n->buf.at[b].rank * sizeof *to);
    to[1] = row_in(n, to[1], ring->rows[b]);
    return x_load(n, b, to);
}

static ExprId into_ring(Ring *ring, ExprId e) {
    IdMap done = {0};
    if (e == NO_EXPR) return e;
    return x_rewrite(ring->n, e, x_axis_table(ring->n, ring->n->arena, 0), load_from_ring, ring, &done);
}

void rows_ring(Nest *n, const Storage *s, const Rows *g) {
    Ring ring = {n, arena_array_of(n->arena, n->buf.n + 1, int64_t)};
    for (uint32_t b = 0; b < n->buf.n; b++) {
        Buffer *x = &n->buf.at[b];
        int64_t at;
        if (x->kind != BUF_in && x->kind != BUF_out) continue;
        ValueId root = storage_root(s, x->value, &at);
        for (uint32_t k = 0; k < g->ring.n; k++)
            if (g->ring.at[k].root == root && g->ring.at[k].bytes < value_bytes(s->g, root)) ring.rows[b] = g->ring.at[k].bytes / row_bytes(n, x->value, x->kind);
    }
    for (uint32_t i = 0; i < n->stage.n; i++) {
        ExprId value = into_ring(&ring, n->stage.at[i].value), guard = into_ring(&ring, n->stage.at[i].guard);
        Stage *st = &n->stage.at[i];
        st->value = value;
        st->guard = guard;
        if (ring.rows[st->out]) st->index[1] = row_in(n, st->index[1], ring.rows[st->out]);
    }
    for (uint32_t b = 0; b < n->buf.n; b++)
        if (ring.rows[b]) n->buf.at[b].dim[1] = ring.rows[b];
}

/* Writes no parameter. */
static bool prepares(const LoopTree *t, const LoopNode *x) {
    if (x->kind == LOOP_store) return t->nest->buf.at[x->buf].kind == BUF_local && x_get(t->nest, x->value)->kind == X_int;
    if (x->kind == LOOP_set) return x_get(t->nest, x->value)->kind == X_int;
    if (x->kind != LOOP_for && x->kind != LOOP_block && x->kind != LOOP_var && x->kind != LOOP_note) return false;
    for (uint32_t i = 0; i < x->body.n; i++)
        if (!prepares(t, x->body.at[i])) return false;
    return true;
}

/* A variable `name`, or with a number behind that, which no buffer has. */
static uint32_t bound(Arena *a, LoopTree *t, const char *name) {
    const char *own = name;
    bool taken = true;
    for (int k = 2; taken; k++) {
        taken = false;
        for (uint32_t i = 0; i < t->nest->buf.n; i++) taken |= !strcmp(t->nest->buf.at[i].name, own);
        for (uint32_t i = 0; i < t->var.n; i++) taken |= !strcmp(t->var.at[i].name, own);
        if (taken) own = arena_printf(a, "%s%d", name, k);
    }
    vec_push(a, &t->var, ((LoopVar){.name = own, .dtype = DT_index, .lanes = 1}));
    return t->var.n - 1;
}

/* The loop that is all but what prepares it, from 0 to `count`; NULL: there is none. */
static LoopNode *outermost(const LoopTree *t, int64_t count) {
    if (t->root->body.n == 0) return NULL;
    LoopNode *loop = vec_last(&t->root->body);
    for (uint32_t i = 0; i + 1 < t->root->body.n; i++)
        if (!prepares(t, t->root->body.at[i])) return NULL;
    if (loop->kind != LOOP_for || loop->unroll || loop->parallel) return NULL;
    const Expr *lo = x_get(t->nest, loop->lo), *hi = x_get(t->nest, loop->hi);
    return lo->kind == X_int && lo->i == 0 && hi->kind == X_int && hi->i == count ? loop : NULL;
}

bool rows_in_order(const Nest *n, const LoopTree *t) {
    int first = touch_axes(n) - 1;
    if (n->stage.n != 1 || first < 0) return false;
    const Axis *axis = &n->axis.at[n->stage.at[0].axis[first]];
    const LoopNode *loop = outermost(t, axis->extent);
    return loop && !strcmp(t->nest->axis.at[loop->axis].name, axis->name);
}

void rows_go_down(LoopTree *t) { vec_last(&t->root->body)->down = true; }

bool rows_cut(Arena *a, LoopTree *t, int64_t count, uint32_t var[2]) {
    Nest *n = t->nest;
    LoopNode *loop = outermost(t, count);
    if (!loop) return false;
    var[0] = bound(a, t, "from");
    var[1] = bound(a, t, "to");
    loop->lo = x_raw(n, (Expr){.kind = X_var, .dtype = DT_index, .is_index = true, .id = var[0]}, 0, NULL);
    loop->hi = x_raw(n, (Expr){.kind = X_var, .dtype = DT_index, .is_index = true, .id = var[1]}, 0, NULL);
    return true;
}
