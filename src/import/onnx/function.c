/* Model-local functions, and the sub-graphs of If, Loop and Scan: their nodes are walked in place. */
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
        ValueId v = i < nout ? onnx_lookup(n->r, s, body_out[i]) : NO_VALUE;
        if (v == NO_VALUE || v == ONNX_ABSENT) {
            ox_error(n, NULL, NULL, "its body has no output for '%s'", n->out[i]);
            n->result[i] = ONNX_POISON;
        } else if (v == ONNX_POISON || onnx_is_list(v) || !strcmp(n->g->value.at[v].name, n->out[i])) {
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
    OnnxScope s = {.sub = n->r->sub, .caller = n, .function = f, .prefix = inner_prefix(n), .depth = outer->depth + 1};
    bool own = f->n_opset_import > 0;
    s.opset = own ? f->opset_import : outer->opset;
    s.nopset = own ? f->n_opset_import : outer->nopset;
    for (size_t i = 0; i < f->n_input; i++)
        map_set(n->r->tmp, &s.names, f->input[i], i < n->nin && n->in[i] != NO_VALUE ? n->in[i] : ONNX_ABSENT);
    name_outputs(n, &s, (uint32_t)f->n_output, (const char *const *)f->output);
    onnx_walk(n->r, &s, f->node, f->n_node);
    return take_outputs(n, &s, (uint32_t)f->n_output, (const char *const *)f->output);
}

static bool inner_scope(OnnxNode *n, OnnxScope *s) {
    const OnnxScope *outer = n->scope;
    if (outer->depth >= ONNX_MAX_DEPTH) return ox_refuse(n, "sub-graphs are nested more than 64 deep");
    *s = (OnnxScope){.sub = n->r->sub, .captures = outer, .caller = outer->caller, .function = outer->function, .opset = outer->opset,
                     .nopset = outer->nopset, .prefix = inner_prefix(n), .depth = outer->depth + 1};
    return true;
}

bool onnx_inline_graph(OnnxNode *n, const GraphProto *p) {
    OnnxScope s;
    if (!inner_scope(n, &s)) return false;
    const char **out = arena_array_of(n->r->tmp, p->n_output + 1, const char *);
    for (size_t i = 0; i < p->n_output; i++) out[i] = or_empty(p->output[i]->name);
    onnx_add_initialisers(n->r, &s, p);
    name_outputs(n, &s, (uint32_t)p->n_output, out);
    onnx_walk(n->r, &s, p->node, p->n_node);
    return take_outputs(n, &s, (uint32_t)p->n_output, out);
}

/* ---- bodies ---- */

int64_t onnx_unroll(const OnnxReader *r, bool rather) {
    enum { RATHER = 16, AT_MOST = 256 };
    return r->options && r->options->unroll > 0 ? r->options->unroll : rather ? RATHER : AT_MOST;
}

bool onnx_body_open(OnnxBody *b, OnnxNode *n, const char *attr) {
    const AttributeProto *a = ox_find(n, attr);
    if (n->bad) return false;
    if (!a || !a->g) return ox_error(n, attr, NULL, "the attribute is missing");
    *b = (OnnxBody){.n = n, .p = a->g, .first = n->r->nodes};
    if (!inner_scope(n, &b->constants)) return false;
    onnx_add_initialisers(n->r, &b->constants, b->p);
    return true;
}

static bool body_fits(OnnxBody *b, uint32_t nin) {
    OnnxNode *n = b->n;
    if (n->r->nodes - b->first > ONNX_BODY_NODES)
        return ox_error(n, NULL, "let the loop run fewer times, or bind its condition with --bind",
                        "its sub-graphs come to more than %d nodes", ONNX_BODY_NODES);
    return b->p->n_input >= nin ||
           ox_error(n, NULL, NULL, "its body takes %zu inputs, %u are given", b->p->n_input, nin);
}

bool onnx_body_walk(OnnxBody *b, const char *part, uint32_t nin, const ValueId *in, ValueId *out) {
    OnnxNode *n = b->n;
    OnnxReader *r = n->r;
    const GraphProto *p = b->p;
    if (n->bad || !body_fits(b, nin)) return false;
    OnnxScope *s = arena_new_of(r->tmp, OnnxScope);
    *s = b->constants;
    s->names = (Map){0};
    s->sub = r->sub;
    s->captures = &b->constants;
    s->prefix = arena_printf(r->tmp, "%s%s/", b->constants.prefix, part);
    for (uint32_t i = 0; i < nin; i++)
        map_set(r->tmp, &s->names, or_empty(p->input[i]->name), in[i] == NO_VALUE ? ONNX_ABSENT : in[i]);
    onnx_walk(r, s, p->node, p->n_node);
    if (r->stopped) return !(n->bad = true);
    for (size_t i = 0; i < p->n_output; i++) {
        out[i] = onnx_lookup(r, s, or_empty(p->output[i]->name));
        if (out[i] == NO_VALUE)
            ox_error(n, NULL, NULL, "its body has no value for the output '%s'", or_empty(p->output[i]->name));
        if (out[i] == ONNX_ABSENT) out[i] = NO_VALUE;
        if (out[i] == ONNX_POISON) n->bad = true; /* told already */
    }
    return !n->bad;
}
