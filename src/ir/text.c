/* Graph -> text; text_parse.c reads it back. Labels are the values' names, so that two dumps compare well. */
#include "ir/internal.h"
#include <inttypes.h>
#include <string.h>

typedef struct {
    const Graph *g;
    Str *out;
    Arena *tmp; /* reset after each statement */
    int level;  /* of sub-graphs */
    int steps;  /* of indentation */
} Printer;

static void indent(Printer *p) {
    for (int i = 0; i < p->steps; i++) str_addn(p->out, "  ", 2);
}

static void print_label(Printer *p, ValueId v) {
    if (v >= p->g->value.n) {
        str_addn(p->out, "_", 1);
        return;
    }
    const char *name = p->g->value.at[v].name;
    str_addn(p->out, "%", 1);
    if (label_is_plain(name))
        str_add(p->out, name);
    else
        str_add_quoted(p->out, name);
}

static void print_type(Printer *p, ValueId id) {
    const Value *v = &p->g->value.at[id];
    if (v->dtype == DT_none && v->shape.rank < 0) return;
    str_addf(p->out, " : %s", v->dtype == DT_none ? "?" : dtype_info[v->dtype].name);
    shape_print(p->g->sym, &v->shape, p->out);
}

static void print_contents(Printer *p, const Tensor *t) {
    str_add(p->out, tensor_is_exact(t) ? " = exact " : " = ");
    t = tensor_contents(t, p->out->arena);
    if (!tensor_is_list(t)) {
        str_add(p->out, "base64 \"");
        base64_add(p->out, t->data, t->bytes);
        str_add(p->out, "\"");
        return;
    }
    int64_t n = shape_count(&t->shape);
    str_add(p->out, "[");
    for (int64_t i = 0; i < n; i++) {
        if (i) str_add(p->out, ", ");
        if (t->dtype == DT_string)
            str_add_quoted(p->out, tensor_string(t, i));
        else
            str_add(p->out, element_text(p->tmp, t, i));
    }
    str_add(p->out, "]");
}

static void print_field(Printer *p, const AttrField *f, const void *at) {
    Str *out = p->out;
    const Ints *ints = at;
    const Floats *floats = at;
    const Dims *dims = at;
    switch (f->kind) {
    case ATTR_int: str_addf(out, "%" PRId64, *(const int64_t *)at); return;
    case ATTR_float: str_add(out, float_text(p->tmp, *(const double *)at, true)); return;
    case ATTR_string: str_add_quoted(out, *(const char *const *)at ? *(const char *const *)at : ""); return;
    case ATTR_dtype: str_add(out, dtype_info[*(const DType *)at].name); return;
    case ATTR_ints:
    case ATTR_floats:
    case ATTR_dims: break;
    }
    uint32_t n = f->kind == ATTR_ints ? ints->n : f->kind == ATTR_floats ? floats->n : dims->n;
    str_add(out, "[");
    for (uint32_t i = 0; i < n; i++) {
        if (i) str_add(out, ",");
        if (f->kind == ATTR_ints)
            str_addf(out, "%" PRId64, ints->at[i]);
        else if (f->kind == ATTR_floats)
            str_add(out, float_text(p->tmp, floats->at[i], true));
        else
            dim_print(p->g->sym, dims->at[i], out);
    }
    str_add(out, "]");
}

static void print_attributes(Printer *p, const Node *n) {
    const AttrSpec *spec = op_info[n->op].attrs;
    if (!n->attr || !spec->n) return;
    const void *fresh = attr_new(p->tmp, spec);
    bool any = false;
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++) {
        if (field_equal(f, n->attr, fresh)) continue;
        str_addf(p->out, "%s%s=", any ? ", " : " {", f->name);
        print_field(p, f, (const char *)n->attr + f->offset);
        any = true;
    }
    if (any) str_add(p->out, "}");
}

static void print_graph(const Graph *g, int level, Str *out);

