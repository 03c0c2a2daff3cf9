/* Smallest cut of a flow network, without recursion. */
#include "pass/layout.h"

#define NONE UINT32_MAX

FlowCut *cut_new(Arena *a, uint32_t nodes) {
    FlowCut *c = arena_new_of(a, FlowCut);
    c->arena = a;
    c->nodes = nodes;
    c->first = arena_array_of(a, nodes, uint32_t);
    c->level = arena_array_of(a, nodes, uint32_t);
    c->at = arena_array_of(a, nodes, uint32_t);
    for (uint32_t i = 0; i < nodes; i++) c->first[i] = NONE;
    return c;
}

void cut_edge(FlowCut *c, uint32_t a, uint32_t b, double ab, double ba) {
    if (a == b || (ab <= 0 && ba <= 0)) return;
    vec_push(c->arena, &c->edge, ((FlowEdge){b, c->first[a], ab}));
    c->first[a] = c->edge.n - 1;
    vec_push(c->arena, &c->edge, ((FlowEdge){a, c->first[b], ba}));
    c->first[b] = c->edge.n - 1;
}

/* Distances from the source over edges with room. */
static bool levels(FlowCut *c, uint32_t *queue, uint64_t *steps) {
    uint32_t head = 0, tail = 0;
    for (uint32_t i = 0; i < c->nodes; i++) c->level[i] = NONE;
    c->level[CUT_SOURCE] = 0;
    queue[tail++] = CUT_SOURCE;
    while (head < tail) {
        uint32_t n = queue[head++];
        for (uint32_t e = c->first[n]; e != NONE; e = c->edge.at[e].next, ++*steps) {
            FlowEdge x = c->edge.at[e];
            if (x.room <= 1e-9 || c->level[x.to] != NONE) continue;
            c->level[x.to] = c->level[n] + 1;
            queue[tail++] = x.to;
        }
    }
    return c->level[CUT_SINK] != NONE;
}

/* Flow along one path of the level graph; false when there is none left. */
static bool push_path(FlowCut *c, uint32_t *path, uint64_t *steps) {
    uint32_t n = CUT_SOURCE, length = 0;
    while (n != CUT_SINK) {
        ++*steps;
        uint32_t e = c->at[n];
        if (e == NONE) { /* a dead end: one back */
            if (length == 0) return false;
            n = c->edge.at[path[--length] ^ 1].to;
            c->at[n] = c->edge.at[c->at[n]].next;
            continue;
        }
        FlowEdge x = c->edge.at[e];
        if (x.room > 1e-9 && c->level[x.to] == c->level[n] + 1) {
            path[length++] = e;
            n = x.to;
        } else {
            c->at[n] = x.next;
        }
    }
    double room = CUT_NEVER;
    for (uint32_t i = 0; i < length; i++)
        if (c->edge.at[path[i]].room < room) room = c->edge.at[path[i]].room;
    for (uint32_t i = 0; i < length; i++) {
        c->edge.at[path[i]].room -= room;
        c->edge.at[path[i] ^ 1].room += room;
    }
    return true;
}

bool cut_solve(FlowCut *c, bool *side, uint64_t most) {
    uint32_t *work = arena_array_of(c->arena, c->nodes, uint32_t);
    uint64_t steps = 0;
    while (levels(c, work, &steps)) {
        for (uint32_t i = 0; i < c->nodes; i++) c->at[i] = c->first[i];
        while (push_path(c, work, &steps))
            if (steps > most) return false;
        if (steps > most) return false;
    }
    for (uint32_t i = 0; i < c->nodes; i++) side[i] = c->level[i] != NONE;
    return true;
}
