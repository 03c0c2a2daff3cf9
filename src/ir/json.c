/* Graph -> JSON; json_parse.c reads it back. One line a value or node. Integers beyond 2^53 and floats that JSON has no
 * number for are strings. In a string `\` is doubled and a byte that is not UTF-8 is \xNN, before JSON's own escapes.
 */
#include "ir/internal.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct {
    const Graph *g;
    Str *out;
    Arena *tmp;
    int level, steps;
} Printer;

static void add(Printer *p, const char *text) {
    str_add(p->out, text);
}

/* Bytes of the UTF-8 character at s, 0 where there is none. */
static size_t utf8_length(const char *s) {
    const uint8_t *u = (const uint8_t *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80) return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool beyond = (u[0] == 0xed && u[1] >= 0xa0) || (u[0] == 0xf4 && u[1] >= 0x90);
    return n > 2 && (overlong || beyond) ? 0 : n;
}

static void add_string(Printer *p, const char *s) {
    if (!s) s = "";
    add(p, "\"");
    while (*s) {
        uint8_t c = (uint8_t)*s;
        size_t n = utf8_length(s);
        if (c == '\\')
            add(p, "\\\\\\\\");
        else if (c == '"')
            add(p, "\\\"");
        else if (c == '\n')
            add(p, "\\n");
        else if (c < 0x20 || c == 0x7f)
            str_addf(p->out, "\\u%04x", c);
        else if (n)
            str_addn(p->out, s, n);
        else
            str_addf(p->out, "\\\\x%02x", c);
        s += n ? n : 1;
    }
    add(p, "\"");
}

static void add_int(Printer *p, int64_t v) {
    bool big = v > INT64_C(1) << 53 || v < -(INT64_C(1) << 53);
    str_addf(p->out, big ? "\"%" PRId64 "\"" : "%" PRId64, v);
}

static void add_float(Printer *p, double v) {
    str_addf(p->out, isfinite(v) ? "%s" : "\"%s\"", float_text(p->tmp, v, true));
}

static void add_dim(Printer *p, Dim d) {
    if (d >= 0) {
        add_int(p, d);
        return;
    }
    Str s = str_new(p->tmp);
    dim_print(p->g->sym, d, &s);
    add_string(p, s.at);
}

static void new_line(Printer *p) {
    add(p, "\n");
    for (int i = 0; i < p->steps; i++) add(p, "  ");
}

static void add_element(Printer *p, const Tensor *t, int64_t i) {
    if (t->dtype == DT_string) {
        add_string(p, tensor_string(t, i));
        return;
    }
    const char *text = element_text(p->tmp, t, i);
    bool number = t->dtype == DT_bool || isfinite(tensor_float(t, i));
    if (dtype_is_int(t->dtype)) number = fabs(tensor_float(t, i)) <= 0x1p53;
    str_addf(p->out, number ? "%s" : "\"%s\"", text);
}

static void add_contents(Printer *p, const Tensor *t) {
    t = tensor_contents(t, p->out->arena);
    if (!tensor_is_list(t)) {
        add(p, ", \"data\": {\"base64\": \"");
        base64_add(p->out, t->data, t->bytes);
        add(p, "\"}");
        return;
    }
    int64_t n = shape_count(&t->shape);
    add(p, ", \"data\": [");
    for (int64_t i = 0; i < n; i++) {
        if (i) add(p, ", ");
        add_element(p, t, i);
    }
    add(p, "]");
}

/* {"name": ..., "type": ..., "shape": [...] without the closing brace */
static void add_value(Printer *p, ValueId id) {
    const Value *v = &p->g->value.at[id];
    add(p, "{\"name\": ");
    add_string(p, v->name);
    if (v->dtype != DT_none) str_addf(p->out, ", \"type\": \"%s\"", dtype_info[v->dtype].name);
    if (v->shape.rank < 0) return;
    add(p, ", \"shape\": [");
    for (int i = 0; i < v->shape.rank; i++) {
        if (i) add(p, ", ");
        add_dim(p, v->shape.dim[i]);
    }
    add(p, "]");
}

static void add_field(Printer *p, const AttrField *f, const void *at) {
    const Ints *ints = at;
    const Floats *floats = at;
    const Dims *dims = at;
    switch (f->kind) {
    case ATTR_int: add_int(p, *(const int64_t *)at); return;
    case ATTR_float: add_float(p, *(const double *)at); return;
    case ATTR_string: add_string(p, *(const char *const *)at); return;
    case ATTR_dtype: add_string(p, dtype_info[*(const DType *)at].name); return;
    case ATTR_ints:
    case ATTR_floats:
    case ATTR_dims: break;
    }
    uint32_t n = f->kind == ATTR_ints ? ints->n : f->kind == ATTR_floats ? floats->n : dims->n;
    add(p, "[");
    for (uint32_t i = 0; i < n; i++) {
        if (i) add(p, ", ");
        if (f->kind == ATTR_ints)
            add_int(p, ints->at[i]);
        else if (f->kind == ATTR_floats)
            add_float(p, floats->at[i]);
        else
            add_dim(p, dims->at[i]);
    }
    add(p, "]");
}

