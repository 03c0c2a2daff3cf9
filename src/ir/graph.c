#include "ir/graph.h"
#include "ir/internal.h"
#include <string.h>

Graph *graph_new(Arena *a, Diag *d, const char *file, const char *name) {
    Graph *g = arena_new_of(a, Graph);
    g->arena = a;
    g->diag = d;
    g->file = arena_strdup(a, file ? file : "");
    g->name = arena_strdup(a, name ? name : "");
    g->sym = sym_new(a);
    return g;
}

static Graph *sub_new(Graph *outer, const char *file, const char *name) {
    Graph *g = arena_new_of(outer->arena, Graph);
    g->arena = outer->arena;
    g->diag = outer->diag;
    g->file = file;
    g->name = arena_strdup(g->arena, name ? name : "");
    g->outer = outer;
    g->sym = outer->sym;
    return g;
}

Graph *graph_new_sub(Graph *outer, const char *name) {
    return sub_new(outer, outer->file, name);
}

ValueId graph_find(const Graph *g, const char *name) {
    return map_get(&g->by_name, name);
}

/* `name` itself, or the first free name.1, name.2 and so on. */
static const char *unique_name(Graph *g, const char *name) {
    if (map_get(&g->by_name, name) == MAP_NONE) return arena_strdup(g->arena, name);
    uint32_t at = map_get(&g->suffix, name);
    const char *try;
    at = at == MAP_NONE ? 0 : at;
    do {
        try = arena_printf(g->arena, "%s.%u", name, ++at);
    } while (map_get(&g->by_name, try) != MAP_NONE);
    map_set(g->arena, &g->suffix, name, at);
    return try;
}

ValueId graph_value(Graph *g, const char *name, DType t, Shape s) {
    if (!name || !*name) name = arena_printf(g->arena, "value.%u", g->fresh++);
    ValueId id = g->value.n;
    Value v = {.name = unique_name(g, name), .dtype = t, .shape = s, .producer = NO_NODE, .captured = NO_VALUE};
    vec_push(g->arena, &g->value, v);
    map_set(g->arena, &g->by_name, v.name, id);
    return id;
}

ValueId capture_named(Graph *g, const char *name, ValueId outer) {
    const Value *from = &g->outer->value.at[outer];
    ValueId id = graph_value(g, name, from->dtype, from->shape);
    g->value.at[id].captured = outer;
    idmap_set(g->arena, &g->captures, outer, id);
    return id;
}

ValueId graph_capture(Graph *g, ValueId outer) {
    ValueId id = idmap_get(&g->captures, outer);
    if (id != NO_VALUE && g->value.at[id].captured == outer) return id;
    return capture_named(g, g->outer->value.at[outer].name, outer);
}

ValueId graph_constant(Graph *g, const char *name, const Tensor *t) {
    ValueId id = graph_value(g, name, t->dtype, t->shape);
    g->value.at[id].data = t;
    return id;
}

ValueId graph_const_float(Graph *g, const char *hint, DType t, double v) {
    Tensor *c = tensor_new(g->arena, t, shape_of(0, NULL));
    tensor_set_float(c, 0, v);
    return graph_constant(g, hint, c);
}

ValueId graph_const_ints(Graph *g, const char *hint, int64_t n, const int64_t *v) {
    Tensor *c = tensor_new(g->arena, DT_i64, shape_of(1, &n));
    for (int64_t i = 0; i < n; i++) tensor_set_int(c, i, v[i]);
    return graph_constant(g, hint, c);
}

