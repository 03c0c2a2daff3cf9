/* Text -> graph. The text may come from anybody: the first fault ends the reading with a message that names its line.
 */
#include "ir/internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    Diag *diag;
    const char *file;
    const char *at, *end;
    int line;
    Arena *tmp; /* reset after each statement */
    Graph *g;
    int level; /* of sub-graphs */
} Parser;

enum { SHOWN = 60 }; /* characters of a word in a message */

__attribute__((format(printf, 3, 4))) static bool fail(Parser *p, const char *hint, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return diag_error(p->diag, (Loc){.file = p->file}, hint, "line %d: %s", p->line, text);
}

/* ---- words ---- */

static void skip(Parser *p) {
    for (; p->at < p->end; p->at++) {
        if (*p->at == '#') {
            const char *stop = memchr(p->at, '\n', (size_t)(p->end - p->at));
            p->at = stop ? stop : p->end;
        }
        if (p->at == p->end || !strchr(" \t\r\n", *p->at) || !*p->at) return;
        p->line += *p->at == '\n';
    }
}

/* The next character that is no space, 0 at the end. A NUL byte in the text is \1, which nothing accepts. */
static char peek(Parser *p) {
    skip(p);
    return p->at == p->end ? 0 : *p->at ? *p->at : 1;
}

static bool eat(Parser *p, char c) {
    if (peek(p) != c) return false;
    p->at++;
    return true;
}

/* What stands at the reading position, for messages. */
static const char *shown(Parser *p) {
    if (!peek(p)) return "the end of the text";
    const char *from = p->at, *to = from;
    while (to < p->end && to - from < SHOWN && *to && !strchr(" \t\r\n", *to)) to++;
    return arena_printf(p->tmp, "'%s'", *from ? arena_strndup(p->tmp, from, (size_t)(to - from)) : "\\x00");
}

static bool expect(Parser *p, char c, const char *after) {
    if (eat(p, c)) return true;
    return fail(p, NULL, "'%c' is expected %s, not %s", c, after, shown(p));
}

static bool word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Letters, digits and '_'; "" when there are none. */
static const char *word(Parser *p) {
    skip(p);
    const char *from = p->at;
    while (p->at < p->end && word_char(*p->at)) p->at++;
    return arena_strndup(p->tmp, from, (size_t)(p->at - from));
}

static bool at_word(Parser *p, const char *want) {
    skip(p);
    size_t n = strlen(want), left = (size_t)(p->end - p->at);
    if (left < n || memcmp(p->at, want, n) != 0 || (left > n && word_char(p->at[n]))) return false;
    p->at += n;
    return true;
}

/* A number or true, false, nan(0x1): up to what cannot belong to it. */
static const char *number_word(Parser *p) {
    skip(p);
    const char *from = p->at;
    while (p->at < p->end && (word_char(*p->at) || (*p->at && strchr("+-.", *p->at)))) p->at++;
    if (p->at < p->end && *p->at == '(') {
        while (p->at < p->end && (word_char(*p->at) || *p->at == '(')) p->at++;
        if (p->at < p->end && *p->at == ')') p->at++;
    }
    return arena_strndup(p->tmp, from, (size_t)(p->at - from));
}

static int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* One escape behind the backslash. */
static bool escape(Parser *p, char *c) {
    char e = p->at < p->end ? *p->at++ : 0;
    if (e == '"' || e == '\\') {
        *c = e;
    } else if (e == 'n' || e == 't') {
        *c = e == 'n' ? '\n' : '\t';
    } else if (e == 'x' && p->end - p->at >= 2 && hex(p->at[0]) >= 0 && hex(p->at[1]) >= 0) {
        *c = (char)(hex(p->at[0]) * 16 + hex(p->at[1]));
        p->at += 2;
        if (!*c) return fail(p, NULL, "a string cannot hold \\x00");
    } else {
        return fail(p, "known are \\\" \\\\ \\n \\t and \\xNN", "unknown escape in a string");
    }
    return true;
}

