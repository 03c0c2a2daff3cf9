/* ONNX model -> graph: the file, its versions, and the walk over nodes. */
#include "import/onnx/maps.h"

enum { IR_MIN = 3, IR_MAX = 14, OPSET_MAX = 28 };

static const OnnxRow rows[] = {
#define ROW(domain, name, since, op, map) {domain, name, since, OP_##op, map_##map},
#include "import/onnx/operators.def"
#undef ROW
};

const OnnxRow *onnx_row(const char *domain, const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!strcmp(rows[i].name, name) && !strcmp(rows[i].domain, domain)) return &rows[i];
    return NULL;
}

static const char *domain_name(const char *domain) {
    return !domain || !strcmp(domain, "ai.onnx") ? "" : domain;
}

int64_t onnx_version(const OnnxScope *s, const char *domain) {
    for (size_t i = 0; i < s->nopset; i++)
        if (!strcmp(domain_name(s->opset[i]->domain), domain_name(domain))) return s->opset[i]->version;
    return -1;
}

ValueId onnx_lookup(OnnxReader *r, const OnnxScope *s, const char *name) {
    for (; s; s = s->captures) {
        uint32_t v = map_get(&s->names, name);
        if (v != MAP_NONE) return onnx_bring(r, r->sub, s->sub, v);
    }
    return NO_VALUE;
}

const char *onnx_fresh(OnnxReader *r, const char *base) {
    const char *name = base;
    while (map_get(&r->reserved, name) != MAP_NONE || graph_find(r->g, name) != NO_VALUE)
        name = arena_printf(r->tmp, "%s.%u", base, ++r->fresh);
    return name;
}

/* ---- initialisers ---- */

static void add_initialiser(OnnxReader *r, OnnxScope *s, const char *name, const TensorProto *dense,
                            const SparseTensorProto *sparse) {
    Loc loc = {.file = r->g->file};
    bool top = s->depth == 0;
    if (!name || !*name) {
        diag_error(r->diag, loc, "export the model again", "an initialiser has no name");
        return;
    }
    if (map_get(&s->names, name) != MAP_NONE) {
        diag_error(r->diag, loc, "every name may be given once", "initialiser '%s' is given twice", name);
        return;
    }
    const Tensor *t = top ? onnx_bound(r, name) : NULL;
    if (!t) t = dense ? onnx_tensor(&r->source, loc, dense) : onnx_sparse_tensor(&r->source, loc, sparse);
    ValueId v = ONNX_POISON;
    if (t) v = graph_constant(r->g, top ? name : onnx_fresh(r, arena_printf(r->tmp, "%s%s", s->prefix, name)), t);
    map_set(r->tmp, &s->names, name, v);
}

void onnx_add_initialisers(OnnxReader *r, OnnxScope *s, const GraphProto *p) {
    for (size_t i = 0; i < p->n_initializer; i++)
        add_initialiser(r, s, p->initializer[i]->name, p->initializer[i], NULL);
    for (size_t i = 0; i < p->n_sparse_initializer; i++) {
        const TensorProto *values = p->sparse_initializer[i]->values;
        add_initialiser(r, s, values ? values->name : NULL, NULL, p->sparse_initializer[i]);
    }
}

/* ---- nodes ---- */

static const char *output_name(OnnxReader *r, const OnnxScope *s, const char *name) {
    if (!*name || s->depth == 0) return name;
    uint32_t at = map_get(&s->rename, name);
    if (at != MAP_NONE) return s->renamed[at];
    const char *fresh = onnx_fresh(r, arena_printf(r->tmp, "%s%s", s->prefix, name));
    map_set(r->tmp, &r->reserved, fresh, 0);
    return fresh;
}

static void begin_node(OnnxReader *r, OnnxScope *s, const NodeProto *p, OnnxNode *n) {
    const char *name = p->name ? p->name : "", *type = p->op_type ? p->op_type : "";
    *n = (OnnxNode){.r = r, .g = r->g, .p = p, .scope = s, .nin = (uint32_t)p->n_input, .nout = (uint32_t)p->n_output};
    n->name = *name && s->depth ? arena_printf(r->arena, "%s%s", s->prefix, name) : name;
    n->label = *n->name ? n->name
                        : arena_printf(r->tmp, "%s -> %s%s", type, s->prefix, p->n_output ? p->output[0] : "nothing");
    const char **out = arena_array_of(r->tmp, p->n_output + 1, const char *);
    n->result = arena_array_of(r->tmp, p->n_output + 1, ValueId);
    for (size_t i = 0; i < p->n_output; i++) {
        out[i] = output_name(r, s, p->output[i]);
        n->result[i] = ONNX_POISON;
    }
    n->out = out;
}

