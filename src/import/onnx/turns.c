/* Loops and branches that are decided while running: a Loop or If of ours, with sub-graphs. */
#include "import/onnx/internal.h"

/* ---- loops ---- */

bool onnx_turns_open(OnnxTurns *t, OnnxNode *n, uint32_t ncarried, const ValueId *first) {
    Arena *tmp = n->r->tmp;
    const Shape scalar = {.rank = 0};
    *t = (OnnxTurns){.n = n, .ncarried = ncarried, .first = first};
    t->state = arena_array_of(tmp, ncarried + 1, ValueId);
    for (uint32_t i = 0; i < ncarried; i++)
        if (first[i] >= n->g->value.n)
            return ox_error(n, NULL, NULL, "carried value %u is no tensor, and the loop is not unrolled", i);
    onnx_sub_open(&t->sub, n, "body");
    Graph *g = t->sub.g;
    t->turn = graph_value(g, "turn", DT_i64, scalar);
    graph_add_input(g, t->turn);
    graph_add_input(g, graph_value(g, "cond", DT_bool, scalar));
    for (uint32_t i = 0; i < ncarried; i++) {
        const Value v = t->sub.around->value.at[first[i]];
        t->state[i] = graph_value(g, v.name, v.dtype, v.shape);
        graph_add_input(g, t->state[i]);
    }
    return true;
}

void onnx_turns_drop(OnnxTurns *t) {
    Graph *g = t->sub.g;
    t->ncarried--;
    g->value.at[vec_last(&g->input)].is_input = false;
    g->input.n--;
}

bool onnx_turns_close(OnnxTurns *t, const OnnxTurnsEnd *end, const char *const *names, ValueId *result) {
    OnnxNode *n = t->n;
    OnnxValues in = {0};
    OnnxSub *sub = &t->sub;
    bool ok = !n->bad && onnx_sub_output(sub, end->again);
    for (uint32_t i = 0; ok && i < t->ncarried; i++) ok = onnx_sub_output(sub, end->next[i]);
    for (uint32_t i = 0; ok && i < end->nparts; i++) ok = onnx_sub_output(sub, end->part[i]);
    onnx_sub_close(sub);
    if (!ok) return false;
    vec_push(n->r->tmp, &in, end->most);
    vec_push(n->r->tmp, &in, end->cond);
    for (uint32_t i = 0; i < t->ncarried; i++) vec_push(n->r->tmp, &in, t->first[i]);
    onnx_sub_inputs(n->r, &sub, 1, &in);
    Attr_Loop *a = ox_new(n, OP_Loop);
    a->carried = t->ncarried;
    a->trips = end->trips;
    a->whole = end->whole;
    a->limited = end->limited;
    return onnx_sub_node(n, OP_Loop, &in, a, &sub, 1, t->ncarried + end->nparts, names, result);
}

/* ---- branches ---- */

/* Outputs that are sequences become one output a tensor. */
typedef struct {
    OnnxSub sub;
    ValueId *out;    /* of the branch, as the body names them */
    uint32_t *count; /* tensors of each output; UINT32_MAX: it is a tensor itself */
} Branch;

static bool walk_branch(Branch *b, OnnxNode *n, const char *attr, const char *part) {
    OnnxBody body;
    if (!onnx_body_open(&body, n, attr)) return false;
    if (body.p->n_output < n->nout)
        return ox_error(n, attr, NULL, "has %zu outputs, the node %u", body.p->n_output, n->nout);
    b->out = arena_array_of(n->r->tmp, body.p->n_output + 1, ValueId);
    b->count = arena_array_of(n->r->tmp, n->nout + 1, uint32_t);
    if (!onnx_body_walk(&body, part, 0, NULL, b->out)) return false;
    for (uint32_t i = 0; i < n->nout; i++) {
        const OnnxList *list = onnx_list(n->r, b->out[i]);
        b->count[i] = list ? list->n : UINT32_MAX;
        if (!ox_wants(n, i)) continue;
        if (list && list->none) return ox_error(n, attr, NULL, "output %u is an optional without element", i);
        for (uint32_t k = 0; k < (list ? list->n : 1); k++)
            if (!onnx_sub_output(&b->sub, list ? onnx_list(n->r, b->out[i])->at[k] : b->out[i])) return false;
    }
    return true;
}

static bool take_branches(OnnxNode *n, Branch *b, const ValueId *result) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < n->nout; i++) {
        if (!ox_wants(n, i)) continue;
        uint32_t count = b[0].count[i];
        OnnxList list = {.n = count, .at = result + at};
        if (count == UINT32_MAX)
            n->result[i] = result[at++];
        else {
            list.dtype = onnx_list(n->r, b[0].out[i])->dtype;
            n->result[i] = onnx_new_list(n->r, list);
            at += count;
        }
    }
    return true;
}

bool onnx_branches(OnnxNode *n, ValueId condition) {
    static const char *const attr[2] = {"then_branch", "else_branch"}, *const part[2] = {"then", "else"};
    Branch b[2];
    OnnxSub *sub[2] = {&b[0].sub, &b[1].sub};
    OnnxValues in = {0};
    uint32_t total = 0;
    ValueId scalar = ox_as_scalar(n, condition, "cond");
    for (int i = 0; i < 2; i++) {
        if (n->bad) return false;
        onnx_sub_open(sub[i], n, part[i]);
        bool ok = walk_branch(&b[i], n, attr[i], part[i]);
        onnx_sub_close(sub[i]);
        if (!ok) return false;
    }
    const char **names = arena_array_of(n->r->tmp, sub[0]->g->output.n + 1, const char *);
    for (uint32_t i = 0; i < n->nout; i++) {
        if (!ox_wants(n, i)) continue;
        if (b[0].count[i] != b[1].count[i])
            return ox_error(n, NULL, NULL, "the branches differ in the length of the sequence '%s'", n->out[i]);
        bool list = b[0].count[i] != UINT32_MAX;
        for (uint32_t k = 0; k < (list ? b[0].count[i] : 1); k++)
            names[total++] = list ? arena_printf(n->r->tmp, "%s_%u", n->out[i], k) : n->out[i];
    }
    if (!total) return ox_error(n, NULL, NULL, "gives no tensor");
    vec_push(n->r->tmp, &in, scalar);
    onnx_sub_inputs(n->r, sub, 2, &in);
    ValueId *result = arena_array_of(n->r->arena, total, ValueId);
    return onnx_sub_node(n, OP_If, &in, NULL, sub, 2, total, names, result) && take_branches(n, b, result);
}