/* A string in quotes; lives until the statement ends. */
static bool string(Parser *p, const char **out) {
    if (peek(p) != '"') return fail(p, NULL, "a string in quotes is expected, not %s", shown(p));
    Str s = str_new(p->tmp);
    p->at++;
    for (;;) {
        const char *from = p->at;
        while (p->at < p->end && *p->at != '"' && *p->at != '\\' && *p->at != '\n' && *p->at) p->at++;
        str_addn(&s, from, (size_t)(p->at - from));
        char c = p->at < p->end ? *p->at++ : 0;
        if (c == '"') break;
        if (c != '\\') return fail(p, NULL, "the string does not end on its line");
        if (!escape(p, &c)) return false;
        str_addn(&s, &c, 1);
    }
    *out = s.at;
    return true;
}

/* %name or %"name" */
static bool label(Parser *p, const char **name) {
    if (!eat(p, '%')) return fail(p, NULL, "a value such as %%x is expected, not %s", shown(p));
    if (p->at < p->end && *p->at == '"') {
        if (!string(p, name)) return false;
    } else {
        const char *from = p->at;
        while (p->at < p->end && label_char(*p->at)) p->at++;
        *name = arena_strndup(p->tmp, from, (size_t)(p->at - from));
    }
    return **name ? true : fail(p, NULL, "a value without a name");
}

static bool defined_label(Parser *p, const Graph *g, ValueId *v) {
    const char *name;
    if (!label(p, &name)) return false;
    *v = graph_find(g, name);
    if (*v != NO_VALUE) return true;
    return fail(p, "values are defined above their use", "'%%%s' is not defined", name);
}

static bool new_label(Parser *p, const char **name) {
    if (!label(p, name)) return false;
    return graph_find(p->g, *name) == NO_VALUE ? true : fail(p, NULL, "'%%%s' is defined twice", *name);
}

/* ---- types ---- */

typedef Vec(Dim) DimList;

/* Dimensions up to the bracket that closes the list; the opening one was read. */
static bool dims(Parser *p, DimList *list) {
    const char *close = p->at;
    for (bool quoted = false; close < p->end && *close && *close != '\n' && (quoted || *close != ']'); close++) {
        if (quoted && *close == '\\' && close + 1 < p->end)
            close++;
        else if (*close == '"')
            quoted = !quoted;
    }
    if (close == p->end || *close != ']') return fail(p, NULL, "'[' is not closed on its line");
    const char *text = arena_strndup(p->tmp, p->at, (size_t)(close - p->at)), *at = text;
    for (;;) {
        at += strspn(at, " \t\r");
        if (!*at && !list->n) break;
        const char *from = at;
        Dim d;
        bool ok = dim_parse(p->g->sym, &at, &d);
        at += strspn(at, " \t\r");
        if (!ok || (*at && *at != ',')) {
            int n = (int)strcspn(from, ",");
            return fail(p, "a number >= 0 or an expression over names is needed", "'%.*s' is no dimension",
                        n < SHOWN ? n : SHOWN, from);
        }
        vec_push(p->tmp, list, d);
        if (!*at) break;
        at++;
    }
    p->at = close + 1;
    return true;
}

typedef struct {
    DType dtype;
    Shape shape;
} Type;

/* f32[1,H] with ? for what is not known. */
static bool type(Parser *p, Type *t) {
    DimList list = {0};
    *t = (Type){.shape.rank = -1};
    if (!eat(p, '?')) {
        const char *name = word(p);
        t->dtype = dtype_parse(name);
        if (t->dtype == DT_none) return fail(p, NULL, "'%.*s' is no element type", SHOWN, name);
    }
    if (!expect(p, '[', "behind the element type")) return false;
    if (eat(p, '?')) return expect(p, ']', "behind '?'");
    if (!dims(p, &list)) return false;
    if (list.n > MAX_RANK) return fail(p, NULL, "rank %u is above %d", list.n, MAX_RANK);
    t->shape = shape_of((int)list.n, list.at);
    return true;
}