static void print_node(Printer *p, const Node *n) {
    Str *out = p->out;
    indent(p);
    for (unsigned i = 0; i < n->nout; i++) {
        if (i) str_add(out, ", ");
        print_label(p, n->out[i]);
        if (n->out[i] < p->g->value.n) print_type(p, n->out[i]);
    }
    str_addf(out, "%s = %s(", n->nout ? "" : "_", op_info[n->op].name);
    for (unsigned i = 0; i < n->nin; i++) {
        if (i) str_add(out, ", ");
        print_label(p, n->in[i]);
    }
    str_add(out, ")");
    print_attributes(p, n);
    if (n->name && *n->name) {
        str_add(out, " ");
        str_add_quoted(out, n->name);
    }
    if (!n->source || strcmp(n->source, op_info[n->op].name) != 0) {
        str_add(out, " from ");
        str_add_quoted(out, n->source ? n->source : "");
    }
    if (n->group) str_addf(out, " group %" PRIu32, n->group);
    str_add(out, "\n");
    for (unsigned s = 0; s < n->nsub; s++)
        if (p->level < MAX_SUBGRAPHS) print_graph(n->sub[s], p->level + 1, out);
}

static void print_declaration(Printer *p, const char *word, ValueId v) {
    indent(p);
    str_addf(p->out, "%s ", word);
    print_label(p, v);
    print_type(p, v);
}

static void print_values(Printer *p) {
    const Graph *g = p->g;
    for (uint32_t i = 0; i < g->input.n; i++) {
        print_declaration(p, "in", g->input.at[i]);
        if (g->value.at[g->input.at[i]].data) print_contents(p, g->value.at[g->input.at[i]].data);
        str_add(p->out, "\n");
    }
    for (ValueId v = 0; g->outer && v < g->value.n; v++) {
        ValueId from = g->value.at[v].captured;
        if (from == NO_VALUE) continue;
        print_declaration(p, "capture", v);
        str_add(p->out, " of ");
        print_label(&(Printer){.g = g->outer, .out = p->out}, from);
        str_add(p->out, "\n");
    }
    for (ValueId v = 0; v < g->value.n; v++) {
        if (!g->value.at[v].data || g->value.at[v].is_input) continue;
        print_declaration(p, "const", v);
        print_contents(p, g->value.at[v].data);
        str_add(p->out, "\n");
        arena_reset(p->tmp);
    }
}

/* Recursion: sub-graphs are at most MAX_SUBGRAPHS deep. */
static void print_graph(const Graph *g, int level, Str *out) {
    Printer p = {.g = g, .out = out, .tmp = arena_new("print"), .level = level, .steps = level ? 2 * level - 1 : 0};
    indent(&p);
    str_add(out, "graph ");
    str_add_quoted(out, g->name);
    if (level) {
        str_add(out, " {\n");
    } else {
        str_add(out, " file ");
        str_add_quoted(out, g->file);
        str_add(out, "\n");
    }
    p.steps = 2 * level;
    print_values(&p);
    for (NodeId i = 0; i < g->node.n; i++) {
        if (g->node.at[i].op != OP_none) print_node(&p, &g->node.at[i]);
        arena_reset(p.tmp);
    }
    for (uint32_t i = 0; i < g->output.n; i++) {
        indent(&p);
        str_add(out, "out ");
        print_label(&p, g->output.at[i]);
        str_add(out, "\n");
    }
    for (uint32_t i = 0; i < g->sized.n; i++) {
        const Sized *s = &g->sized.at[i];
        indent(&p);
        str_add(out, "sized ");
        print_label(&p, graph_find(g, s->value));
        str_add(out, " by ");
        print_label(&p, graph_find(g, s->count));
        str_addf(out, " axis %d%s\n", s->axis, s->fixed ? " fixed" : "");
    }
    if (level) {
        p.steps--;
        indent(&p);
        str_add(out, "}\n");
    }
    arena_free(p.tmp);
}

void graph_print(const Graph *g, Str *out) {
    text_reserve(g, out);
    print_graph(g, 0, out);
}
