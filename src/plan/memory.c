#include "plan/memory.h"
#include <string.h>

/* The position in time of a position in the order, n + 1 of them. */
static uint32_t *positions(Arena *a, const MemoryTask *t) {
    uint32_t *at = arena_array_of(a, t->n + 2, uint32_t), now = 0;
    for (uint32_t i = 0; i <= t->n; i++) {
        bool inside = false;
        for (uint32_t k = 0; t->groups && k < t->groups->n; k++) inside |= i > t->groups->at[k].at && i < t->groups->at[k].at + t->groups->at[k].n;
        if (i > 0 && !inside) now++;
        at[i] = now;
    }
    return at;
}

static const Rows *group_at(const MemoryTask *t, uint32_t i) {
    for (uint32_t k = 0; t->groups && k < t->groups->n; k++)
        if (i >= t->groups->at[k].at && i < t->groups->at[k].at + t->groups->at[k].n) return &t->groups->at[k];
    return NULL;
}

static bool *grouped(Arena *a, const MemoryTask *t) {
    bool *in = arena_array_of(a, t->n + 1, bool);
    for (uint32_t i = 0; i < t->n; i++) in[t->order[i]] = group_at(t, i) != NULL;
    return in;
}

static void add_rings(ArenaPlan *m, const MemoryTask *t) {
    for (uint32_t k = 0; t->groups && k < t->groups->n; k++)
        for (uint32_t r = 0; r < t->groups->at[k].ring.n; r++) {
            const RowsRing *ring = &t->groups->at[k].ring.at[r];
            if (m->number[ring->root] != UINT32_MAX) m->buf[m->number[ring->root]].size = ring->bytes;
        }
}

static void add_pair(ArenaPlan *m, const OverlapPair *o, bool down) {
    uint32_t y = m->number[o->result_root], x = m->number[o->operand_root];
    if (x == UINT32_MAX || y == UINT32_MAX) return;
    m->pair[m->pairs] = o->pair;
    m->pair[m->pairs].result = (int)y;
    m->pair[m->pairs].operand = (int)x;
    if (down) m->pair[m->pairs].down = true, m->pair[m->pairs].before = o->behind;
    m->overlap[m->pairs++] = *o;
}

static void add_pairs(ArenaPlan *m, const Storage *s, Arena *a, const MemoryTask *t) {
    Overlaps all = {0};
    uint32_t most = 0;
    storage_overlap(s, a, t->job, t->order, t->n, grouped(a, t), &all);
    for (uint32_t k = 0; t->groups && k < t->groups->n; k++) most += t->groups->at[k].pair.n;
    m->pair = arena_array_of(a, all.n + most + 1, PlanPair);
    m->overlap = arena_array_of(a, all.n + most + 1, OverlapPair);
    for (uint32_t i = 0; i < all.n; i++)
        if (t->keeps[all.at[i].job]) add_pair(m, &all.at[i], t->down && t->down[all.at[i].job]);
    for (uint32_t k = 0; t->groups && k < t->groups->n; k++)
        for (uint32_t i = 0; i < t->groups->at[k].pair.n; i++) add_pair(m, &t->groups->at[k].pair.at[i], false);
}

