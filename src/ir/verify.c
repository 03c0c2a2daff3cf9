/* The graph's invariants. Every fault is reported; linear in nodes, operands and values. */
#include "base/size.h"
#include "ir/internal.h"
#include <stdarg.h>
#include <string.h>

typedef struct {
    const Graph *g;
    Arena *tmp;
    uint32_t faults;
    bool unordered; /* an operand is made by a later node */
} Check;

static const char *const hint =
    "this is a defect of the pass or importer that ran before, or of the text that was read";

__attribute__((format(printf, 3, 4))) static void value_fault(Check *c, ValueId v, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *name = c->g->value.at[v].name, *text = arena_vprintf(c->tmp, format, args);
    va_end(args);
    c->faults++;
    diag_error(c->g->diag, (Loc){.file = c->g->file}, hint, "value '%s': %s", name ? name : "", text);
}

__attribute__((format(printf, 3, 4))) static void node_fault(Check *c, NodeId n, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(c->tmp, format, args);
    va_end(args);
    c->faults++;
    const Node *x = &c->g->node.at[n];
    bool known = (unsigned)x->op < OP_count;
    Loc loc = known ? node_loc(c->g, n, NULL) : (Loc){.file = c->g->file, .node = x->name};
    diag_error(c->g->diag, loc, hint, "%s", text);
}

__attribute__((format(printf, 2, 3))) static void graph_fault(Check *c, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(c->tmp, format, args);
    va_end(args);
    c->faults++;
    diag_error(c->g->diag, (Loc){.file = c->g->file}, hint, "graph '%s': %s", c->g->name ? c->g->name : "", text);
}

/* Something gives the value contents: it is not a leftover of a removed node. */
static bool value_defined(const Value *v) {
    return v->is_input || v->data || v->captured != NO_VALUE || v->producer != NO_NODE;
}

/* ---- values ---- */

static void check_type(Check *c, ValueId id) {
    const Value *v = &c->g->value.at[id];
    if (v->dtype <= DT_none || v->dtype >= DT_count) value_fault(c, id, "its element type is not set");
    if (v->shape.rank < 0) {
        value_fault(c, id, "its shape is not known");
    } else if (v->shape.rank > MAX_RANK) {
        value_fault(c, id, "rank %d is above %d", v->shape.rank, MAX_RANK);
    } else {
        for (int i = 0; i < v->shape.rank; i++)
            if (!dim_valid(c->g->sym, v->shape.dim[i]))
                value_fault(c, id, "dimension %d is no number or expression", i);
    }
}

static void check_data(Check *c, ValueId id) {
    const Value *v = &c->g->value.at[id];
    const Tensor *t = v->data;
    if (t->shape.rank > MAX_RANK || v->shape.rank > MAX_RANK) {
        value_fault(c, id, "rank %d of its contents is above %d", t->shape.rank, MAX_RANK);
        return;
    }
    int64_t count = shape_count(&t->shape), bytes;
    if (v->producer != NO_NODE) value_fault(c, id, "it is a constant and a node's output");
    if (t->dtype != v->dtype || !shape_equal(&t->shape, &v->shape))
        value_fault(c, id, "its type differs from that of its contents");
    if (t->dtype <= DT_none || t->dtype >= DT_count || count < 0)
        value_fault(c, id, "its contents have no definite type and size");
    else if (!size_mul(count, (int64_t)element_bytes(t->dtype), &bytes) || (uint64_t)bytes != t->bytes)
        value_fault(c, id, "its contents have %zu bytes, not %lld elements of %zu", t->bytes, (long long)count,
                    element_bytes(t->dtype));
    else if (!t->data && !t->rule)
        value_fault(c, id, "its contents are missing");
}

static void check_producer(Check *c, ValueId id) {
    const Value *v = &c->g->value.at[id];
    if (v->is_input) value_fault(c, id, "it is an input and a node's output");
    if (v->producer >= c->g->node.n) {
        value_fault(c, id, "its producer %u does not exist", v->producer);
        return;
    }
    const Node *n = &c->g->node.at[v->producer];
    if (n->op == OP_none)
        value_fault(c, id, "its producer was removed");
    else if (v->out_index >= n->nout || n->out[v->out_index] != id)
        value_fault(c, id, "its producer '%s' does not have it as output %u", node_label(c->g, v->producer, c->tmp),
                    v->out_index);
}