/* ---- contents ---- */

static bool element(Parser *p, Tensor *t, int64_t i) {
    if (t->dtype == DT_string) {
        const char *s;
        if (!string(p, &s)) return false;
        ((const char **)(uintptr_t)t->data)[i] = arena_strdup(p->g->arena, s);
        return true;
    }
    const char *text = number_word(p);
    if (!*text) return fail(p, NULL, "a number is expected, not %s", shown(p));
    if (element_parse(t, i, text)) return true;
    return fail(p, NULL, "'%.*s' is no number of type %s", SHOWN, text, dtype_info[t->dtype].name);
}

static bool element_list(Parser *p, Tensor *t, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (peek(p) == ']') return fail(p, NULL, "%lld elements instead of %lld", (long long)i, (long long)count);
        if (i && !expect(p, ',', "between elements")) return false;
        if (!element(p, t, i)) return false;
    }
    if (peek(p) == ',' || (count == 0 && peek(p) != ']'))
        return fail(p, NULL, "more elements than the %lld of its type", (long long)count);
    return expect(p, ']', "behind the elements");
}

static bool contents(Parser *p, const Type *type, const Tensor **out) {
    Arena *a = p->g->arena;
    int64_t count = shape_count(&type->shape);
    if (type->dtype == DT_none || count < 0) return fail(p, NULL, "contents need a type and numbers as dimensions");
    bool exact = at_word(p, "exact");
    size_t left = (size_t)(p->end - p->at), size = element_bytes(type->dtype);
    if (eat(p, '[')) {
        if ((uint64_t)count > left) return fail(p, NULL, "fewer elements than the %lld of its type", (long long)count);
        Tensor *t = tensor_new(a, type->dtype, type->shape);
        t->exact = exact;
        *out = t;
        return element_list(p, t, count);
    }
    if (!at_word(p, "base64")) return fail(p, NULL, "'[' or base64 is expected, not %s", shown(p));
    if (type->dtype == DT_string) return fail(p, NULL, "strings are written as a list");
    if (!expect(p, '"', "behind base64")) return false;
    const char *close = memchr(p->at, '"', (size_t)(p->end - p->at));
    if (!close) return fail(p, NULL, "base64 contents do not end");
    size_t n = (size_t)(close - p->at);
    if ((uint64_t)count > left || base64_size((size_t)count * size) != n)
        return fail(p, NULL, "%zu base64 characters do not hold %lld elements of %zu bytes", n, (long long)count, size);
    Tensor *t = tensor_new(a, type->dtype, type->shape);
    t->exact = exact;
    if (!base64_read(p->at, n, (void *)(uintptr_t)t->data, t->bytes)) return fail(p, NULL, "damaged base64 contents");
    p->at = close + 1;
    *out = t;
    return true;
}

/* ---- attributes ---- */

/* The numbers of a list, as 8-byte elements in the graph's arena. */
static bool number_list(Parser *p, const AttrField *f, uint32_t *n, const void **at) {
    Vec(int64_t) ints = {0};
    Vec(double) floats = {0};
    bool real = f->kind == ATTR_floats;
    if (!expect(p, '[', "before the list")) return false;
    while (peek(p) != ']') {
        int64_t v = 0;
        double d = 0;
        if ((ints.n || floats.n) && !expect(p, ',', "in the list")) return false;
        const char *text = number_word(p);
        if (real ? !float_parse(text, NULL, &d) : !int_parse(text, &v))
            return fail(p, NULL, "attribute %s: '%.*s' is no %s", f->name, SHOWN, *text ? text : shown(p),
                        real ? "number" : "integer");
        if (real)
            vec_push(p->tmp, &floats, d);
        else
            vec_push(p->tmp, &ints, v);
    }
    p->at++;
    *n = real ? floats.n : ints.n;
    *at = !*n ? NULL : arena_copy(p->g->arena, real ? (const void *)floats.at : ints.at, (size_t)*n * 8);
    return true;
}