/* False when the node cannot be mapped because an operand is missing (reported) or was not mapped itself. */
static bool find_operands(OnnxNode *n) {
    ValueId *in = arena_array_of(n->r->tmp, n->nin + 1, ValueId);
    bool whole = true;
    n->in = in;
    for (uint32_t i = 0; i < n->nin; i++) {
        const char *name = n->p->input[i];
        in[i] = *name ? onnx_lookup(n->r, n->scope, name) : ONNX_ABSENT;
        if (in[i] == NO_VALUE)
            ox_error(n, NULL, "the model is incomplete, export it again",
                     "operand '%s' is neither an input, an initialiser nor an output of another node", name);
        if (in[i] == ONNX_ABSENT) in[i] = NO_VALUE;
        if (in[i] == ONNX_POISON) whole = false;
    }
    return whole && !n->bad;
}

static bool lists_fit(OnnxNode *n) {
    for (uint32_t i = 0; i < n->nin && !onnx_takes_lists(n->row); i++)
        if (onnx_is_list(n->in[i]))
            return ox_error(n, NULL, NULL, "operand '%s' is %s, a tensor is needed", n->p->input[i],
                            onnx_list(n->r, n->in[i])->none ? "an optional without element" : "a sequence");
    return true;
}

/* Whatever the operator makes of it, its shape alone included. */
static bool sizes_fit(OnnxNode *n) {
    for (uint32_t i = 0; i < n->nin && !(n->row && onnx_takes_sizes(n->row)); i++)
        if (!onnx_is_list(n->in[i]) && !ox_whole(n, n->in[i])) return false;
    return true;
}

static bool report_unsupported(OnnxNode *n, const char *domain) {
    int64_t version = onnx_version(n->scope, domain);
    const char *shown = *domain ? domain : "ai.onnx";
    if (n->row && version >= 0 && version < n->row->since)
        return ox_error(n, NULL, "convert the model to a newer operator set",
                        "operator is not supported in version %lld of domain %s; %d is the lowest", (long long)version,
                        shown, n->row->since);
    if (version >= 0)
        return ox_error(n, NULL, "express it with other operators or as a function of the model",
                        "operator is not supported (domain %s, version %lld)", shown, (long long)version);
    return ox_error(n, NULL, "the model lacks an opset_import for it", "domain %s has no version", shown);
}

static void map_node(OnnxNode *n) {
    const char *domain = domain_name(n->p->domain), *type = n->p->op_type ? n->p->op_type : "";
    const FunctionProto *f = onnx_function(n->r, n->p);
    n->row = onnx_row(domain, type);
    n->version = onnx_version(n->scope, domain);
    bool usable = n->row && n->version >= n->row->since;
    if (!usable && !f) {
        report_unsupported(n, domain);
        return;
    }
    if (!find_operands(n) || !sizes_fit(n)) return;
    bool ok = f && (!usable || *domain) ? onnx_inline(n, f) : lists_fit(n) && n->row->map(n);
    if (!ok || n->bad)
        for (uint32_t i = 0; i < n->nout; i++) n->result[i] = ONNX_POISON;
}

static void poison_outputs(OnnxReader *r, OnnxScope *s, NodeProto *const *nodes, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < nodes[i]->n_output; k++) map_set(r->tmp, &s->names, nodes[i]->output[k], ONNX_POISON);
}

void onnx_walk(OnnxReader *r, OnnxScope *s, NodeProto *const *nodes, size_t count) {
    const uint32_t *order = onnx_order(r, s, nodes, count);
    if (!order) poison_outputs(r, s, nodes, count);
    for (size_t i = 0; order && i < count; i++) {
        OnnxNode *n = arena_new_of(r->tmp, OnnxNode);
        if (r->stopped) return;
        if (++r->nodes > ONNX_MAX_NODES) {
            r->stopped = true;
            diag_error(r->diag, (Loc){.file = r->g->file}, "functions count once a call: call fewer",
                       "more than %d nodes", ONNX_MAX_NODES);
            return;
        }
        begin_node(r, s, nodes[order[i]], n);
        map_node(n);
        for (uint32_t k = 0; k < n->nout; k++)
            if (n->p->output[k][0]) map_set(r->tmp, &s->names, n->p->output[k], n->result[k]);
    }
}

