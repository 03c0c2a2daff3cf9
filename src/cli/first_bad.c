#include "cli/first_bad.h"
#include "cli/cmd.h"
#include "ir/graph.h"
#include <string.h>

/* The interpreter makes some 50 M multiply-accumulates a second. */
#define MAX_SEARCH_MACS INT64_C(3000000000)

/* Wide enough for another order of summation, far too narrow for a wrong result. */
static const Tolerance inner = {.rtol = 1e-3, .atol = 1e-4, .atol_of_largest = true, .exact_integers = true};

static void name_node(Arena *a, const Graph *g, NodeId n, const char *value, const char *detail) {
    Str label = str_new(a), shown = str_new(a);
    str_add_quoted(&label, node_label(g, n, a));
    str_add_quoted(&shown, value);
    printf("first bad node: %s (%s), value %s: %s\n", label.at, op_info[g->node.at[n].op].name, shown.at, detail);
}

/* The first value, in the order of the nodes, that the data have and the interpreter makes otherwise. */
static bool import_is_right(Arena *a, Model *m, const Graph *g, const Tensor *const *values, Case *want) {
    for (NodeId n = 0; want && n < g->node.n; n++) {
        const Node *node = &g->node.at[n];
        for (unsigned k = 0; node->op != OP_none && k < node->nout; k++) {
            ValueId v = node->out[k];
            if (v == NO_VALUE || !values[v]) continue;
            uint32_t position = 0;
            while (position < g->output.n && g->output.at[position] != v) position++;
            if (position == g->output.n) position = UINT32_MAX;
            const Tensor *expected = case_want(want, m, position, g->value.at[v].name, values[v]->shape.rank);
            if (!expected) continue;
            Comparison r = compare_tensors(a, values[v], expected, inner);
            if (r.same) continue;
            name_node(a, g, n, g->value.at[v].name, compare_text(a, &r, values[v], expected));
            printf("the reference interpreter gives the same result: the data are of another model, or the operator is "
                   "imported or defined wrongly\n");
            return false;
        }
    }
    for (uint32_t i = 0; want && i < g->output.n; i++) { /* constants and inputs that are outputs */
        const Value *v = &g->value.at[g->output.at[i]];
        const Tensor *got = values[g->output.at[i]] ? values[g->output.at[i]] : value_data(g, g->output.at[i]);
        const Tensor *expected = v->producer == NO_NODE && got ? case_want(want, m, i, v->name, got->shape.rank) : NULL;
        if (!expected) continue;
        Comparison r = compare_tensors(a, got, expected, inner);
        if (r.same) continue;
        printf("output '%s', which no node computes, differs from the data: %s\n", v->name,
               compare_text(a, &r, got, expected));
        return false;
    }
    return true;
}

/* What may be no error where a node of g rounds to steps. */
static const char *halfway(const Graph *g) {
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op == OP_Round || g->node.at[n].op == OP_QuantizeLinear)
            return "  unless it is a step of rounding: what lies halfway may become either, and nodes behind it carry that on\n";
    return "";
}

/* The compiled C against the interpreter, both on the graph after the passes, in the order of its nodes. */
static bool kernels_are_right(Arena *a, const Runner *r, const Tensor *const *out, const Tensor *const *values) {
    const Graph *g = r->built->graph;
    for (NodeId n = 0; n < g->node.n; n++) {
        const Node *node = &g->node.at[n];
        for (unsigned k = 0; node->op != OP_none && k < node->nout; k++) {
            ValueId v = node->out[k];
            if (v == NO_VALUE || !values[v]) continue;
            for (uint32_t i = 0; i < r->nout; i++) {
                if (strcmp(r->out[i].name, g->value.at[v].name)) continue;
                Comparison c = compare_tensors(a, out[i], values[v], inner);
                if (c.same) continue;
                name_node(a, g, n, r->out[i].name, compare_text(a, &c, out[i], values[v]));
                printf("its compiled kernel is wrong: the interpreter differs on the same graph\n%s", halfway(g));
                return false;
            }
        }
    }
    for (uint32_t i = 0; i < g->output.n; i++) { /* constants and inputs that are outputs have no node */
        const Value *v = &g->value.at[g->output.at[i]];
        if (v->producer != NO_NODE || !values[g->output.at[i]]) continue;
        Comparison c = compare_tensors(a, out[i], values[g->output.at[i]], inner);
        if (c.same) continue;
        printf("output '%s', which no node computes, is not written rightly: %s\n", v->name,
               compare_text(a, &c, out[i], values[g->output.at[i]]));
        return false;
    }
    return true;
}

/* Values of the same name before and after the passes. Passes may fold factors across nodes, so a value in between may
 * differ rightly; outputs may not. */
static void passes_report(Arena *a, const Graph *before, const Tensor *const *values, const Graph *after,
                          const Tensor *const *later) {
    for (uint32_t i = 0; i < after->output.n; i++) {
        ValueId w = after->output.at[i], v = graph_find(before, after->value.at[w].name);
        if (v == NO_VALUE || !graph_is_output(before, v) || !values[v] || !later[w]) continue;
        Comparison c = compare_tensors(a, later[w], values[v], inner);
        if (c.same) continue;
        printf("a graph pass is wrong: output '%s' changes: %s\n%s  find it with --skip-pass or --stop-after\n",
               after->value.at[w].name, compare_text(a, &c, later[w], values[v]), halfway(before));
        return;
    }
    printf("no node differs by more than rounding does; the tolerance may be too narrow\n");
}

/* The graph after the passes may have lost inputs that nothing reads. */
static const Tensor **inputs_of(Arena *a, const Graph *after, const Graph *before, const Tensor *const *in) {
    const Tensor **out = arena_array_of(a, after->input.n + 1, const Tensor *);
    for (uint32_t i = 0; i < after->input.n; i++)
        for (uint32_t k = 0; k < before->input.n; k++)
            if (!strcmp(after->value.at[after->input.at[i]].name, before->value.at[before->input.at[k]].name))
                out[i] = in[k];
    return out;
}

/* Multiply-accumulates that the interpreter would take for one run of g, counted until they are too many. */
static bool too_long(const Graph *g, int64_t *macs) {
    *macs = 0;
    for (NodeId n = 0; n < g->node.n && *macs < MAX_SEARCH_MACS; n++)
        if (g->node.at[n].op != OP_none) *macs += node_macs(g, n);
    return *macs >= MAX_SEARCH_MACS;
}

void first_bad(Arena *a, Model *m, const Options *o, const Graph *g, const Tensor *const *in, Case *want) {
    int64_t macs;
    if (too_long(g, &macs)) {
        printf("the first bad node is not searched for: the reference interpreter would take minutes over more than "
               "%lld M multiply-accumulates; try a smaller --input-shape\n", (long long)(macs / 1000000));
        return;
    }
    const Tensor **values = graph_values(a, m->diag, g, in);
    if (!values || !import_is_right(a, m, g, values, want)) return;
    if (o->interpreter) {
        printf("no output differs by more than rounding does; the tolerance may be too narrow\n");
        return;
    }
    Runner *r = runner_open(a, m->diag, o, m, g, true);
    const Tensor **out = r ? runner_run(r, in) : NULL;
    if (!out) return;
    const Tensor **later = graph_values(a, m->diag, r->built->graph, inputs_of(a, r->built->graph, g, in));
    if (later && kernels_are_right(a, r, out, later)) passes_report(a, g, values, r->built->graph, later);
}