static bool field(Parser *p, const AttrField *f, void *at) {
    const char *text;
    DimList list = {0};
    uint32_t n;
    const void *items;
    switch (f->kind) {
    case ATTR_int:
        text = number_word(p);
        return int_parse(text, at) || fail(p, NULL, "attribute %s: '%.*s' is no integer", f->name, SHOWN, text);
    case ATTR_float:
        text = number_word(p);
        return float_parse(text, NULL, at) || fail(p, NULL, "attribute %s: '%.*s' is no number", f->name, SHOWN, text);
    case ATTR_string:
        if (!string(p, &text)) return false;
        *(const char **)at = arena_strdup(p->g->arena, text);
        return true;
    case ATTR_dtype:
        text = word(p);
        *(DType *)at = dtype_parse(text);
        if (*(DType *)at != DT_none || strcmp(text, "none") == 0) return true;
        return fail(p, NULL, "attribute %s: '%.*s' is no element type", f->name, SHOWN, text);
    case ATTR_ints:
        if (!number_list(p, f, &n, &items)) return false;
        *(Ints *)at = (Ints){n, items};
        return true;
    case ATTR_floats:
        if (!number_list(p, f, &n, &items)) return false;
        *(Floats *)at = (Floats){n, items};
        return true;
    case ATTR_dims:
        if (!expect(p, '[', "before the list") || !dims(p, &list)) return false;
        *(Dims *)at = (Dims){list.n, list.n ? arena_copy(p->g->arena, list.at, list.n * sizeof(Dim)) : NULL};
        return true;
    }
    return false;
}

static bool attributes(Parser *p, Op op, void *attr) {
    const AttrSpec *spec = op_info[op].attrs;
    uint64_t seen = 0;
    while (peek(p) != '}') {
        if (seen && !expect(p, ',', "between attributes")) return false;
        const char *name = word(p);
        if (!*name) return fail(p, NULL, "an attribute is expected, not %s", shown(p));
        const AttrField *f = attr_field(spec, name);
        if (!f) return fail(p, NULL, "%s has no attribute '%.*s'", op_info[op].name, SHOWN, name);
        uint64_t bit = UINT64_C(1) << (f - spec->field);
        if (seen & bit) return fail(p, NULL, "attribute %s is given twice", name);
        seen |= bit;
        if (!expect(p, '=', "behind the attribute") || !field(p, f, (char *)attr + f->offset)) return false;
    }
    p->at++;
    return true;
}

/* ---- statements ---- */

static ValueId add_value(Parser *p, const char *name, const Type *t) {
    return graph_value(p->g, name, t->dtype, t->shape);
}

static bool declaration(Parser *p, bool constant) {
    const char *name;
    Type t;
    const Tensor *data = NULL;
    if (!new_label(p, &name) || !expect(p, ':', "behind the value") || !type(p, &t)) return false;
    if (constant && peek(p) != '=') return fail(p, NULL, "the constant '%%%s' has no contents", name);
    if (eat(p, '=') && !contents(p, &t, &data)) return false;
    ValueId v = add_value(p, name, &t);
    p->g->value.at[v].data = data;
    if (!constant) graph_add_input(p->g, v);
    return true;
}

static bool capture(Parser *p) {
    const char *name;
    Type t;
    ValueId from;
    if (!p->g->outer) return fail(p, NULL, "only a sub-graph can capture");
    if (!new_label(p, &name)) return false;
    bool typed = eat(p, ':');
    if (typed && !type(p, &t)) return false;
    if (!at_word(p, "of")) return fail(p, NULL, "'of' is expected behind the value, not %s", shown(p));
    if (!defined_label(p, p->g->outer, &from)) return false;
    ValueId v = capture_named(p->g, name, from);
    if (!typed) return true;
    p->g->value.at[v].dtype = t.dtype;
    p->g->value.at[v].shape = t.shape;
    return true;
}