/* ---- the model ---- */

static bool check_versions(Diag *d, const char *path, const ModelProto *m) {
    Loc loc = {.file = path};
    if (!m->graph) return diag_error(d, loc, "the file is damaged or of another format", "the model has no graph");
    if (m->ir_version < IR_MIN || m->ir_version > IR_MAX)
        return diag_error(d, loc, "convert the model with onnx.version_converter or export it again",
                          "IR version %lld is not supported, %d to %d are", (long long)m->ir_version, IR_MIN, IR_MAX);
    if (!m->n_opset_import)
        return diag_error(d, loc, "export the model again", "the model does not say its operator set version");
    for (size_t i = 0; i < m->n_opset_import; i++) {
        const char *domain = domain_name(m->opset_import[i]->domain);
        long long version = m->opset_import[i]->version;
        if (version < 1)
            return diag_error(d, loc, "export the model again", "operator set version %lld of domain %s does not exist",
                              version, *domain ? domain : "ai.onnx");
        if (!*domain && version > OPSET_MAX)
            diag_warn(d, loc, "results may differ where operators have changed since",
                      "operator set version %lld is newer than %d, the newest that is known", version, OPSET_MAX);
    }
    return true;
}

static void reserve_names(OnnxReader *r, const GraphProto *p) {
    for (size_t i = 0; i < p->n_input; i++)
        if (p->input[i]->name) map_set(r->tmp, &r->reserved, p->input[i]->name, 0);
    for (size_t i = 0; i < p->n_initializer; i++)
        if (p->initializer[i]->name) map_set(r->tmp, &r->reserved, p->initializer[i]->name, 0);
    for (size_t i = 0; i < p->n_node; i++)
        for (size_t k = 0; k < p->node[i]->n_output; k++) map_set(r->tmp, &r->reserved, p->node[i]->output[k], 0);
}

/* *whole: every output was mapped. What a diagnostic said once already is not counted again. */
static bool add_outputs(OnnxReader *r, const OnnxScope *s, const GraphProto *p, bool *whole) {
    Loc loc = {.file = r->g->file};
    if (!p->n_output) return diag_error(r->diag, loc, "export the model with outputs", "the graph has no outputs");
    for (size_t i = 0; i < p->n_output; i++) {
        const char *name = p->output[i]->name ? p->output[i]->name : "";
        ValueId v = onnx_lookup(r, s, name);
        if (v == ONNX_POISON) *whole = false;
        if (v == ONNX_POISON) continue;
        if (onnx_is_list(v))
            onnx_add_list_output(r, name, v);
        else if (v == NO_VALUE)
            diag_error(r->diag, loc, "the model is incomplete, export it again",
                       "output '%s' is not produced by any node, input or initialiser", name);
        else if (graph_is_output(r->g, v))
            diag_error(r->diag, loc, "every name may be given once", "output '%s' is listed twice", name);
        else
            graph_add_output(r->g, v);
    }
    onnx_keep_sizes(r->g);
    for (uint32_t i = 0; i < r->g->sized.n; i++) { /* behind the model's own */
        ValueId v = graph_find(r->g, r->g->sized.at[i].count);
        if (v != NO_VALUE && !graph_is_output(r->g, v)) graph_add_output(r->g, v);
    }
    return true;
}

/* Sequences may be empty; nothing at all is nothing to compile. */
static bool any_output(OnnxReader *r, const OnnxScope *s, const GraphProto *p) {
    for (size_t i = 0; i < p->n_output; i++)
        if (r->g->output.n || !onnx_is_list(onnx_lookup(r, s, p->output[i]->name ? p->output[i]->name : ""))) return true;
    return diag_error(r->diag, (Loc){.file = r->g->file}, NULL, "every output is an empty sequence or optional");
}