ArenaPlan memory_make(const Storage *s, Arena *a, const MemoryTask *t) {
    uint32_t nv = s->g->value.n, *at = positions(a, t);
    int32_t *lower = arena_array_of(a, nv + 1, int32_t), *upper = arena_array_of(a, nv + 1, int32_t);
    storage_live(s, t->job, t->order, t->n, lower, upper);
    ArenaPlan m = {.buf = arena_array_of(a, nv + t->n + 1, PlanBuffer), .slot = arena_array_of(a, nv + t->n + 1, uint32_t),
                .number = arena_array_of(a, nv + 1, uint32_t), .scratch = arena_array_of(a, t->n + 1, uint32_t)};
    m.steps = at[t->n];
    for (uint32_t v = 0; v < nv; v++) {
        m.number[v] = UINT32_MAX;
        if (upper[v] <= lower[v] || s->extent[v] <= 0) continue;
        m.slot[m.count] = v;
        m.number[v] = m.count;
        m.buf[m.count++] = (PlanBuffer){(int32_t)at[lower[v]], (int32_t)at[upper[v] - 1] + 1, s->extent[v], t->align, 0};
    }
    m.values = m.count;
    add_rings(&m, t);
    uint32_t last = UINT32_MAX; /* position in time of the scratch that was added last: a group has one */
    for (uint32_t i = 0; i < t->n; i++) {
        int64_t bytes = t->job[t->order[i]].scratch;
        m.scratch[t->order[i]] = UINT32_MAX;
        if (bytes <= 0) continue;
        if (last == UINT32_MAX || last != at[i]) m.buf[m.count++] = (PlanBuffer){(int32_t)at[i], (int32_t)at[i] + 1, 0, t->align, 0};
        last = at[i];
        if (m.buf[m.count - 1].size < bytes) m.buf[m.count - 1].size = bytes;
        m.scratch[t->order[i]] = m.count - 1;
    }
    if (t->keeps) add_pairs(&m, s, a, t);
    return m;
}

PlanResult memory_pack(Arena *a, ArenaPlan *m) {
    PlanResult r = plan_pack(a, m->buf, (int)m->count, (PlanOptions){0});
    if (m->pairs == 0) return r;
    PlanBuffer *buf = arena_copy(a, m->buf, (m->count + 1) * sizeof *buf);
    PlanResult near = plan_pack_pairs(a, buf, (int)m->count, m->pair, (int)m->pairs);
    if (near.peak >= r.peak || !plan_check_pairs(buf, (int)m->count, m->pair, (int)m->pairs, near.peak)) return r;
    m->buf = buf;
    return near;
}

bool memory_overlaps(const ArenaPlan *m, uint32_t pair) {
    const PlanBuffer *y = &m->buf[m->pair[pair].result], *x = &m->buf[m->pair[pair].operand];
    return y->offset < x->offset + x->size && x->offset < y->offset + y->size;
}

/* ---- groups of rows ---- */

typedef struct {
    int64_t bytes, excess; /* the least that the arena needs; what steps have above some bytes */
    uint32_t from, to;     /* positions of the order where that is */
    bool enough;           /* that is no more than the goal */
    int64_t macs;          /* of a group that leaves it */
} Need;

/* With the task's groups. */
static Need need(Storage *s, Arena *a, const MemoryTask *t, const Home *home, int64_t above) {
    Need r = {0};
    int32_t step;
    bool **aliased = arena_array_of(a, t->n + 1, bool *);
    uint32_t *at = positions(a, t);
    memcpy(s->home, home, s->g->value.n * sizeof *home);
    storage_in_place(s, a, t->job, t->order, t->n, grouped(a, t), aliased);
    ArenaPlan m = memory_make(s, a, t);
    r.bytes = plan_pairs_bound(m.buf, (int)m.count, m.pair, (int)m.pairs, &step, above, &r.excess);
    while (r.from < t->n && at[r.from] < (uint32_t)step) r.from++;
    for (r.to = r.from; r.to < t->n && at[r.to] == (uint32_t)step;) r.to++;
    return r;
}

int64_t memory_need(Storage *s, const MemoryTask *t) {
    Arena *a = arena_new("need");
    size_t size = s->g->value.n * sizeof *s->home;
    const Home *home = arena_copy(a, s->home, size);
    int64_t bytes = need(s, a, t, home, 0).bytes;
    memcpy(s->home, home, size);
    arena_free(a);
    return bytes;
}

static bool touches(const RowGroups *groups, uint32_t from, uint32_t to) {
    for (uint32_t k = 0; k < groups->n; k++)
        if (from < groups->at[k].at + groups->at[k].n && groups->at[k].at < to) return true;
    return false;
}