typedef struct {
    const char *name; /* "": absent */
    Type type;
} Output;
typedef Vec(Output) OutputList;

static bool outputs(Parser *p, OutputList *list) {
    do {
        Output o = {.name = "", .type.shape.rank = -1};
        if (!eat(p, '_')) {
            if (!new_label(p, &o.name)) return false;
            if (eat(p, ':') && !type(p, &o.type)) return false;
        }
        vec_push(p->tmp, list, o);
    } while (eat(p, ','));
    return expect(p, '=', "behind the outputs");
}

typedef Vec(ValueId) ValueList;

static bool operands(Parser *p, ValueList *list) {
    if (!expect(p, '(', "behind the operator")) return false;
    while (peek(p) != ')') {
        ValueId v = NO_VALUE;
        if (list->n && !expect(p, ',', "between operands")) return false;
        if (!eat(p, '_') && !defined_label(p, p->g, &v)) return false;
        vec_push(p->tmp, list, v);
    }
    p->at++;
    return true;
}

static bool arity(Parser *p, Op op, uint32_t nin, uint32_t nout) {
    const OpInfo *o = &op_info[op];
    if (nin < o->in_min || nin > o->in_max)
        return fail(p, NULL, "%s takes %u to %u operands, not %u", o->name, o->in_min, o->in_max, nin);
    if (nout < o->out_min || nout > o->out_max)
        return fail(p, NULL, "%s has %u to %u outputs, not %u", o->name, o->out_min, o->out_max, nout);
    return true;
}

/* What may stand behind the attributes. */
static bool origin(Parser *p, const char **name, const char **source, uint32_t *group) {
    int64_t v;
    if (peek(p) == '"' && !string(p, name)) return false;
    if (at_word(p, "from") && !string(p, source)) return false;
    if (!at_word(p, "group")) return true;
    if (!int_parse(number_word(p), &v) || v <= 0 || v > UINT32_MAX)
        return fail(p, NULL, "group needs a number above 0");
    *group = (uint32_t)v;
    return true;
}

static bool node(Parser *p) {
    Graph *g = p->g;
    OutputList out = {0};
    ValueList in = {0};
    const char *name = "", *source = NULL;
    uint32_t group = 0;
    if (!outputs(p, &out)) return false;
    const char *op_name = word(p);
    Op op = op_find(op_name);
    if (op == OP_none) return fail(p, NULL, "unknown operator '%.*s'", SHOWN, *op_name ? op_name : shown(p));
    if (!operands(p, &in) || !arity(p, op, in.n, out.n)) return false;
    void *attr = attr_new(g->arena, op_info[op].attrs);
    if (eat(p, '{') && !attributes(p, op, attr)) return false;
    if (!origin(p, &name, &source, &group)) return false;
    const char **names = arena_array_of(p->tmp, out.n, const char *);
    for (uint32_t i = 0; i < out.n; i++) names[i] = out.at[i].name;
    NodeId id = graph_node(g, op, name, (int)in.n, in.at, (int)out.n, names, attr);
    Node *n = &g->node.at[id];
    if (source) n->source = arena_strdup(g->arena, source);
    n->group = group;
    for (uint32_t i = 0; i < out.n; i++) {
        if (n->out[i] == NO_VALUE) continue;
        Value *v = &g->value.at[n->out[i]];
        if (strcmp(v->name, out.at[i].name) != 0) return fail(p, NULL, "'%%%s' is defined twice", out.at[i].name);
        v->dtype = out.at[i].type.dtype;
        v->shape = out.at[i].type.shape;
    }
    return true;
}