/* Shape arithmetic that ended in attributes is not computed at run time. */
void onnx_drop_unused(Graph *g, Arena *tmp) {
    uint32_t *uses = arena_array_of(tmp, g->value.n + 1, uint32_t);
    for (NodeId i = 0; i < g->node.n; i++)
        for (unsigned k = 0; g->node.at[i].op != OP_none && k < g->node.at[i].nin; k++)
            if (g->node.at[i].in[k] != NO_VALUE) uses[g->node.at[i].in[k]]++;
    for (NodeId i = g->node.n; i-- > 0;) {
        const Node *n = &g->node.at[i];
        bool used = n->op == OP_none;
        for (unsigned k = 0; k < n->nout && !used; k++)
            used = n->out[k] != NO_VALUE && (uses[n->out[k]] || g->value.at[n->out[k]].is_output);
        if (used) continue;
        for (unsigned k = 0; k < n->nin; k++)
            if (n->in[k] != NO_VALUE) uses[n->in[k]]--;
        graph_remove_node(g, i);
    }
}

static void poison_initialisers(OnnxReader *r, OnnxScope *top, const GraphProto *p) {
    for (size_t i = 0; i < p->n_initializer; i++)
        if (p->initializer[i]->name) map_set(r->tmp, &top->names, p->initializer[i]->name, ONNX_POISON);
    for (size_t i = 0; i < p->n_sparse_initializer; i++) {
        const TensorProto *t = p->sparse_initializer[i]->values;
        if (t && t->name) map_set(r->tmp, &top->names, t->name, ONNX_POISON);
    }
}

/* The model is refused for its inputs or outputs already; with them, tell which operators are not supported either. */
static void list_unsupported(OnnxReader *r, OnnxScope *top, const GraphProto *p) {
    for (size_t i = 0; i < p->n_input; i++)
        if (p->input[i]->name) map_set(r->tmp, &top->names, p->input[i]->name, ONNX_POISON);
    onnx_walk(r, top, p->node, p->n_node);
}

static Graph *read_graph(OnnxReader *r, const ModelProto *m) {
    const GraphProto *p = m->graph;
    OnnxScope top = {.prefix = "", .opset = m->opset_import, .nopset = m->n_opset_import};
    int errors = diag_errors(r->diag);
    bool whole = true;
    reserve_names(r, p);
    if (r->options && r->options->inputs_only) {
        poison_initialisers(r, &top, p);
        bool known = onnx_add_inputs(r, &top, p);
        if (onnx_check_outputs(r, p) && known && diag_errors(r->diag) == errors) return r->g;
        list_unsupported(r, &top, p);
        return NULL;
    }
    onnx_add_initialisers(r, &top, p);
    if (!onnx_add_inputs(r, &top, p)) return NULL;
    onnx_walk(r, &top, p->node, p->n_node);
    if (r->stopped || !add_outputs(r, &top, p, &whole) || !any_output(r, &top, p)) return NULL;
    onnx_drop_unused(r->g, r->tmp);
    bool sorted = graph_sort(r->g);
    if (whole && diag_errors(r->diag) == errors) return r->g;
    return sorted && r->options && r->options->names_only ? r->g : NULL;
}

Graph *onnx_read(Arena *a, Diag *d, const char *path, const ImportOptions *o) {
    bool inputs_only = o && o->inputs_only; /* the file's contents are not needed afterwards */
    Arena *tmp = arena_new("onnx import"), *file = inputs_only ? tmp : a;
    const ModelProto *m = (const ModelProto *)onnx_unpack(file, d, path, &tenon_onnx__model_proto__descriptor);
    Graph *g = NULL;
    if (m && check_versions(d, path, m)) {
        OnnxReader r = {.diag = d, .arena = a, .tmp = tmp, .options = o, .model = m};
        r.g = graph_new(a, d, path, m->graph->name);
        r.source = (TensorSource){.arena = a, .diag = d, .folder = path_folder(a, path)};
        r.fold_budget = INT64_C(64) << 20;
        g = read_graph(&r, m);
    }
    arena_free(tmp);
    return g;
}

/* A model starts with ir_version; what follows must be fields that a model has, the graph among them. */
bool onnx_probe(const uint8_t *data, size_t n, const char *path) {
    (void)path;
    return n >= 2 && data[0] == 0x08 && data[1] >= 1 && data[1] <= 0x20;
}
