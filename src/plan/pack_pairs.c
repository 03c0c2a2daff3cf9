/* Packing where some buffers may overlap in part: a result that is written behind what has been read of its operand. First
 * fit in many orders; the best order is then changed here and there as long as that helps. */
#include "plan/pack.h"
#include "base/size.h"
#include "plan/pack_internal.h"
#include <string.h>

typedef struct {
    PlanBuffer *buffer;
    int n;
    const PlanPair *pair;
    int npairs;
    int *first, *next; /* of buffer i as a list of 2 * pair, + 1 where i is the operand; -1 ends it */
    int64_t unit;      /* offsets are multiples */
    int64_t *candidate;
    bool *placed;
} Packing;

static bool together(const PlanBuffer *a, const PlanBuffer *b) {
    return a->lower < b->upper && b->lower < a->upper;
}

static int64_t up(int64_t v, int64_t to) {
    int64_t r = v % to;
    return r == 0 ? v : r < 0 ? v - r : v + to - r;
}

/* May the pair lie so? */
static bool pair_fits(const PlanPair *p, int64_t result, int64_t operand) {
    if ((p->down ? result - operand : operand - result) >= p->before) return true;
    return p->multiple > 0 && (operand + p->inside - result) % p->multiple == 0;
}

static const PlanPair *pair_of(const Packing *p, int i, int j) {
    for (int k = p->first[i]; k >= 0; k = p->next[k]) {
        const PlanPair *q = &p->pair[k / 2];
        if ((k % 2 ? q->result : q->operand) == j) return q;
    }
    return NULL;
}

static bool fits(const Packing *p, int i, int64_t at) {
    const PlanBuffer *b = &p->buffer[i];
    for (int j = 0; j < p->n; j++) {
        const PlanBuffer *o = &p->buffer[j];
        if (!p->placed[j] || !together(b, o) || at >= o->offset + o->size || o->offset >= at + b->size) continue;
        const PlanPair *q = pair_of(p, i, j);
        if (!q || !(q->result == i ? pair_fits(q, at, o->offset) : pair_fits(q, o->offset, at))) return false;
    }
    return true;
}

/* The lowest place: 0, behind another buffer, or as near to the other one of a pair as may be. */
static int64_t lowest(Packing *p, int i) {
    const PlanBuffer *b = &p->buffer[i];
    int count = 0;
    p->candidate[count++] = 0;
    for (int j = 0; j < p->n; j++) {
        const PlanBuffer *o = &p->buffer[j];
        if (!p->placed[j] || !together(b, o)) continue;
        p->candidate[count++] = o->offset + o->size;
        const PlanPair *q = pair_of(p, i, j);
        if (!q) continue;
        if (q->result == i) {
            p->candidate[count++] = q->down ? o->offset + q->before : o->offset - q->before - (p->unit - 1);
            if (q->multiple > 0) p->candidate[count++] = o->offset + q->inside;
        } else {
            p->candidate[count++] = q->down ? o->offset - q->before - (p->unit - 1) : o->offset + q->before;
            if (q->multiple > 0) p->candidate[count++] = o->offset - q->inside;
        }
    }
    int64_t best = INT64_MAX;
    for (int k = 0; k < count; k++) {
        int64_t at = up(p->candidate[k], p->unit);
        if (at >= 0 && at < best && fits(p, i, at)) best = at;
    }
    return best;
}

/* Places all in this order; the peak, or `limit` where it does not stay below. */
static int64_t place(Packing *p, const int *order, int64_t limit) {
    int64_t peak = 0;
    memset(p->placed, 0, (size_t)p->n * sizeof *p->placed);
    for (int k = 0; k < p->n; k++) {
        PlanBuffer *b = &p->buffer[order[k]];
        if (b->lower >= b->upper || b->size <= 0) continue;
        b->offset = lowest(p, order[k]);
        p->placed[order[k]] = true;
        if (b->offset > limit - b->size) return limit;
        if (b->offset + b->size > peak) peak = b->offset + b->size;
    }
    return peak;
}

/* What a pair may save of the sum of its sizes. */
static int64_t saving(const PlanBuffer *r, const PlanBuffer *o, const PlanPair *p) {
    const PlanBuffer *behind = p->down ? r : o;
    int64_t larger = r->size > o->size ? r->size : o->size, both = p->before > 0 && !p->multiple ? p->before + behind->size : larger;
    if (both < larger) both = larger;
    return r->size + o->size > both ? r->size + o->size - both : 0;
}

int64_t plan_pairs_bound(const PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs, int32_t *step, int64_t goal, int64_t *excess) {
    int64_t most = 0;
    *step = 0;
    if (excess) *excess = 0;
    for (int i = 0; i < n; i++) { /* steps where something begins */
        int64_t sum = 0;
        int32_t t = buffers[i].lower;
        bool again = t >= buffers[i].upper;
        for (int j = 0; j < i; j++) again |= buffers[j].lower == t && t < buffers[j].upper;
        if (again) continue;
        for (int j = 0; j < n; j++)
            if (buffers[j].lower <= t && t < buffers[j].upper) sum += buffers[j].size;
        for (int k = 0; k < npairs; k++) {
            const PlanBuffer *r = &buffers[pairs[k].result], *o = &buffers[pairs[k].operand];
            if (r->lower <= t && t < r->upper && o->lower <= t && t < o->upper) sum -= saving(r, o, &pairs[k]);
        }
        if (sum > most) most = sum, *step = t;
        if (excess && sum > goal) *excess += sum - goal;
    }
    return most;
}

