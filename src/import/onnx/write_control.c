/* If and Loop as ONNX has them: our sub-graphs take what they read as operands, ONNX's read it where it is. Names are
 * unique in the whole model, since a sub-graph sees those around it. */
#include "import/onnx/write.h"

/* An output must be made inside, each by itself. */
static void own_outputs(OnnxWriter *w, GraphProto *p) {
    Map seen = {0};
    for (uint32_t i = 0; i < w->g->output.n; i++) {
        const Value *v = &w->g->value.at[w->g->output.at[i]];
        const char *name = p->output[i]->name;
        bool again = map_get(&seen, name) != MAP_NONE;
        map_set(w->arena, &seen, name, 1);
        if ((v->producer != NO_NODE || v->data) && !again) continue;
        p->output[i]->name = arena_strdup(w->arena, write_fresh(w, name));
        write_new_node(w, "Identity", name, p->output[i]->name);
    }
    p->n_node = w->node.n, p->node = w->node.at;
}

/* Sub-graph s as attribute `attr`; its first inputs are ONNX's, the others are operands of ours from `operand` on. */
static bool write_sub(WriteNode *n, unsigned s, const char *attr, uint32_t ninput, unsigned operand) {
    const Graph *g = n->node->sub[s];
    OnnxWriter *w = n->w, inner = *w;
    const char **name = arena_array_of(w->arena, g->value.n + 1, const char *);
    GraphProto *p = arena_new_of(w->arena, GraphProto);
    tenon_onnx__graph_proto__init(p);
    inner.g = g;
    inner.name = name;
    memset(&inner.node, 0, sizeof inner.node);
    memset(&inner.initialiser, 0, sizeof inner.initialiser);
    for (uint32_t i = ninput; i < g->input.n; i++) name[g->input.at[i]] = wn_value(n, n->node->in[operand + i - ninput]);
    for (ValueId v = 0; v < g->value.n; v++)
        if (!name[v]) name[v] = write_fresh(&inner, g->value.at[v].name);
    bool ok = write_graph(&inner, p, ninput);
    if (ok) own_outputs(&inner, p);
    w->names = inner.names;
    w->called = inner.called;
    w->opset = inner.opset;
    AttributeProto *a = wn_attribute(n, attr, ONNX_GRAPH);
    a->g = p;
    return ok;
}

bool write_if(WriteNode *n) {
    n->p->n_input = 1;
    return write_sub(n, 0, "then_branch", 0, 1) && write_sub(n, 1, "else_branch", 0, 1);
}

/* M: an operand or a number of ours, or the smaller one of both. Room that the user made is no number of turns. */
static void write_turns(WriteNode *n, int64_t trips) {
    ValueId given = n->node->in[0];
    if (given == NO_VALUE && trips < 0) wn_operand(n, "");
    if (given == NO_VALUE && trips >= 0) wn_scalar_int(n, "turns", trips);
    if (given != NO_VALUE && trips < 0) wn_operand(n, wn_value(n, given));
    if (given == NO_VALUE || trips < 0) return;
    const char *least = write_fresh(n->w, "turns");
    WriteNode min = {.w = n->w, .node = n->node, .p = write_new_node(n->w, "Min", wn_value(n, given), least)};
    wn_scalar_int(&min, "turns", trips);
    wn_operand(n, least);
}

bool write_loop(WriteNode *n) {
    const Attr_Loop *a = n->attr;
    uint32_t carried = (uint32_t)a->carried;
    n->p->n_input = 0;
    write_turns(n, a->limited ? -1 : a->trips);
    for (uint32_t i = 1; i < 2 + carried; i++) wn_operand(n, wn_value(n, n->node->in[i]));
    return write_sub(n, 0, "body", 2 + carried, 2 + carried);
}
