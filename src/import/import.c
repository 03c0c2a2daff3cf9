/* Which format a model file has, and the graph's own two forms. */
#include "import/import.h"
#include "base/io.h"
#include "import/onnx/onnx.h"
#include "op/op.h"

/* ---- the graph's own forms ---- */

static bool text_probe(const uint8_t *data, size_t n, const char *path) {
    (void)path;
    size_t i = 0;
    while (i < n && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r' || data[i] == '\n')) i++;
    return n - i > 6 && !memcmp(data + i, "graph", 5) && (data[i + 5] == ' ' || data[i + 5] == '"');
}

static bool json_probe(const uint8_t *data, size_t n, const char *path) {
    (void)path;
    size_t i = 0;
    while (i < n && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r' || data[i] == '\n')) i++;
    return i < n && data[i] == '{';
}

/* Symbols that options give numbers to. */
typedef struct {
    Arena *tmp;
    Map at;
    Vec(int64_t) number;
} Binding;

static int64_t bound_number(void *ctx, const char *name) {
    const Binding *b = ctx;
    uint32_t at = map_get(&b->at, name);
    return at == MAP_NONE ? -1 : b->number.at[at];
}

static Loc input_loc(const Graph *g, Arena *tmp, const char *name) {
    return (Loc){.file = g->file, .field = arena_printf(tmp, "input '%s'", name)};
}

static bool bind_dim(Graph *g, Binding *b, const char *input, int at, Dim have, Dim given) {
    if (!dim_known(given)) return true;
    Dim now = dim_bind(g->sym, have, bound_number, b);
    if (dim_known(now) && now != given)
        return diag_error(g->diag, input_loc(g, b->tmp, input), "only symbolic dimensions can be given",
                          "dimension %d is %lld, %lld was given", at, (long long)now, (long long)given);
    if (dim_known(now)) return true;
    Str name = str_new(b->tmp);
    dim_print(g->sym, now, &name);
    const char *rest = name.at;
    while ((*rest >= 'a' && *rest <= 'z') || (*rest >= 'A' && *rest <= 'Z') || (*rest >= '0' && *rest <= '9') ||
           *rest == '_')
        rest++;
    if (*rest)
        return diag_error(g->diag, input_loc(g, b->tmp, input), "give the inputs that have its symbols alone",
                          "dimension %d is the expression %s", at, name.at);
    map_set(b->tmp, &b->at, name.at, b->number.n);
    vec_push(b->tmp, &b->number, given);
    return true;
}

static bool bind_input(Graph *g, Binding *b, const char *input, const Shape *given, const char *option) {
    ValueId v = graph_find(g, input);
    Str list = str_new(b->tmp);
    for (uint32_t i = 0; i < g->input.n; i++)
        str_addf(&list, "%s%s", i ? ", " : "", g->value.at[g->input.at[i]].name);
    if (v == NO_VALUE || !g->value.at[v].is_input)
        return diag_error(g->diag, (Loc){.file = g->file}, NULL, "%s names '%s', which is not an input; inputs: %s",
                          option, input, list.n ? list.at : "none");
    Shape *s = &g->value.at[v].shape;
    if (s->rank < 0) *s = *given;
    if (s->rank != given->rank)
        return diag_error(g->diag, input_loc(g, b->tmp, input), NULL, "has %d dimensions, %d were given", s->rank,
                          given->rank);
    bool ok = true;
    for (int i = 0; i < s->rank; i++) ok = bind_dim(g, b, input, i, s->dim[i], given->dim[i]) && ok;
    return ok;
}

static void rebind(Graph *g, Binding *b, Dim *d, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (!dim_known(d[i]) && d[i] != DIM_BAD) d[i] = dim_bind(g->sym, d[i], bound_number, b);
}

static void rebind_attributes(Graph *g, Binding *b, Node *n) {
    const AttrSpec *spec = op_info[n->op].attrs;
    for (unsigned i = 0; i < spec->n; i++) {
        if (spec->field[i].kind != ATTR_dims) continue;
        n->attr = attr_copy(g->arena, spec, n->attr);
        Dims *list = (Dims *)(void *)((char *)n->attr + spec->field[i].offset);
        if (!list->n) continue;
        Dim *at = arena_array_of(g->arena, list->n, Dim);
        memcpy(at, list->at, list->n * sizeof *at);
        rebind(g, b, at, list->n);
        list->at = at;
    }
}

/* A contents given for an input makes it a constant. */
static bool bind_contents(Graph *g, const InputValue *given) {
    ValueId id = graph_find(g, given->input);
    Value *v = &g->value.at[id];
    if (v->dtype != given->tensor->dtype)
        return diag_error(g->diag, (Loc){.file = g->file}, NULL, "input '%s' has element type %s, %s was given",
                          given->input, dtype_info[v->dtype].name, dtype_info[given->tensor->dtype].name);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < g->input.n; i++)
        if (g->input.at[i] != id) g->input.at[kept++] = g->input.at[i];
    g->input.n = kept;
    v->is_input = false;
    v->shape = given->tensor->shape;
    v->data = given->tensor;
    return true;
}

/* Shapes and contents of the options, then everything that follows from them. */
static bool apply_options(Graph *g, const ImportOptions *o) {
    Arena *tmp = arena_new("bind");
    Binding b = {.tmp = tmp};
    bool ok = true;
    for (int i = 0; i < o->nshapes; i++)
        ok = bind_input(g, &b, o->shapes[i].input, &o->shapes[i].shape, "--input-shape") && ok;
    for (int i = 0; i < o->nvalues; i++)
        ok = bind_input(g, &b, o->values[i].input, &o->values[i].tensor->shape, "--bind") && ok;
    for (ValueId v = 0; ok && v < g->value.n; v++) {
        Value *value = &g->value.at[v];
        rebind(g, &b, value->shape.dim, value->shape.rank < 0 ? 0 : (uint32_t)value->shape.rank);
        if (value->producer != NO_NODE) value->elements = NULL; /* computed again from the operands */
    }
    for (NodeId n = 0; ok && n < g->node.n; n++)
        if (g->node.at[n].op != OP_none) rebind_attributes(g, &b, &g->node.at[n]);
    for (int i = 0; ok && i < o->nvalues; i++) ok = bind_contents(g, &o->values[i]);
    arena_free(tmp);
    return ok;
}

static Graph *own_form(Arena *a, Diag *d, const char *path, const ImportOptions *o,
                       Graph *(*parse)(Arena *, Diag *, const char *, const char *, size_t)) {
    enum { FOLD_LIMIT = 64 << 10 };
    int before = diag_errors(d);
    Arena *tmp = arena_new("model text");
    Bytes b;
    Graph *g = io_map(tmp, d, path, &b) ? parse(a, d, arena_strdup(a, path), (const char *)b.data, b.n) : NULL;
    arena_free(tmp);
    if (g && o && o->inputs_only) return g;
    if (!g || (o && !apply_options(g, o)) || !graph_sort(g)) return NULL;
    for (NodeId n = 0; n < g->node.n; n++) {
        if (g->node.at[n].op == OP_none) continue;
        if (!op_infer(g, n)) return NULL;
        op_fold_early(g, n, FOLD_LIMIT);
    }
    return graph_sort(g) && graph_verify(g) && diag_errors(d) == before ? g : NULL;
}

static Graph *text_read(Arena *a, Diag *d, const char *path, const ImportOptions *o) {
    return own_form(a, d, path, o, graph_parse);
}

static Graph *json_read(Arena *a, Diag *d, const char *path, const ImportOptions *o) {
    return own_form(a, d, path, o, graph_parse_json);
}

/* ---- formats ---- */

const ImportFormat import_formats[] = {
#define FORMAT(name, extensions, help, probe, read) {name, extensions, help, probe, read},
#include "import/import.def"
#undef FORMAT
    {NULL, NULL, NULL, NULL, NULL},
};

static bool has_extension(const char *path, const char *list) {
    const char *dot = strrchr(path, '.');
    if (!dot || strchr(dot, '/')) return false;
    size_t length = strlen(dot);
    for (const char *at = list; (at = strstr(at, dot)); at += length)
        if (at[length] == ' ' || !at[length]) return true;
    return false;
}

Graph *import_model(Arena *a, Diag *d, const char *path, const ImportOptions *o) {
    Arena *tmp = arena_new("format");
    const ImportFormat *found = NULL;
    Bytes b;
    if (!io_map(tmp, d, path, &b)) {
        arena_free(tmp);
        return NULL;
    }
    for (const ImportFormat *f = import_formats; f->name && !found; f++)
        if (f->probe(b.data, b.n, path)) found = f;
    for (const ImportFormat *f = import_formats; f->name && !found; f++)
        if (has_extension(path, f->extensions)) found = f;
    Str names = str_new(tmp);
    for (const ImportFormat *f = import_formats; f->name; f++) str_addf(&names, "%s%s", names.n ? ", " : "", f->name);
    if (!found)
        diag_error(d, (Loc){.file = path}, arena_printf(tmp, "formats that are read: %s", names.at),
                   "the format of the file is not known");
    arena_free(tmp);
    return found ? found->read(a, d, path, o) : NULL;
}