enum { BY_SIZE, BY_AREA, BY_START, BY_END, ORDERS };
static const char *const order_name[ORDERS] = {"pairs by size", "pairs by area", "pairs by start", "pairs by end"};

static void sort(Packing *p, Arena *tmp, int how, int *order) {
    PackItem *item = arena_array_of(tmp, p->n, PackItem);
    for (int i = 0; i < p->n; i++) {
        const PlanBuffer *b = &p->buffer[i];
        int64_t area, length = (int64_t)b->upper - b->lower;
        if (!size_mul(b->size, length, &area)) area = INT64_MAX;
        item[i] = (PackItem){how == BY_SIZE ? -b->size : how == BY_AREA ? -area : how == BY_START ? b->lower : -(int64_t)b->upper, -b->size, i};
    }
    pack_sort(item, p->n);
    for (int i = 0; i < p->n; i++) order[i] = item[i].index;
}

static Packing packing(Arena *tmp, PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs) {
    Packing p = {buffers, n, pairs, npairs, arena_array_of(tmp, n + 1, int), arena_array_of(tmp, 2 * npairs + 1, int), 1,
                 arena_array_of(tmp, 5 * n + 2, int64_t), arena_array_of(tmp, n + 1, bool)};
    for (int i = 0; i < n; i++) {
        p.first[i] = -1;
        int64_t align = buffers[i].align > 1 ? buffers[i].align : 1;
        if (align > p.unit) p.unit = align;
        buffers[i].offset = 0;
    }
    for (int k = 0; k < 2 * npairs; k++) {
        int i = k % 2 ? pairs[k / 2].operand : pairs[k / 2].result;
        p.next[k] = p.first[i];
        p.first[i] = k;
    }
    return p;
}

#define MOST_WORK 200000000 /* comparisons: some tenths of a second */
#define MOST_CHANGES 20000

/* Puts one buffer elsewhere in the best order, which pseudo-random numbers choose. */
static int64_t improve(Packing *p, Arena *tmp, int *order, int64_t peak, int64_t goal, PlanResult *r) {
    int *other = arena_array_of(tmp, p->n, int);
    uint32_t seed = 1;
    for (int64_t k = 0, each = 5 * (int64_t)p->n * p->n * p->n; peak > goal && k < MOST_CHANGES && (k + 1) * each < MOST_WORK; k++) {
        int at[2];
        for (int i = 0; i < 2; i++) {
            seed = seed * 1664525u + 1013904223u;
            at[i] = (int)((seed >> 8) % (uint32_t)p->n);
        }
        memcpy(other, order, (size_t)p->n * sizeof *other);
        int moved = other[at[0]];
        memmove(other + at[0], other + at[0] + 1, (size_t)(p->n - 1 - at[0]) * sizeof *other);
        memmove(other + at[1] + 1, other + at[1], (size_t)(p->n - 1 - at[1]) * sizeof *other);
        other[at[1]] = moved;
        int64_t now = place(p, other, peak + 1);
        r->nodes++;
        if (now > peak) continue;
        if (now < peak) r->method = "pairs by changes";
        peak = now;
        memcpy(order, other, (size_t)p->n * sizeof *order);
    }
    return peak;
}

PlanResult plan_pack_pairs(Arena *tmp, PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs) {
    Packing p = packing(tmp, buffers, n, pairs, npairs);
    int32_t step;
    PlanResult r = {.peak = INT64_MAX, .lower_bound = plan_pairs_bound(buffers, n, pairs, npairs, &step, 0, NULL), .method = "nothing to pack"};
    int *order = arena_array_of(tmp, n + 1, int), *best = arena_array_of(tmp, n + 1, int);
    for (int how = 0; how < ORDERS && r.peak > r.lower_bound; how++) {
        sort(&p, tmp, how, order);
        int64_t peak = place(&p, order, INT64_MAX);
        if (peak >= r.peak) continue;
        r.peak = peak;
        r.method = order_name[how];
        memcpy(best, order, (size_t)n * sizeof *best);
    }
    r.peak = improve(&p, tmp, best, r.peak, r.lower_bound, &r);
    place(&p, best, INT64_MAX);
    r.optimal = r.peak == r.lower_bound;
    return r;
}

/* All pairs of buffers: slow and plain on purpose. */
bool plan_check_pairs(const PlanBuffer *buffers, int n, const PlanPair *pairs, int npairs, int64_t peak) {
    for (int i = 0; i < n; i++) {
        const PlanBuffer *a = &buffers[i];
        if (a->lower >= a->upper) continue;
        if (a->offset < 0 || a->offset > peak - a->size || (a->align > 1 && a->offset % a->align)) return false;
        for (int j = 0; j < i; j++) {
            const PlanBuffer *b = &buffers[j];
            if (!together(a, b) || a->offset >= b->offset + b->size || b->offset >= a->offset + a->size) continue;
            bool allowed = false;
            for (int k = 0; k < npairs; k++) {
                const PlanBuffer *result = &buffers[pairs[k].result], *operand = &buffers[pairs[k].operand];
                bool same = (result == a && operand == b) || (result == b && operand == a);
                allowed |= same && pair_fits(&pairs[k], result->offset, operand->offset);
            }
            if (!allowed) return false;
        }
    }
    return true;
}