static void check_values(Check *c) {
    const Graph *g = c->g;
    for (ValueId id = 0; id < g->value.n; id++) {
        const Value *v = &g->value.at[id];
        if (!v->name || !*v->name)
            value_fault(c, id, "value %u has no name", id);
        else if (map_get(&g->by_name, v->name) != id)
            value_fault(c, id, "its name is not unique or not in the table of names");
        if (!value_defined(v)) continue;
        check_type(c, id);
        if (v->data) check_data(c, id);
        if (v->producer != NO_NODE) check_producer(c, id);
        if (v->captured != NO_VALUE && (!g->outer || v->captured >= g->outer->value.n))
            value_fault(c, id, "it stands for a value that no outer graph has");
        else if (v->captured != NO_VALUE && (v->producer != NO_NODE || v->data || v->is_input))
            value_fault(c, id, "it is captured and defined here");
    }
}

static void check_interface(Check *c) {
    const Graph *g = c->g;
    uint8_t *listed = arena_alloc(c->tmp, g->value.n); /* 1: input, 2: output */
    for (uint32_t i = 0; i < g->input.n; i++) {
        ValueId v = g->input.at[i];
        if (v >= g->value.n)
            graph_fault(c, "input %u does not exist", i);
        else if (listed[v]++)
            value_fault(c, v, "it is listed twice as an input");
        else if (!g->value.at[v].is_input)
            value_fault(c, v, "it is listed as an input and not marked as one");
    }
    for (ValueId v = 0; v < g->value.n; v++)
        if (g->value.at[v].is_input && !listed[v]) value_fault(c, v, "it is marked as an input and not listed");
    for (uint32_t i = 0; i < g->sized.n; i++) {
        const Sized *s = &g->sized.at[i];
        ValueId v = graph_find(g, s->value), count = graph_find(g, s->count);
        if (v == NO_VALUE || count == NO_VALUE) {
            graph_fault(c, "the size of '%s' names a value that does not exist", s->value);
            continue;
        }
        if (s->axis < 0 || s->axis >= g->value.at[v].shape.rank) value_fault(c, v, "it has no dimension %d to be counted along", s->axis);
        if (g->value.at[count].dtype != DT_i64 || shape_count(&g->value.at[count].shape) != 1) value_fault(c, count, "it counts and is not one i64");
    }
    memset(listed, 0, g->value.n);
    for (uint32_t i = 0; i < g->output.n; i++) {
        ValueId v = g->output.at[i];
        if (v >= g->value.n) {
            graph_fault(c, "output %u does not exist", i);
            continue;
        }
        listed[v] = 1;
        if (!g->value.at[v].is_output) value_fault(c, v, "it is listed as an output and not marked as one");
        if (!value_defined(&g->value.at[v])) value_fault(c, v, "it is an output and nothing produces it");
    }
    for (ValueId v = 0; v < g->value.n; v++)
        if (g->value.at[v].is_output && !listed[v]) value_fault(c, v, "it is marked as an output and not listed");
}

/* ---- nodes ---- */

static void check_arity(Check *c, NodeId id) {
    const Node *n = &c->g->node.at[id];
    const OpInfo *o = &op_info[n->op];
    if (n->nin < o->in_min || n->nin > o->in_max)
        node_fault(c, id, "%u operands, the operator takes %u to %u", n->nin, o->in_min, o->in_max);
    if (n->nout < o->out_min || n->nout > o->out_max)
        node_fault(c, id, "%u outputs, the operator has %u to %u", n->nout, o->out_min, o->out_max);
    bool list = o->in_max == UINT16_MAX && o->cls != CLASS_control;
    for (unsigned i = 0; i < n->nin && (i < o->in_min || list); i++)
        if (n->in[i] == NO_VALUE) node_fault(c, id, "operand %u is required and absent", i);
    if (!n->attr && o->attrs->n) node_fault(c, id, "its attributes are missing");
    if (n->nsub && o->cls != CLASS_control) node_fault(c, id, "it has sub-graphs and is no control operator");
}