NodeId graph_node(Graph *g, Op op, const char *name, int nin, const ValueId *in, int nout, const char *const *out_names,
                  void *attr) {
    static const Shape unknown = {.rank = -1};
    NodeId id = g->node.n;
    Node n = {.op = op, .nin = (uint16_t)nin, .nout = (uint16_t)nout};
    n.name = arena_strdup(g->arena, name ? name : "");
    n.source = op_info[op].name;
    n.in = arena_array_of(g->arena, nin, ValueId);
    n.out = arena_array_of(g->arena, nout, ValueId);
    n.attr = attr ? attr : attr_new(g->arena, op_info[op].attrs);
    if (nin) memcpy(n.in, in, (size_t)nin * sizeof *in);
    for (int i = 0; i < nout; i++) {
        const char *want = out_names ? out_names[i] : NULL;
        n.out[i] = NO_VALUE;
        if (want && !*want) continue;
        if (!want) want = *n.name ? n.name : n.source;
        n.out[i] = graph_value(g, want, DT_none, unknown);
        g->value.at[n.out[i]].producer = id;
        g->value.at[n.out[i]].out_index = (uint16_t)i;
    }
    vec_push(g->arena, &g->node, n);
    return id;
}

void graph_add_input(Graph *g, ValueId v) {
    if (g->value.at[v].is_input) return;
    g->value.at[v].is_input = true;
    vec_push(g->arena, &g->input, v);
}

void graph_add_output(Graph *g, ValueId v) {
    g->value.at[v].is_output = true;
    vec_push(g->arena, &g->output, v);
}

const Sized *graph_sized(const Graph *g, const char *name) {
    for (uint32_t i = 0; i < g->sized.n; i++)
        if (!strcmp(g->sized.at[i].value, name)) return &g->sized.at[i];
    return NULL;
}

bool graph_counts(const Graph *g, ValueId v) {
    for (uint32_t i = 0; i < g->sized.n; i++)
        if (!strcmp(g->sized.at[i].count, g->value.at[v].name)) return true;
    return false;
}

bool graph_is_output(const Graph *g, ValueId v) {
    return g->value.at[v].is_output;
}

static void swap_names(Graph *g, ValueId a, ValueId b) {
    const char *name = g->value.at[a].name;
    g->value.at[a].name = g->value.at[b].name;
    g->value.at[b].name = name;
    map_set(g->arena, &g->by_name, g->value.at[a].name, a);
    map_set(g->arena, &g->by_name, g->value.at[b].name, b);
}

void graph_replace_uses(Graph *g, ValueId from, ValueId to) {
    if (from == to) return;
    for (NodeId i = 0; i < g->node.n; i++) {
        Node *n = &g->node.at[i];
        if (n->op == OP_none) continue;
        for (unsigned k = 0; k < n->nin; k++)
            if (n->in[k] == from) n->in[k] = to;
        for (unsigned s = 0; s < n->nsub; s++)
            for (ValueId v = 0; v < n->sub[s]->value.n; v++)
                if (n->sub[s]->value.at[v].captured == from) n->sub[s]->value.at[v].captured = to;
    }
    Value *f = &g->value.at[from], *t = &g->value.at[to];
    if (!f->is_output) return;
    if (!t->is_input && !t->is_output && !f->is_input) swap_names(g, from, to);
    f->is_output = false;
    t->is_output = true;
    for (uint32_t i = 0; i < g->output.n; i++)
        if (g->output.at[i] == from) g->output.at[i] = to;
}

void graph_remove_node(Graph *g, NodeId id) {
    Node *n = &g->node.at[id];
    for (unsigned i = 0; i < n->nout; i++) {
        ValueId v = n->out[i];
        if (v != NO_VALUE && g->value.at[v].producer == id) g->value.at[v].producer = NO_NODE;
    }
    *n = (Node){.op = OP_none, .name = n->name, .source = n->source};
}

/* ---- order ---- */

typedef struct {
    NodeId node;
    uint32_t next; /* operand to look at next; behind the operands, captures of the sub-graphs */
    uint16_t sub;
} Frame;

/* The next node that f's node needs, or NO_NODE when all were looked at. */
static NodeId next_needed(const Graph *g, Frame *f) {
    const Node *n = &g->node.at[f->node];
    while (f->next < n->nin) {
        ValueId v = n->in[f->next++];
        if (v < g->value.n && g->value.at[v].producer < g->node.n) return g->value.at[v].producer;
    }
    for (; f->sub < n->nsub; f->sub++, f->next = n->nin) {
        const Graph *s = n->sub[f->sub];
        while (f->next - n->nin < s->value.n) {
            ValueId v = s->value.at[f->next++ - n->nin].captured;
            if (v < g->value.n && g->value.at[v].producer < g->node.n) return g->value.at[v].producer;
        }
    }
    return NO_NODE;
}

