/* Groups become jobs. */
#include "plan/jobs.h"
#include "plan/control.h"
#include "plan/half.h"

typedef struct {
    Arena *a;
    Graph *g;
    Diag *d;
    bool plain;
    bool *covered;
    bool **only;
    uint32_t *job_of; /* node -> job, UINT32_MAX: none */
    Jobs *out;
} Maker;

/* Every dim must be a number by now. */
static bool dims_known(const Graph *g, Diag *d) {
    bool ok = true;
    for (uint32_t n = 0; n < g->node.n; n++)
        for (unsigned i = 0; i < g->node.at[n].nout; i++) {
            ValueId v = g->node.at[n].out[i];
            if (v == NO_VALUE || shape_known(value_shape(g, v)) || !ok) continue;
            Str s = str_new(g->arena);
            shape_print(g->sym, value_shape(g, v), &s);
            ok = false;
            diag_error(d, node_loc(g, n, NULL), "give the inputs' dims with --input-shape NAME=1x3x224x224",
                       "the shape %s of its result is not known at compile time", s.at);
        }
    return ok;
}

static void push_once(Arena *a, ValueId v, ValueId **at, uint32_t *n, uint32_t *cap) {
    for (uint32_t i = 0; i < *n; i++)
        if ((*at)[i] == v) return;
    if (*n == *cap) *at = vec_grow(a, *at, cap, *n + 1, sizeof **at);
    (*at)[(*n)++] = v;
}

static bool job_nest(Maker *m, Job *j) {
    NodeId root = vec_last(&j->member);
    j->only = m->only[root];
    j->control = op_info[m->g->node.at[root].op].cls == CLASS_control;
    j->nest = j->control ? control_nest(m->a, m->g, root)
                         : kernel_nest(m->a, m->g, j->member.at, j->member.n, j->only, m->plain, m->d);
    if (!j->nest) return false;
    for (uint32_t b = 0; b < j->nest->buf.n; b++) {
        const Buffer *x = &j->nest->buf.at[b];
        if (x->kind == BUF_in) push_once(m->a, x->value, &j->read.at, &j->read.n, &j->read.cap);
        if (x->kind == BUF_out) push_once(m->a, x->value, &j->write.at, &j->write.n, &j->write.cap);
    }
    return true;
}

/* Jobs that make value v, looking through nodes that are only names and through Concat's operands in place. */
static void makers(Maker *m, uint32_t self, ValueId v, IdMap *seen, Job *j) {
    Vec(ValueId) todo = {0};
    vec_push(m->a, &todo, v);
    while (todo.n > 0) {
        ValueId x = todo.at[--todo.n];
        NodeId p = m->g->value.at[x].producer;
        if (p == NO_NODE || idmap_get(seen, p) != MAP_NONE) continue;
        idmap_set(m->a, seen, p, 1);
        uint32_t made = m->job_of[p];
        if (made != UINT32_MAX && made != self) vec_push(m->a, &j->before, made);
        if (m->covered[p] || m->only[p])
            for (unsigned i = 0; i < m->g->node.at[p].nin; i++)
                if (m->g->node.at[p].in[i] != NO_VALUE) vec_push(m->a, &todo, m->g->node.at[p].in[i]);
    }
}

static void dedupe(Job *j) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < j->before.n; i++) {
        bool again = false;
        for (uint32_t k = 0; k < kept; k++) again |= j->before.at[k] == j->before.at[i];
        if (!again) j->before.at[kept++] = j->before.at[i];
    }
    j->before.n = kept;
}

static void mark_outputs(Graph *g, const uint32_t *last) {
    for (NodeId n = 0; n < g->node.n; n++) {
        if (last[g->node.at[n].group] != n) continue;
        for (unsigned i = 0; i < g->node.at[n].nout; i++) {
            ValueId v = g->node.at[n].out[i];
            if (v != NO_VALUE && !g->value.at[v].is_output) graph_add_output(g, v);
        }
    }
}

bool jobs_make(Arena *a, Graph *g, bool keep_all, bool plain, bool halves, Diag *d, Jobs *out) {
    Maker m = {a, g, d, plain, arena_array_of(a, g->node.n + 1, bool), arena_array_of(a, g->node.n + 1, bool *),
               arena_array_of(a, g->node.n + 1, uint32_t), out};
    if (!dims_known(g, d)) return false;
    uint32_t groups = group_nodes(g, a), *last = arena_array_of(a, groups + 1, uint32_t);
    for (NodeId n = 0; n < g->node.n; n++) last[g->node.at[n].group] = n; /* the root is the last member */
    if (keep_all) mark_outputs(g, last);
    if (halves && !plain) half_values(g, a);
    out->storage = storage_views(a, g, plain, m.covered, m.only);
    out->at = arena_array_of(a, groups + 1, Job);
    uint32_t *job_of_group = arena_array_of(a, groups + 1, uint32_t);
    for (uint32_t i = 0; i <= groups; i++) job_of_group[i] = UINT32_MAX;
    for (NodeId n = 0; n < g->node.n; n++) m.job_of[n] = UINT32_MAX;
    Vec(NodeId) *member = arena_array(a, groups + 1, sizeof *member);
    for (NodeId n = 0; n < g->node.n; n++) vec_push(a, &member[g->node.at[n].group], n);
    for (NodeId n = 0; n < g->node.n; n++) { /* jobs in the order of their roots */
        uint32_t grp = g->node.at[n].group;
        if (last[grp] != n || m.covered[n]) continue;
        Job *j = &out->at[out->n];
        for (uint32_t i = 0; i < member[grp].n; i++) {
            vec_push(a, &j->member, member[grp].at[i]);
            m.job_of[member[grp].at[i]] = out->n;
        }
        if (!job_nest(&m, j)) return false;
        out->n++;
    }
    for (uint32_t i = 0; i < out->n; i++) {
        IdMap seen = {0};
        for (uint32_t k = 0; k < out->at[i].read.n; k++) makers(&m, i, out->at[i].read.at[k], &seen, &out->at[i]);
        dedupe(&out->at[i]);
    }
    return true;
}