static void check_operand(Check *c, NodeId id, unsigned i) {
    const Graph *g = c->g;
    ValueId v = g->node.at[id].in[i];
    if (v == NO_VALUE) return;
    if (v >= g->value.n) {
        node_fault(c, id, "operand %u does not exist (value %u)", i, v);
        return;
    }
    const Value *x = &g->value.at[v];
    if (!value_defined(x)) node_fault(c, id, "nothing produces operand %u '%s'", i, x->name ? x->name : "");
    if (x->producer == NO_NODE || x->producer < id || x->producer >= g->node.n) return;
    c->unordered = true;
    node_fault(c, id, "operand %u '%s' is made by %s '%s'", i, x->name ? x->name : "",
               x->producer == id ? "the node itself" : "the later node", node_label(g, x->producer, c->tmp));
}

static void check_outputs(Check *c, NodeId id) {
    const Graph *g = c->g;
    const Node *n = &g->node.at[id];
    for (unsigned i = 0; i < n->nout; i++) {
        ValueId v = n->out[i];
        if (v == NO_VALUE) continue;
        if (v >= g->value.n) {
            node_fault(c, id, "output %u does not exist (value %u)", i, v);
            continue;
        }
        const Value *x = &g->value.at[v];
        if (x->producer == NO_NODE || x->producer >= g->node.n)
            node_fault(c, id, "output %u '%s' does not name it as its producer", i, x->name ? x->name : "");
        else if (x->producer != id || x->out_index != i)
            node_fault(c, id, "output %u '%s' is also output %u of node '%s'", i, x->name ? x->name : "", x->out_index,
                       node_label(g, x->producer, c->tmp));
    }
}

static bool verify_at(const Graph *g, int depth);

static void check_subs(Check *c, NodeId id, int depth) {
    const Node *n = &c->g->node.at[id];
    for (unsigned s = 0; s < n->nsub; s++) {
        const Graph *sub = n->sub[s];
        if (!sub || sub->outer != c->g) {
            node_fault(c, id, "sub-graph %u is missing or belongs to another graph", s);
            continue;
        }
        if (depth == MAX_SUBGRAPHS)
            node_fault(c, id, "sub-graphs are nested more than %d deep", MAX_SUBGRAPHS);
        else if (!verify_at(sub, depth + 1))
            c->faults++;
        for (ValueId v = 0; v < sub->value.n; v++) {
            ValueId from = sub->value.at[v].captured;
            if (from >= c->g->value.n) continue;
            const Value *x = &c->g->value.at[from];
            if (!value_defined(x) || (x->producer != NO_NODE && x->producer >= id))
                node_fault(c, id, "its sub-graph reads '%s', which is not made before it", x->name ? x->name : "");
            if (x->producer != NO_NODE && x->producer >= id) c->unordered = true;
        }
    }
}

static void check_nodes(Check *c, int depth) {
    const Graph *g = c->g;
    for (NodeId id = 0; id < g->node.n; id++) {
        const Node *n = &g->node.at[id];
        if (n->op == OP_none) continue;
        if ((unsigned)n->op >= OP_count) {
            node_fault(c, id, "operator number %u does not exist", (unsigned)n->op);
            continue;
        }
        check_arity(c, id);
        for (unsigned i = 0; i < n->nin; i++) check_operand(c, id, i);
        check_outputs(c, id);
        check_subs(c, id, depth);
    }
    if (!c->unordered) return;
    NodeId *order = arena_array_of(c->tmp, g->node.n, NodeId), bad = NO_NODE;
    if (graph_order(g, c->tmp, order, &bad) == UINT32_MAX)
        node_fault(c, bad, "the node needs its own output: it lies on a cycle");
}

static bool verify_at(const Graph *g, int depth) {
    Check c = {.g = g, .tmp = arena_new("verify")};
    check_values(&c);
    check_interface(&c);
    check_nodes(&c, depth);
    arena_free(c.tmp);
    return c.faults == 0;
}

bool graph_verify(const Graph *g) {
    return verify_at(g, 0);
}