static bool body(Parser *p);

/* `graph "name" {` ... `}` behind the node that owns it; recursion is at most MAX_SUBGRAPHS deep. */
static bool sub_graph(Parser *p) {
    Graph *outer = p->g;
    const char *name;
    int line = p->line;
    if (!outer->node.n) return fail(p, NULL, "a sub-graph needs a node before it");
    if (p->level == MAX_SUBGRAPHS) return fail(p, NULL, "sub-graphs are nested more than %d deep", MAX_SUBGRAPHS);
    if (!string(p, &name) || !expect(p, '{', "behind the sub-graph's name")) return false;
    Graph *sub = graph_new_sub(outer, name);
    p->g = sub;
    p->level++;
    if (!body(p)) return false;
    if (!eat(p, '}')) return fail(p, NULL, "the sub-graph of line %d is not closed", line);
    p->g = outer;
    p->level--;
    Node *n = &vec_last(&outer->node);
    if (n->nsub == UINT16_MAX) return fail(p, NULL, "too many sub-graphs");
    if ((n->nsub & (n->nsub - 1)) == 0) { /* full at every power of two */
        Graph **more = arena_array_of(outer->arena, n->nsub ? 2 * n->nsub : 1, Graph *);
        if (n->nsub) memcpy(more, n->sub, n->nsub * sizeof *more);
        n->sub = more;
    }
    n->sub[n->nsub++] = sub;
    return true;
}

static bool sized(Parser *p) {
    ValueId v, count;
    int64_t axis;
    if (!defined_label(p, p->g, &v)) return false;
    if (!at_word(p, "by")) return fail(p, NULL, "'by' is expected behind the value, not %s", shown(p));
    if (!defined_label(p, p->g, &count)) return false;
    if (!at_word(p, "axis") || !int_parse(number_word(p), &axis) || axis < 0 || axis >= MAX_RANK)
        return fail(p, NULL, "axis and its number are expected behind the count");
    Sized s = {p->g->value.at[v].name, p->g->value.at[count].name, (int)axis, at_word(p, "fixed")};
    vec_push(p->g->arena, &p->g->sized, s);
    return true;
}

static bool statement(Parser *p) {
    ValueId v;
    if (peek(p) == '%' || *p->at == '_') return node(p);
    if (at_word(p, "in")) return declaration(p, false);
    if (at_word(p, "const")) return declaration(p, true);
    if (at_word(p, "capture")) return capture(p);
    if (at_word(p, "graph")) return sub_graph(p);
    if (at_word(p, "sized")) return sized(p);
    if (!at_word(p, "out"))
        return fail(p, NULL, "a statement (in, const, out, %%x = ...) is expected, not %s", shown(p));
    if (!defined_label(p, p->g, &v)) return false;
    graph_add_output(p->g, v);
    return true;
}

/* Statements up to the end or a closing brace. */
static bool body(Parser *p) {
    while (peek(p) && *p->at != '}') {
        if (!statement(p)) return false;
        arena_reset(p->tmp);
    }
    return true;
}

static bool whole(Parser *p, Arena *a) {
    const char *name, *file = p->file;
    if (!at_word(p, "graph"))
        return fail(p, NULL, "the text of a graph starts with graph \"name\", not with %s", shown(p));
    if (!string(p, &name)) return false;
    if (at_word(p, "file") && !string(p, &file)) return false;
    p->g = graph_new(a, p->diag, file, name);
    if (!body(p)) return false;
    return peek(p) ? fail(p, NULL, "'}' closes nothing") : true;
}

Graph *graph_parse(Arena *a, Diag *d, const char *file, const char *text, size_t n) {
    Parser p = {.diag = d, .file = file, .at = text, .end = text + n, .line = 1, .tmp = arena_new("parse")};
    bool ok = whole(&p, a);
    arena_free(p.tmp);
    return ok ? p.g : NULL;
}
