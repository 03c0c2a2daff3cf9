/* The order of nodes: files should be sorted, some are not. */
#include "import/onnx/internal.h"

typedef Vec(const char *) Names;

typedef struct {
    OnnxReader *r;
    Map producer; /* output name -> node */
    NodeProto *const *nodes;
    size_t n;
    uint32_t *first, *dep; /* dep[first[i] .. first[i + 1]): nodes that node i reads from */
} Order;

static void add_names(Arena *tmp, Names *to, char *const *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (from[i][0]) vec_push(tmp, to, from[i]);
}

static void used_names(Arena *tmp, const NodeProto *p, Names *out);

/* Names that a sub-graph takes from around it. Depth is bounded by the check of the file. */
static void captured_names(Arena *tmp, const GraphProto *p, Names *out) {
    Map local = {0};
    Names used = {0};
    for (size_t i = 0; i < p->n_input; i++)
        if (p->input[i]->name) map_set(tmp, &local, p->input[i]->name, 0);
    for (size_t i = 0; i < p->n_initializer; i++)
        if (p->initializer[i]->name) map_set(tmp, &local, p->initializer[i]->name, 0);
    for (size_t i = 0; i < p->n_node; i++) {
        for (size_t k = 0; k < p->node[i]->n_output; k++) map_set(tmp, &local, p->node[i]->output[k], 0);
        used_names(tmp, p->node[i], &used);
    }
    for (size_t i = 0; i < p->n_output; i++)
        if (p->output[i]->name) vec_push(tmp, &used, p->output[i]->name);
    for (uint32_t i = 0; i < used.n; i++)
        if (map_get(&local, used.at[i]) == MAP_NONE) vec_push(tmp, out, used.at[i]);
}

static void used_names(Arena *tmp, const NodeProto *p, Names *out) {
    add_names(tmp, out, p->input, p->n_input);
    for (size_t i = 0; i < p->n_attribute; i++) {
        const AttributeProto *a = p->attribute[i];
        if (a->g) captured_names(tmp, a->g, out);
        for (size_t k = 0; k < a->n_graphs; k++) captured_names(tmp, a->graphs[k], out);
    }
}

static bool find_producers(Order *o, const OnnxScope *s) {
    bool ok = true;
    for (size_t i = 0; i < o->n; i++) {
        const NodeProto *p = o->nodes[i];
        for (size_t k = 0; k < p->n_output; k++) {
            const char *name = p->output[k];
            if (!name[0]) continue;
            if (map_get(&o->producer, name) != MAP_NONE || map_get(&s->names, name) != MAP_NONE)
                ok = diag_error(o->r->diag, (Loc){o->r->g->file, p->name, p->op_type, NULL},
                                "every name may be given once",
                                "output '%s' is already the name of another value", name);
            map_set(o->r->tmp, &o->producer, name, (uint32_t)i);
        }
    }
    return ok;
}

/* True when the nodes are in order as they are. */
static bool find_dependences(Order *o) {
    Arena *tmp = o->r->tmp;
    Vec(uint32_t) dep = {0};
    bool sorted = true;
    o->first = arena_array_of(tmp, o->n + 1, uint32_t);
    for (size_t i = 0; i < o->n; i++) {
        Names used = {0};
        used_names(tmp, o->nodes[i], &used);
        o->first[i] = dep.n;
        for (uint32_t k = 0; k < used.n; k++) {
            uint32_t from = map_get(&o->producer, used.at[k]);
            if (from == MAP_NONE) continue;
            vec_push(tmp, &dep, from);
            sorted = sorted && from < i;
        }
    }
    o->first[o->n] = dep.n;
    o->dep = dep.at;
    return sorted;
}

/* `done` says which nodes could be ordered; from one of the others the way back never ends. */
static void report_cycle(Order *o, const bool *done) {
    Arena *tmp = o->r->tmp;
    bool *seen = arena_array_of(tmp, o->n, bool);
    Str text = str_new(tmp);
    size_t at = 0;
    while (done[at]) at++;
    for (int pass = 0, listed = 0; pass < 2;) {
        if (seen[at] == (pass == 0)) { /* met again: now inside the cycle, list it once round */
            pass++;
            if (pass == 2) break;
        }
        seen[at] = pass == 0;
        if (pass == 1 && listed++ < 8) {
            const NodeProto *p = o->nodes[at];
            const char *name = p->name && *p->name ? p->name : p->n_output ? p->output[0] : "";
            str_addf(&text, "%s'%s'", text.n ? " <- " : "", name);
        }
        uint32_t k = o->first[at];
        while (k < o->first[at + 1] && done[o->dep[k]]) k++;
        if (k == o->first[at + 1]) break;
        at = o->dep[k];
    }
    diag_error(o->r->diag, (Loc){.file = o->r->g->file}, "a graph must not depend on its own results",
               "nodes form a cycle: %s", text.at);
}

/* Kahn's algorithm; nodes that become ready are taken first come, first served. */
static uint32_t *sort_nodes(Order *o) {
    Arena *tmp = o->r->tmp;
    uint32_t *order = arena_array_of(tmp, o->n + 1, uint32_t), *left = arena_array_of(tmp, o->n + 1, uint32_t);
    uint32_t *start = arena_array_of(tmp, o->n + 2, uint32_t), ndep = o->first[o->n];
    uint32_t *user = arena_array_of(tmp, (size_t)ndep + 1, uint32_t);
    bool *done = arena_array_of(tmp, o->n + 1, bool);
    for (uint32_t k = 0; k < ndep; k++) start[o->dep[k] + 2]++;
    for (size_t i = 0; i < o->n; i++) start[i + 2] += start[i + 1];
    for (size_t i = 0; i < o->n; i++) {
        left[i] = o->first[i + 1] - o->first[i];
        for (uint32_t k = o->first[i]; k < o->first[i + 1]; k++) user[start[o->dep[k] + 1]++] = (uint32_t)i;
    }
    size_t ready = 0, taken = 0;
    for (size_t i = 0; i < o->n; i++)
        if (!left[i]) order[ready++] = (uint32_t)i;
    for (; taken < ready; taken++) {
        uint32_t i = order[taken];
        done[i] = true;
        for (uint32_t k = start[i]; k < start[i + 1]; k++)
            if (--left[user[k]] == 0) order[ready++] = user[k];
    }
    if (taken == o->n) return order;
    report_cycle(o, done);
    return NULL;
}

uint32_t *onnx_order(OnnxReader *r, const OnnxScope *s, NodeProto *const *nodes, size_t n) {
    Order o = {.r = r, .nodes = nodes, .n = n};
    if (!find_producers(&o, s)) return NULL;
    if (!find_dependences(&o)) return sort_nodes(&o);
    uint32_t *order = arena_array_of(r->tmp, n + 1, uint32_t);
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    return order;
}
