/* Sub-graphs that stay: the branches of an If and the body of a Loop that are decided while running. They are closed:
 * what they read of the graph around them becomes an operand of the node and an input of the sub-graph; constants are
 * copied. */
#include "import/onnx/internal.h"

void onnx_sub_open(OnnxSub *s, OnnxNode *n, const char *name) {
    OnnxReader *r = n->r;
    *s = (OnnxSub){.n = n, .around = n->g, .outer = r->sub, .g = graph_new_sub(n->g, name)};
    s->g->diag = r->diag;
    r->sub = s;
    r->g = n->g = s->g;
}

void onnx_sub_close(OnnxSub *s) {
    OnnxReader *r = s->n->r;
    r->sub = s->outer;
    r->g = s->n->g = s->around;
}

/* A value of the graph next around s. */
static ValueId bring_one(OnnxReader *r, OnnxSub *s, ValueId v) {
    uint32_t at = idmap_get(&s->here, v);
    if (at != MAP_NONE) return at;
    const Value value = s->around->value.at[v];
    ValueId inner;
    if (value.data) {
        inner = graph_constant(s->g, value.name, value.data);
    } else {
        inner = graph_value(s->g, value.name, value.dtype, value.shape);
        s->g->value.at[inner].elements = value.elements;
        const Sized *sized = graph_sized(s->around, value.name);
        if (sized && !sized->fixed) { /* nothing inside may read it as it is */
            Sized copy = *sized;
            copy.value = s->g->value.at[inner].name;
            vec_push(s->g->arena, &s->g->sized, copy);
        }
        vec_push(r->tmp, &s->taken, v);
    }
    idmap_set(r->tmp, &s->here, v, inner);
    return inner;
}

ValueId onnx_bring(OnnxReader *r, OnnxSub *s, const OnnxSub *from, ValueId v) {
    if (s == from || v == ONNX_POISON || v == ONNX_ABSENT || v == NO_VALUE) return v;
    const OnnxList *list = onnx_list(r, v);
    if (list) {
        OnnxList copy = *list;
        ValueId *at = arena_array_of(r->arena, copy.n + 1, ValueId);
        for (uint32_t i = 0; i < copy.n; i++) at[i] = onnx_bring(r, s, from, copy.at[i]);
        copy.at = at;
        return onnx_new_list(r, copy);
    }
    if (s->outer != from) v = onnx_bring(r, s->outer, from, v); /* as deep as sub-graphs are nested */
    return bring_one(r, s, v);
}

/* Outputs must be made inside, each by itself. */
bool onnx_sub_output(OnnxSub *s, ValueId v) {
    Graph *g = s->g;
    if (v >= g->value.n) return ox_error(s->n, NULL, NULL, "a sub-graph gives no tensor");
    if (!ox_whole(s->n, v)) return false;
    if (g->value.at[v].producer == NO_NODE || g->value.at[v].is_output) v = ox_make1(s->n, OP_Identity, v, NULL);
    if (!s->n->bad && g->value.at[v].producer == NO_NODE) { /* it was folded: copied when it is compiled */
        const Value value = g->value.at[v];
        if (value.is_output) v = graph_constant(g, value.name, value.data);
    }
    if (!s->n->bad) graph_add_output(g, v);
    return !s->n->bad;
}

/* The values that any of the sub-graphs takes, in one order for all: inputs of each. Appended to `operands`. */
void onnx_sub_inputs(OnnxReader *r, OnnxSub *const *sub, int n, OnnxValues *operands) {
    IdMap seen = {0};
    for (int k = 0; k < n; k++)
        for (uint32_t i = 0; i < sub[k]->taken.n; i++) {
            ValueId v = sub[k]->taken.at[i];
            if (idmap_get(&seen, v) != MAP_NONE) continue;
            idmap_set(r->tmp, &seen, v, 1);
            vec_push(r->tmp, operands, v);
            for (int to = 0; to < n; to++) graph_add_input(sub[to]->g, bring_one(r, sub[to], v));
        }
}

bool onnx_sub_node(OnnxNode *n, Op op, const OnnxValues *in, void *attr, OnnxSub *const *sub, int nsub, uint32_t nout,
                   const char *const *names, ValueId *out) {
    Graph *g = n->g;
    if (n->bad || in->n >= UINT16_MAX || nout >= UINT16_MAX)
        return n->bad ? false : ox_error(n, NULL, NULL, "has too many operands");
    NodeId id = graph_node(g, op, n->name, (int)in->n, in->at, (int)nout, names, attr ? attr : ox_new(n, op));
    Node *node = &g->node.at[id];
    node->source = n->p->op_type;
    node->sub = arena_array_of(g->arena, nsub, Graph *);
    node->nsub = (uint16_t)nsub;
    for (int i = 0; i < nsub; i++) {
        node->sub[i] = sub[i]->g;
        onnx_drop_unused(sub[i]->g, n->r->tmp);
        graph_sort(sub[i]->g);
    }
    for (uint32_t i = 0; i < nout; i++) out[i] = node->out[i];
    if (op_infer(g, id)) return true;
    graph_remove_node(g, id);
    return !(n->bad = true);
}