/* Depth first over what each node needs, from the first node on: linear, and a sorted list stays as it is. */
uint32_t graph_order(const Graph *g, Arena *tmp, NodeId *order, NodeId *bad) {
    enum { NEW, OPEN, DONE };
    uint8_t *state = arena_alloc(tmp, g->node.n);
    Vec(Frame) stack = {0};
    uint32_t count = 0;
    for (NodeId root = 0; root < g->node.n; root++) {
        if (state[root] != NEW || g->node.at[root].op == OP_none) continue;
        vec_push(tmp, &stack, ((Frame){.node = root}));
        state[root] = OPEN;
        while (stack.n) {
            Frame *top = &vec_last(&stack);
            NodeId need = next_needed(g, top);
            if (need == NO_NODE) {
                state[top->node] = DONE;
                order[count++] = top->node;
                stack.n--;
            } else if (state[need] == OPEN) {
                *bad = need;
                return UINT32_MAX;
            } else if (state[need] == NEW && g->node.at[need].op != OP_none) {
                state[need] = OPEN;
                vec_push(tmp, &stack, ((Frame){.node = need}));
            }
        }
    }
    return count;
}

static bool sort_one(Graph *g) {
    Arena *tmp = arena_new("sort");
    NodeId *order = arena_array_of(tmp, g->node.n, NodeId), bad = NO_NODE;
    uint32_t n = graph_order(g, tmp, order, &bad);
    if (n == UINT32_MAX) {
        diag_error(g->diag, node_loc(g, bad, NULL), "the model is damaged; export it again",
                   "the node needs its own output: it lies on a cycle");
        arena_free(tmp);
        return false;
    }
    Node *sorted = arena_array_of(tmp, n, Node);
    for (uint32_t i = 0; i < n; i++) sorted[i] = g->node.at[order[i]];
    for (ValueId v = 0; v < g->value.n; v++) g->value.at[v].producer = NO_NODE;
    for (uint32_t i = 0; i < n; i++) {
        g->node.at[i] = sorted[i];
        for (unsigned k = 0; k < sorted[i].nout; k++)
            if (sorted[i].out[k] < g->value.n) g->value.at[sorted[i].out[k]].producer = i;
    }
    g->node.n = n;
    arena_free(tmp);
    return true;
}

bool graph_sort(Graph *g) {
    if (!sort_one(g)) return false;
    for (NodeId i = 0; i < g->node.n; i++)
        for (unsigned s = 0; s < g->node.at[i].nsub; s++)
            if (!graph_sort(g->node.at[i].sub[s])) return false;
    return true;
}

/* ---- uses ---- */

/* Calls for each use: counts when user is NULL, otherwise fills from the end of each value's part. */
static void walk_uses(const Graph *g, uint32_t *slot, NodeId *user) {
    for (NodeId i = g->node.n; i-- > 0;) {
        const Node *n = &g->node.at[i];
        if (n->op == OP_none) continue;
        for (unsigned k = 0; k < n->nin; k++) {
            if (n->in[k] >= g->value.n) continue;
            if (user)
                user[--slot[n->in[k]]] = i;
            else
                slot[n->in[k]]++;
        }
        for (unsigned s = 0; s < n->nsub; s++)
            for (ValueId v = 0; v < n->sub[s]->value.n; v++) {
                ValueId c = n->sub[s]->value.at[v].captured;
                if (c >= g->value.n) continue;
                if (user)
                    user[--slot[c]] = i;
                else
                    slot[c]++;
            }
    }
}

Uses graph_uses(const Graph *g, Arena *tmp) {
    Uses u;
    u.first = arena_array_of(tmp, (size_t)g->value.n + 1, uint32_t);
    walk_uses(g, u.first, NULL);
    uint32_t total = 0;
    for (ValueId v = 0; v < g->value.n; v++) u.first[v] = total += u.first[v]; /* the end of the part for now */
    u.first[g->value.n] = total;
    u.user = arena_array_of(tmp, total, NodeId);
    walk_uses(g, u.first, u.user);
    return u;
}

