/* Model-local functions and branches that are known to be taken: their nodes are walked in place. */
#include "import/onnx/internal.h"

static const char *or_empty(const char *s) { return s ? s : ""; }

static const char *function_key(OnnxReader *r, const char *domain, const char *name, const char *overload) {
    domain = or_empty(domain);
    return arena_printf(r->tmp, "%s\n%s\n%s", strcmp(domain, "ai.onnx") ? domain : "", or_empty(name),
                        or_empty(overload));
}

const FunctionProto *onnx_function(OnnxReader *r, const NodeProto *p) {
    const ModelProto *m = r->model;
    if (!m->n_functions) return NULL;
    bool known = r->functions.n > 0;
    for (size_t i = m->n_functions; !known && i-- > 0;) { /* the first of a name counts */
        const FunctionProto *f = m->functions[i];
        map_set(r->tmp, &r->functions, function_key(r, f->domain, f->name, f->overload), (uint32_t)i);
    }
    uint32_t at = map_get(&r->functions, function_key(r, p->domain, p->op_type, p->overload));
    return at == MAP_NONE ? NULL : m->functions[at];
}

static const char *inner_prefix(const OnnxNode *n) {
    const char *own = n->p->name && *n->p->name ? n->p->name : n->nout ? n->p->output[0] : or_empty(n->p->op_type);
    return arena_printf(n->r->tmp, "%s%s/", n->scope->prefix, own);
}

/* Outputs of the body become the node's outputs: directly under their names where a node of the body makes them,
 * through an Identity where they are an input or a captured value. */
static bool take_outputs(OnnxNode *n, OnnxScope *s, uint32_t nout, const char *const *body_out) {
    if (n->r->stopped) return !(n->bad = true);
    for (uint32_t i = 0; i < n->nout; i++) {
        if (!ox_wants(n, i)) continue;
        ValueId v = i < nout ? onnx_lookup(s, body_out[i]) : NO_VALUE;
        if (v == NO_VALUE || v == ONNX_ABSENT) {
            ox_error(n, NULL, NULL, "its body has no output for '%s'", n->out[i]);
            n->result[i] = ONNX_POISON;
        } else if (v == ONNX_POISON || !strcmp(n->g->value.at[v].name, n->out[i])) {
            n->result[i] = v;
        } else if (!ox_emit_value(n, i, v)) {
            n->result[i] = ONNX_POISON;
        }
    }
    return !n->bad;
}

/* The caller's names for outputs that nodes of the body make. */
static void name_outputs(OnnxNode *n, OnnxScope *s, uint32_t nout, const char *const *body_out) {
    s->renamed = n->out;
    for (uint32_t i = 0; i < nout && i < n->nout; i++)
        if (ox_wants(n, i) && map_get(&s->rename, body_out[i]) == MAP_NONE)
            map_set(n->r->tmp, &s->rename, body_out[i], i);
}

bool onnx_inline(OnnxNode *n, const FunctionProto *f) {
    const OnnxScope *outer = n->scope;
    if (outer->depth >= ONNX_MAX_DEPTH) return ox_refuse(n, "functions are nested more than 64 deep");
    for (const OnnxScope *s = outer; s; s = s->caller ? s->caller->scope : NULL)
        if (s->function == f) return ox_refuse(n, "the function calls itself");
    if (n->nin > f->n_input)
        return ox_error(n, NULL, NULL, "has %u operands, the function takes %zu", n->nin, f->n_input);
    OnnxScope s = {.caller = n, .function = f, .prefix = inner_prefix(n), .depth = outer->depth + 1};
    bool own = f->n_opset_import > 0;
    s.opset = own ? f->opset_import : outer->opset;
    s.nopset = own ? f->n_opset_import : outer->nopset;
    for (size_t i = 0; i < f->n_input; i++)
        map_set(n->r->tmp, &s.names, f->input[i], i < n->nin && n->in[i] != NO_VALUE ? n->in[i] : ONNX_ABSENT);
    name_outputs(n, &s, (uint32_t)f->n_output, (const char *const *)f->output);
    onnx_walk(n->r, &s, f->node, f->n_node);
    return take_outputs(n, &s, (uint32_t)f->n_output, (const char *const *)f->output);
}

bool onnx_inline_graph(OnnxNode *n, const GraphProto *p) {
    const OnnxScope *outer = n->scope;
    if (outer->depth >= ONNX_MAX_DEPTH) return ox_refuse(n, "sub-graphs are nested more than 64 deep");
    OnnxScope s = {.captures = outer, .caller = outer->caller, .function = outer->function, .opset = outer->opset,
                   .nopset = outer->nopset, .prefix = inner_prefix(n), .depth = outer->depth + 1};
    const char **out = arena_array_of(n->r->tmp, p->n_output + 1, const char *);
    for (size_t i = 0; i < p->n_output; i++) out[i] = or_empty(p->output[i]->name);
    onnx_add_initialisers(n->r, &s, p);
    name_outputs(n, &s, (uint32_t)p->n_output, out);
    onnx_walk(n->r, &s, p->node, p->n_node);
    return take_outputs(n, &s, (uint32_t)p->n_output, out);
}
