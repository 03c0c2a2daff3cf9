/* The order of kernels: any topological one is right, some need less memory. List scheduling by the change of live
 * bytes is compared with the order given; where memory is counted, a search goes on from there. */
#include "plan/order_internal.h"

static void collect_roots(Order *o, Arena *tmp) {
    int64_t at;
    for (uint32_t i = 0; i < o->n; i++) {
        const Job *j = &o->job[i];
        o->root[i] = arena_array_of(tmp, j->read.n + j->write.n + 1, ValueId);
        for (uint32_t k = 0; k < j->read.n + j->write.n; k++) {
            ValueId r = storage_root(o->s, k < j->read.n ? j->read.at[k] : j->write.at[k - j->read.n], &at);
            bool seen = !value_in_arena(o->s, r);
            for (uint32_t q = 0; q < o->nroot[i] && !seen; q++) seen = o->root[i][q] == r;
            if (!seen) o->root[i][o->nroot[i]++] = r;
        }
    }
}

static void collect_edges(Order *o, Arena *tmp) {
    uint32_t total = 0;
    o->next_at = arena_array_of(tmp, o->n + 2, uint32_t);
    for (uint32_t i = 0; i < o->n; i++) {
        o->missing[i] = o->job[i].before.n;
        total += o->job[i].before.n;
        for (uint32_t k = 0; k < o->job[i].before.n; k++) o->next_at[o->job[i].before.at[k] + 1]++;
    }
    for (uint32_t i = 0; i < o->n; i++) o->next_at[i + 1] += o->next_at[i];
    o->next = arena_array_of(tmp, total + 1, uint32_t);
    uint32_t *fill = arena_array_of(tmp, o->n + 1, uint32_t);
    for (uint32_t i = 0; i < o->n; i++)
        for (uint32_t k = 0; k < o->job[i].before.n; k++) {
            uint32_t b = o->job[i].before.at[k];
            o->next[o->next_at[b] + fill[b]++] = i;
        }
}

int64_t order_gain(const Order *o, uint32_t i, int64_t *during) {
    int64_t begin = 0, end = 0, saved = 0;
    for (uint32_t k = 0; k < o->nroot[i]; k++) {
        ValueId r = o->root[i][k];
        int64_t bytes = value_bytes(o->s->g, r);
        if (!o->live[r]) begin += bytes;
        if (o->touches[r] != 1) continue;
        end += bytes;
        if (o->saves && o->live[r] && o->saves[i][k] > saved) saved = o->saves[i][k];
    }
    *during = begin - saved + o->job[i].scratch;
    return begin - end;
}

int64_t order_run(Order *o, uint32_t i, int64_t *live) {
    int64_t during, change = order_gain(o, i, &during), peak = *live + during;
    *live += change;
    for (uint32_t k = 0; k < o->nroot[i]; k++) o->live[o->root[i][k]] = --o->touches[o->root[i][k]] > 0;
    return peak;
}

int64_t order_reset(Order *o) {
    const Graph *g = o->s->g;
    int64_t at, begin = 0;
    memset(o->touches, 0, g->value.n * sizeof *o->touches);
    memset(o->live, 0, g->value.n * sizeof *o->live);
    for (uint32_t i = 0; i < o->n; i++)
        for (uint32_t k = 0; k < o->nroot[i]; k++) o->touches[o->root[i][k]]++;
    for (uint32_t i = 0; o->s->ports && i < g->input.n; i++) {
        ValueId r = storage_root(o->s, g->input.at[i], &at);
        if (o->live[r] || !o->touches[r]) continue;
        o->live[r] = true;
        begin += value_bytes(g, r);
    }
    for (uint32_t i = 0; o->s->ports && i < g->output.n; i++) o->touches[storage_root(o->s, g->output.at[i], &at)]++;
    return begin;
}

static int64_t peak_of(Order *o, const uint32_t *order) {
    int64_t live = order_reset(o), peak = 0;
    for (uint32_t i = 0; i < o->n; i++) {
        int64_t p = order_run(o, order[i], &live);
        if (p > peak) peak = p;
    }
    return peak;
}

#define MAX_READY 256 /* candidates looked at in a step: wide graphs stay linear */

static int64_t list_schedule(Order *o, Arena *tmp, uint32_t *order) {
    Vec(uint32_t) ready = {0};
    uint32_t *missing = arena_copy(tmp, o->missing, (o->n + 1) * sizeof *missing);
    int64_t live = order_reset(o), peak = 0;
    for (uint32_t i = 0; i < o->n; i++)
        if (!missing[i]) vec_push(tmp, &ready, i);
    for (uint32_t done = 0; done < o->n && ready.n > 0; done++) {
        uint32_t best = 0;
        int64_t best_gain = INT64_MAX, best_during = INT64_MAX;
        for (uint32_t k = 0; k < ready.n && k < MAX_READY; k++) {
            int64_t during, c = order_gain(o, ready.at[k], &during);
            if (c < best_gain || (c == best_gain && (during < best_during || (during == best_during && ready.at[k] < ready.at[best])))) {
                best = k;
                best_gain = c;
                best_during = during;
            }
        }
        uint32_t i = ready.at[best];
        ready.at[best] = ready.at[--ready.n];
        order[done] = i;
        int64_t p = order_run(o, i, &live);
        if (p > peak) peak = p;
        for (uint32_t e = o->next_at[i]; e < o->next_at[i + 1]; e++)
            if (--missing[o->next[e]] == 0) vec_push(tmp, &ready, o->next[e]);
    }
    return peak;
}

/* What each job's result can lie over. */
static void collect_saves(Order *o, Arena *tmp, const bool *keeps) {
    int64_t at;
    o->saves = arena_array_of(tmp, o->n + 1, int64_t *);
    for (uint32_t i = 0; i < o->n; i++) {
        o->saves[i] = arena_array_of(tmp, o->nroot[i] + 1, int64_t);
        for (uint32_t q = 0; q < o->job[i].read.n; q++) {
            ValueId r = storage_root(o->s, o->job[i].read.at[q], &at);
            int64_t saved = storage_saves(o->s, tmp, &o->job[i], q, keeps && keeps[i]);
            for (uint32_t k = 0; k < o->nroot[i]; k++)
                if (o->root[i][k] == r) o->saves[i][k] = saved;
        }
    }
}

int64_t storage_order(const Storage *s, Arena *tmp, const Job *job, uint32_t n, bool search, const bool *keeps, uint32_t *order) {
    uint32_t nv = s->g->value.n;
    Order o = {.s = s, .job = job, .n = n, .root = arena_array_of(tmp, n + 1, ValueId *), .nroot = arena_array_of(tmp, n + 1, uint32_t),
               .touches = arena_array_of(tmp, nv + 1, uint32_t), .live = arena_array_of(tmp, nv + 1, bool), .missing = arena_array_of(tmp, n + 1, uint32_t)};
    collect_roots(&o, tmp);
    collect_edges(&o, tmp);
    if (search) collect_saves(&o, tmp, keeps);
    for (uint32_t i = 0; i < n; i++) order[i] = i;
    int64_t peak = peak_of(&o, order);
    uint32_t *other = arena_array_of(tmp, n + 1, uint32_t);
    int64_t listed = list_schedule(&o, tmp, other);
    if (listed < peak) {
        peak = listed;
        memcpy(order, other, n * sizeof *order);
    }
    return search ? order_search(&o, peak, order) : peak;
}