typedef struct {
    Storage *s;
    Arena *a;
    const MemoryTask *t;
    const Home *home;
    int64_t above; /* what a step may have before it counts */
    int64_t goal;
    bool (*fits)(void *ctx, const Rows *g);
    void *ctx;
    RowGroups *groups;
} Search;

/* Of groups that leave little enough the smaller one, of others the one that leaves less. */
static bool less(const Need *a, uint32_t n, const Need *b, uint32_t nb) {
    if (a->enough != b->enough) return a->enough;
    if (a->enough) return n != nb ? n < nb : a->macs != b->macs ? a->macs < b->macs : a->bytes < b->bytes;
    return a->excess < b->excess || (a->excess == b->excess && a->bytes < b->bytes);
}

/* The group of positions [at, at + n) where it leaves less than *best. */
static bool try_group(Search *q, uint32_t at, uint32_t n, Need *best, Rows *out) {
    Rows g;
    Arena *tmp = arena_new("rows");
    uint32_t nv = q->s->g->value.n;
    int32_t *lower = arena_array_of(tmp, nv + 1, int32_t), *upper = arena_array_of(tmp, nv + 1, int32_t);
    memcpy(q->s->home, q->home, nv * sizeof *q->home);
    storage_live(q->s, q->t->job, q->t->order, q->t->n, lower, upper);
    bool better = rows_try(q->s, q->a, q->t->job, q->t->order, at, n, lower, upper, &g);
    if (better) {
        vec_push(q->a, q->groups, g);
        Need now = need(q->s, tmp, q->t, q->home, q->above);
        q->groups->n--;
        memcpy(q->s->home, q->home, nv * sizeof *q->home);
        now.enough = now.bytes <= q->goal;
        for (uint32_t i = 0; i < n; i++) now.macs += nest_macs(q->t->job[q->t->order[at + i]].nest);
        better = less(&now, n, best, out->n) && q->fits(q->ctx, &g);
        if (better) *best = now, *out = g;
    }
    arena_free(tmp);
    return better;
}

#define LONGEST 6

/* Groups, one after the other, each of which leaves the least above `above`; returns what the arena then needs. */
static int64_t choose(Search *q) {
    for (bool better = true; better;) {
        Need best = need(q->s, q->a, q->t, q->home, q->above);
        const Need start = best;
        Rows chosen = {0};
        better = false;
        if (start.bytes <= q->goal) return start.bytes;
        for (uint32_t i = start.from >= LONGEST ? start.from - LONGEST : 0; i < start.to; i++)
            for (uint32_t n = 2; n <= LONGEST && i + n <= q->t->n; n++)
                if (i + n > start.from && !touches(q->groups, i, i + n)) better |= try_group(q, i, n, &best, &chosen);
        if (better) vec_push(q->a, q->groups, chosen);
    }
    return need(q->s, q->a, q->t, q->home, q->above).bytes;
}

int64_t memory_rows(Storage *s, Arena *a, const MemoryTask *t, int64_t goal, bool (*fits)(void *ctx, const Rows *g), void *ctx, RowGroups *out) {
    MemoryTask now = *t;
    RowGroups none = {0}, best = {0};
    now.groups = &none;
    Search q = {s, a, &now, arena_copy(a, s->home, s->g->value.n * sizeof *s->home), goal, goal, fits, ctx, NULL};
    const int64_t have = need(s, a, &now, q.home, goal).bytes, above[] = {goal, have / 4 * 3, have / 8 * 5, have / 2};
    int64_t least = have;
    for (size_t k = 0; k < sizeof above / sizeof *above && least > goal; k++) { /* what counts as much decides which come first */
        RowGroups groups = {0};
        now.groups = q.groups = &groups;
        q.above = above[k];
        int64_t bytes = choose(&q);
        if (bytes < least) least = bytes, best = groups;
    }
    *out = best;
    memcpy(s->home, q.home, s->g->value.n * sizeof *q.home);
    return least;
}