static void add_attributes(Printer *p, const Node *n) {
    const AttrSpec *spec = op_info[n->op].attrs;
    if (!n->attr || !spec->n) return;
    const void *fresh = attr_new(p->tmp, spec);
    bool any = false;
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++) {
        if (field_equal(f, n->attr, fresh)) continue;
        str_addf(p->out, "%s\"%s\": ", any ? ", " : ", \"attributes\": {", f->name);
        add_field(p, f, (const char *)n->attr + f->offset);
        any = true;
    }
    if (any) add(p, "}");
}

static void add_graph(const Graph *g, int level, int steps, Str *out);

static void add_node(Printer *p, const Node *n) {
    str_addf(p->out, "{\"op\": \"%s\"", op_info[n->op].name);
    if (n->name && *n->name) {
        add(p, ", \"name\": ");
        add_string(p, n->name);
    }
    if (!n->source || strcmp(n->source, op_info[n->op].name) != 0) {
        add(p, ", \"from\": ");
        add_string(p, n->source);
    }
    if (n->group) str_addf(p->out, ", \"group\": %" PRIu32, n->group);
    add(p, ", \"in\": [");
    for (unsigned i = 0; i < n->nin; i++) {
        if (i) add(p, ", ");
        if (n->in[i] < p->g->value.n)
            add_string(p, p->g->value.at[n->in[i]].name);
        else
            add(p, "null");
    }
    add(p, "], \"out\": [");
    for (unsigned i = 0; i < n->nout; i++) {
        if (i) add(p, ", ");
        bool there = n->out[i] < p->g->value.n;
        if (there) add_value(p, n->out[i]);
        add(p, there ? "}" : "null");
    }
    add(p, "]");
    add_attributes(p, n);
    for (unsigned s = 0; s < n->nsub && p->level < MAX_SUBGRAPHS; s++) {
        add(p, s ? ", " : ", \"graphs\": [");
        add_graph(n->sub[s], p->level + 1, p->steps + 1, p->out);
        if (s + 1 == n->nsub) add(p, "]");
    }
    add(p, "}");
}

/* Goes on to the next item of the list `word`, which the first one opens. */
static void add_item(Printer *p, const char *word, bool *open) {
    add(p, ",");
    if (!*open) {
        p->steps--;
        new_line(p);
        p->steps++;
        str_addf(p->out, "\"%s\": [", word);
    }
    *open = true;
    new_line(p);
}

static void end_list(Printer *p, bool open) {
    if (!open) return;
    p->steps--;
    new_line(p);
    p->steps++;
    add(p, "]");
}

static void add_values(Printer *p) {
    const Graph *g = p->g;
    bool open = false;
    for (uint32_t i = 0; i < g->input.n; i++) {
        add_item(p, "inputs", &open);
        add_value(p, g->input.at[i]);
        if (g->value.at[g->input.at[i]].data) add_contents(p, g->value.at[g->input.at[i]].data);
        add(p, "}");
    }
    end_list(p, open);
    open = false;
    for (ValueId v = 0; g->outer && v < g->value.n; v++) {
        ValueId from = g->value.at[v].captured;
        if (from == NO_VALUE) continue;
        add_item(p, "captures", &open);
        add_value(p, v);
        add(p, ", \"of\": ");
        add_string(p, from < g->outer->value.n ? g->outer->value.at[from].name : "");
        add(p, "}");
    }
    end_list(p, open);
    open = false;
    for (ValueId v = 0; v < g->value.n; v++) {
        if (!g->value.at[v].data || g->value.at[v].is_input) continue;
        add_item(p, "constants", &open);
        add_value(p, v);
        add_contents(p, g->value.at[v].data);
        add(p, "}");
        arena_reset(p->tmp);
    }
    end_list(p, open);
}

/* Recursion: sub-graphs are at most MAX_SUBGRAPHS deep. */
static void add_graph(const Graph *g, int level, int steps, Str *out) {
    Printer p = {.g = g, .out = out, .tmp = arena_new("json"), .level = level, .steps = steps + 1};
    bool open = false;
    add(&p, level ? "{" : "{\"format\": \"tenon graph\", \"version\": 1, ");
    add(&p, "\"name\": ");
    add_string(&p, g->name);
    if (!level) {
        add(&p, ", \"file\": ");
        add_string(&p, g->file);
    }
    p.steps++;
    add_values(&p);
    for (NodeId i = 0; i < g->node.n; i++) {
        if (g->node.at[i].op == OP_none) continue;
        add_item(&p, "nodes", &open);
        add_node(&p, &g->node.at[i]);
        arena_reset(p.tmp);
    }
    end_list(&p, open);
    open = false;
    for (uint32_t i = 0; i < g->output.n; i++) {
        add_item(&p, "outputs", &open);
        add_string(&p, g->output.at[i] < g->value.n ? g->value.at[g->output.at[i]].name : "");
    }
    end_list(&p, open);
    open = false;
    for (uint32_t i = 0; i < g->sized.n; i++) {
        const Sized *s = &g->sized.at[i];
        add_item(&p, "sized", &open);
        add(&p, "{\"value\": ");
        add_string(&p, s->value);
        add(&p, ", \"count\": ");
        add_string(&p, s->count);
        add(&p, ", \"axis\": ");
        add_int(&p, s->axis);
        add(&p, s->fixed ? ", \"fixed\": true}" : "}");
    }
    end_list(&p, open);
    add(&p, "}");
    if (!level) add(&p, "\n");
    arena_free(p.tmp);
}

bool graph_write_json(const Graph *g, Str *out) {
    text_reserve(g, out);
    add_graph(g, 0, 0, out);
    return true;
}
