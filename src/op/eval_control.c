/* The interpreter of If and Loop. */
#include "op/op.h"

static bool run_graph(const Graph *sub, const Tensor *const *in, const Tensor **out, Arena *a, Diag *d) {
    const Tensor **values = arena_array_of(a, sub->value.n + 1, const Tensor *);
    for (uint32_t i = 0; i < sub->input.n; i++) values[sub->input.at[i]] = in[i];
    if (!graph_eval(sub, values, a, d, NULL)) return false;
    for (uint32_t i = 0; i < sub->output.n; i++) {
        ValueId v = sub->output.at[i];
        out[i] = values[v] ? values[v] : value_data(sub, v);
        if (out[i]) out[i] = tensor_contents(out[i], a);
        if (!out[i] || !out[i]->data) return diag_error(d, (Loc){.file = sub->file}, NULL, "a sub-graph gives no result");
    }
    return true;
}

static bool eval_if(const Node *node, const Tensor *const *in, Tensor **out, Arena *a, Diag *d) {
    const Graph *sub = node->sub[tensor_int(tensor_contents(in[0], a), 0) != 0 ? 0 : 1];
    const Tensor **got = arena_array_of(a, node->nout + 1u, const Tensor *);
    if (!run_graph(sub, in + 1, got, a, d)) return false;
    for (unsigned i = 0; i < node->nout; i++) out[i] = arena_copy(a, got[i], sizeof *got[i]);
    return true;
}

/* What one turn gives is copied: into the carried values, or behind the parts of earlier turns. */
static bool take_turn(const Node *node, const Tensor **got, int64_t turn, Tensor **out) {
    const Attr_Loop *attr = node->attr;
    for (unsigned i = 0; i < node->nout; i++) {
        const Tensor *t = got[1 + i];
        size_t at = i < (uint64_t)attr->carried ? 0 : (size_t)turn * t->bytes;
        if (at + t->bytes > out[i]->bytes) return false;
        if (t->bytes) memcpy((char *)(uintptr_t)out[i]->data + at, t->data, t->bytes);
    }
    return true;
}

static bool eval_loop(const Graph *g, NodeId id, const Tensor *const *in, Tensor **out, Arena *a, Diag *d) {
    const Node *node = &g->node.at[id];
    const Attr_Loop *attr = node->attr;
    const Graph *body = node->sub[0];
    int64_t trips = attr->trips >= 0 && !attr->limited ? attr->trips : INT64_MAX, most = INT64_MAX;
    if (node->in[0] != NO_VALUE) most = tensor_int(tensor_contents(in[0], a), 0);
    if (most < trips) trips = most;
    bool going = tensor_int(tensor_contents(in[1], a), 0) != 0, ok = true;
    const Tensor **inner = arena_array_of(a, body->input.n + 1, const Tensor *);
    const Tensor **got = arena_array_of(a, body->output.n + 1, const Tensor *);
    Tensor *turn = tensor_new(a, DT_i64, (Shape){.rank = 0}), *yes = tensor_new(a, DT_bool, (Shape){.rank = 0});
    tensor_set_int(yes, 0, 1);
    for (unsigned i = 0; i < node->nout; i++) {
        const Value *v = &g->value.at[node->out[i]];
        out[i] = tensor_new(a, v->dtype, v->shape);
        if (!out[i]->data) return diag_error(d, (Loc){.file = g->file}, NULL, "'%s' is too large", v->name);
        if (i >= (uint64_t)attr->carried || !out[i]->bytes) continue;
        memcpy((void *)(uintptr_t)out[i]->data, tensor_contents(in[2 + i], a)->data, out[i]->bytes);
    }
    inner[0] = turn, inner[1] = yes;
    for (uint32_t i = 2; i < body->input.n; i++) inner[i] = i < 2 + (uint64_t)attr->carried ? out[i - 2] : in[i];
    for (int64_t k = 0; ok && going && k < trips; k++) {
        if (attr->limited && k == attr->trips)
            return diag_error(d, node_loc(g, id, "trips"), "give more with --trips N",
                              "runs more often than the %lld times that there is room for", (long long)k);
        Arena *tmp = arena_new("turn of a loop");
        tensor_set_int(turn, 0, k);
        ok = run_graph(body, inner, got, tmp, d) && take_turn(node, got, k, out);
        if (ok) going = tensor_int(got[0], 0) != 0;
        arena_free(tmp);
    }
    return ok;
}

bool control_eval(const Graph *g, NodeId id, const Tensor *const *in, Tensor **out, Arena *a, Diag *d) {
    const Node *node = &g->node.at[id];
    for (unsigned i = 0; i < node->nin; i++)
        if (node->in[i] != NO_VALUE && (!in[i] || !tensor_contents(in[i], a)->data))
            return diag_error(d, node_loc(g, id, NULL), NULL, "an operand has no contents");
    for (unsigned i = 0; i < node->nout; i++)
        if (node->out[i] == NO_VALUE) return diag_error(d, node_loc(g, id, NULL), NULL, "a result has no name");
    return node->op == OP_If ? eval_if(node, in, out, a, d) : eval_loop(g, id, in, out, a, d);
}
