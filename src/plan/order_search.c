/* The order of least peak by dynamic programming over what has run (Liberis and Lane 2019, arXiv:1910.05110; Ahn et al.,
 * SERENITY, arXiv:2003.02369): what lives depends on the set of jobs that have run alone, so of all ways to a set the one of
 * least peak is enough. Sets of one size are a level; those whose peak is no lower than the best order known are dropped. A job that
 * frees as much as it makes, and raises no peak, runs at once: later it would gain nothing. Where a level has more sets than
 * there is time for, the ones of least peak go on. */
#include "plan/order_internal.h"
#include "plan/pack_internal.h"

#define MOST_EXPANDED 50000 /* sets, all levels together: a tenth of a second where there are 200 jobs */
#define LEAST_WIDTH 16
#define MOST_JOBS 4000

typedef struct {
    uint64_t *done;    /* a bit a job */
    int64_t live, peak;
    uint32_t from, job; /* the set of the level before and the job that made this one of it */
} Set;
typedef Vec(Set) Level;

typedef struct {
    Order *o;
    Arena *a;
    uint32_t words;
    int64_t below;
    uint32_t *missing; /* of the set that goes on */
    Level *level;
} Search;

/* The state of the order where these jobs have run. */
static void restore(Search *q, const Set *set) {
    Order *o = q->o;
    order_reset(o);
    memcpy(q->missing, o->missing, (o->n + 1) * sizeof *q->missing);
    for (uint32_t i = 0; i < o->n; i++) {
        if (!(set->done[i / 64] >> i % 64 & 1)) continue;
        for (uint32_t k = 0; k < o->nroot[i]; k++) o->live[o->root[i][k]] = --o->touches[o->root[i][k]] > 0;
        for (uint32_t e = o->next_at[i]; e < o->next_at[i + 1]; e++) q->missing[o->next[e]]--;
    }
}

static bool ready(const Search *q, const Set *set, uint32_t i) { return q->missing[i] == 0 && !(set->done[i / 64] >> i % 64 & 1); }

/* Adds the set with job i to the level, where it is not there with a peak as low. */
static void add(Search *q, Level *to, IdMap *known, const Set *set, uint32_t from, uint32_t i) {
    int64_t during, change = order_gain(q->o, i, &during), peak = set->live + during > set->peak ? set->live + during : set->peak;
    if (peak >= q->below) return;
    uint64_t *done = arena_copy(q->a, set->done, q->words * sizeof *done);
    done[i / 64] |= UINT64_C(1) << i % 64;
    Set next = {done, set->live + change, peak, from, i};
    uint64_t key = hash_bytes(done, q->words * sizeof *done, 0);
    for (uint32_t at; (at = idmap_get(known, key)) != MAP_NONE; key++) {
        if (memcmp(to->at[at].done, done, q->words * sizeof *done)) continue;
        if (peak < to->at[at].peak) to->at[at] = next;
        return;
    }
    idmap_set(q->a, known, key, to->n);
    vec_push(q->a, to, next);
}

static void expand(Search *q, Level *to, IdMap *known, const Set *set, uint32_t from) {
    restore(q, set);
    for (uint32_t i = 0; i < q->o->n; i++) {
        int64_t during;
        if (!ready(q, set, i) || order_gain(q->o, i, &during) > 0 || set->live + during > set->peak) continue;
        add(q, to, known, set, from, i);
        return;
    }
    for (uint32_t i = 0; i < q->o->n; i++)
        if (ready(q, set, i)) add(q, to, known, set, from, i);
}

/* The `width` best sets of the level, by peak, then by what lives. */
static void narrow(Search *q, Level *level, uint32_t width) {
    PackItem *item = arena_array_of(q->a, level->n, PackItem);
    Set *best = arena_array_of(q->a, width, Set);
    for (uint32_t i = 0; i < level->n; i++) item[i] = (PackItem){level->at[i].peak, level->at[i].live, (int)i};
    pack_sort(item, (int)level->n);
    for (uint32_t i = 0; i < width; i++) best[i] = level->at[item[i].index];
    level->at = best;
    level->n = level->cap = width;
}

/* The least that any order has: some job's own operands and results. */
static int64_t lower_bound(const Order *o) {
    int64_t most = 0;
    for (uint32_t i = 0; i < o->n; i++) {
        int64_t sum = o->job[i].scratch, saved = 0;
        for (uint32_t k = 0; k < o->nroot[i]; k++) {
            sum += value_bytes(o->s->g, o->root[i][k]);
            if (o->saves && o->saves[i][k] > saved) saved = o->saves[i][k];
        }
        if (sum - saved > most) most = sum - saved;
    }
    return most;
}

int64_t order_search(Order *o, int64_t peak, uint32_t *order) {
    if (o->n < 3 || o->n > MOST_JOBS || lower_bound(o) >= peak) return peak;
    Search q = {.o = o, .a = arena_new("order"), .words = (o->n + 63) / 64, .below = peak};
    uint32_t width = MOST_EXPANDED / o->n > LEAST_WIDTH ? MOST_EXPANDED / o->n : LEAST_WIDTH;
    q.missing = arena_array_of(q.a, o->n + 1, uint32_t);
    q.level = arena_array_of(q.a, o->n + 1, Level);
    vec_push(q.a, &q.level[0], ((Set){arena_array_of(q.a, q.words, uint64_t), order_reset(o), 0, 0, 0}));
    for (uint32_t d = 0; d < o->n; d++) {
        IdMap known = {0};
        Level *now = &q.level[d];
        if (now->n > width) narrow(&q, now, width);
        for (uint32_t i = 0; i < now->n; i++) expand(&q, &q.level[d + 1], &known, &now->at[i], i);
    }
    if (q.level[o->n].n > 0) {
        const Set *set = &q.level[o->n].at[0];
        peak = set->peak;
        for (uint32_t d = o->n; d > 0; set = &q.level[--d].at[set->from]) order[d - 1] = set->job;
    }
    arena_free(q.a);
    return peak;
}