const char *node_label(const Graph *g, NodeId id, Arena *a) {
    const Node *n = &g->node.at[id];
    if (n->name && *n->name) return n->name;
    const char *op = (unsigned)n->op < OP_count ? op_info[n->op].name : "?";
    for (unsigned i = 0; i < n->nout; i++)
        if (n->out[i] < g->value.n) return arena_printf(a, "%s -> %s", op, g->value.at[n->out[i]].name);
    return op;
}

Loc node_loc(const Graph *g, NodeId id, const char *field) {
    const Node *n = &g->node.at[id];
    const char *op = n->source && *n->source ? n->source : op_info[n->op].name;
    return (Loc){.file = g->file, .node = node_label(g, id, g->arena), .op = op, .field = field};
}

/* ---- copy ---- */

static const Tensor *copy_tensor(Arena *a, const Tensor *t) {
    return t ? arena_copy(a, t, sizeof *t) : NULL;
}

static Graph *copy_sub(Graph *outer, const Graph *from);

static void copy_node(Graph *g, const Node *from, Node *to) {
    Arena *a = g->arena;
    *to = *from;
    to->name = arena_strdup(a, from->name ? from->name : "");
    to->source = arena_strdup(a, from->source ? from->source : "");
    to->in = arena_copy(a, from->in, from->nin * sizeof *from->in);
    to->out = arena_copy(a, from->out, from->nout * sizeof *from->out);
    if (from->attr) to->attr = attr_copy(a, op_info[from->op].attrs, from->attr);
    if (from->nsub) to->sub = arena_array_of(a, from->nsub, Graph *);
    for (unsigned s = 0; s < from->nsub; s++) to->sub[s] = copy_sub(g, from->sub[s]);
}

static void copy_contents(Graph *g, const Graph *from) {
    Arena *a = g->arena;
    g->fresh = from->fresh;
    vec_reserve(a, &g->value, from->value.n);
    for (ValueId i = 0; i < from->value.n; i++) {
        Value v = from->value.at[i];
        v.name = arena_strdup(a, v.name);
        v.data = copy_tensor(a, v.data);
        int64_t n = v.elements ? shape_count(&v.shape) : -1;
        if (n >= 0) v.elements = arena_copy(a, v.elements, (size_t)n * sizeof *v.elements);
        vec_push(a, &g->value, v);
        map_set(a, &g->by_name, v.name, i);
        if (v.captured != NO_VALUE) idmap_set(a, &g->captures, v.captured, i);
    }
    vec_reserve(a, &g->node, from->node.n);
    for (NodeId i = 0; i < from->node.n; i++) {
        Node n;
        copy_node(g, &from->node.at[i], &n);
        vec_push(a, &g->node, n);
    }
    for (uint32_t i = 0; i < from->input.n; i++) vec_push(a, &g->input, from->input.at[i]);
    for (uint32_t i = 0; i < from->output.n; i++) vec_push(a, &g->output, from->output.at[i]);
    for (uint32_t i = 0; i < from->sized.n; i++) {
        Sized s = from->sized.at[i];
        s.value = arena_strdup(a, s.value);
        s.count = arena_strdup(a, s.count);
        vec_push(a, &g->sized, s);
    }
}

static Graph *copy_sub(Graph *outer, const Graph *from) {
    Graph *g = sub_new(outer, arena_strdup(outer->arena, from->file), from->name);
    if (from->sym != from->outer->sym) g->sym = sym_copy(g->arena, from->sym);
    copy_contents(g, from);
    return g;
}

Graph *graph_copy(Arena *a, const Graph *from) {
    Graph *g = graph_new(a, from->diag, from->file, from->name);
    g->sym = sym_copy(a, from->sym);
    g->outer = from->outer;
    copy_contents(g, from);
    return g;
}
