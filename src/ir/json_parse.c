/* JSON -> graph. The file may come from anybody: the first fault ends the reading, with the line where it is no JSON
 * and with the place (nodes[3].attributes.group) where it is no graph. */
#include "base/size.h"
#include "ir/internal.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where an item stands, from the innermost outwards; lives on the stack of the reading functions. */
typedef struct Path {
    const struct Path *up;
    const char *key; /* NULL: index */
    uint32_t index;
} Path;

typedef struct {
    Diag *diag;
    const char *file;
    Arena *tmp;
    Graph *g;
    int level;
} Reader;

enum { SHOWN = 60 };

static void add_path(Str *s, const Path *p) {
    if (!p) return;
    add_path(s, p->up);
    if (p->key)
        str_addf(s, s->n ? ".%.*s" : "%.*s", SHOWN, p->key);
    else
        str_addf(s, "[%u]", p->index);
}

__attribute__((format(printf, 3, 4))) static bool fail(Reader *r, const Path *at, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    Str path = str_new(r->tmp);
    add_path(&path, at);
    return diag_error(r->diag, (Loc){.file = r->file, .field = path.at}, NULL, "%s", text);
}

/* Distributes an object's members to the keys (a list that ends with NULL); absent ones are NULL. */
static bool members(Reader *r, const Path *at, const cJSON *o, const char *const *key, const cJSON **item) {
    if (!cJSON_IsObject(o)) return fail(r, at, "an object is expected");
    for (int k = 0; key[k]; k++) item[k] = NULL;
    for (const cJSON *m = o->child; m; m = m->next) {
        int k = 0;
        while (key[k] && strcmp(key[k], m->string) != 0) k++;
        Path here = {at, m->string, 0};
        if (!key[k]) return fail(r, &here, "unknown member");
        if (item[k]) return fail(r, &here, "the member is there twice");
        item[k] = m;
    }
    return true;
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes \\ and \xNN. The result lives in the given arena. */
static bool string(Reader *r, const Path *at, const cJSON *j, Arena *a, const char **out) {
    if (!cJSON_IsString(j)) return fail(r, at, "a string is expected");
    const char *s = j->valuestring;
    char *to = arena_alloc(a, strlen(s) + 1);
    *out = to;
    for (; *s; s++) {
        if (*s != '\\') {
            *to++ = *s;
        } else if (s[1] == '\\') {
            *to++ = *s++;
        } else {
            int high = s[1] == 'x' ? hex(s[2]) : -1, low = high >= 0 ? hex(s[3]) : -1;
            if (low < 0 || high * 16 + low == 0)
                return fail(r, at, "unknown escape behind '\\' (known: \\\\ and \\xNN)");
            *to++ = (char)(high * 16 + low);
            s += 3;
        }
    }
    return true;
}

static bool list(Reader *r, const Path *at, const cJSON *j) {
    return !j || cJSON_IsArray(j) ? true : fail(r, at, "an array is expected");
}

static bool integer(Reader *r, const Path *at, const cJSON *j, int64_t *v) {
    if (cJSON_IsString(j) && int_parse(j->valuestring, v)) return true;
    if (!cJSON_IsNumber(j)) return fail(r, at, "an integer is expected");
    if (!(fabs(j->valuedouble) <= 0x1p53)) return fail(r, at, "an integer beyond 2^53 is written as a string");
    if (j->valuedouble != floor(j->valuedouble)) return fail(r, at, "an integer is expected, not %g", j->valuedouble);
    *v = (int64_t)j->valuedouble;
    return true;
}

static bool real(Reader *r, const Path *at, const cJSON *j, double *v) {
    if (cJSON_IsString(j) && float_parse(j->valuestring, NULL, v)) return true;
    if (!cJSON_IsNumber(j)) return fail(r, at, "a number is expected");
    *v = j->valuedouble;
    return isfinite(*v) ? true : fail(r, at, "the number is too large");
}

static bool dim(Reader *r, const Path *at, const cJSON *j, Dim *d) {
    const char *text;
    if (!cJSON_IsString(j)) {
        if (!integer(r, at, j, d)) return false;
        return *d >= 0 ? true : fail(r, at, "a dimension below 0");
    }
    if (!string(r, at, j, r->tmp, &text)) return false;
    const char *rest = text;
    if (dim_parse(r->g->sym, &rest, d) && !*rest) return true;
    return fail(r, at, "'%.*s' is no dimension", SHOWN, text);
}

static bool dtype(Reader *r, const Path *at, const cJSON *j, DType *t) {
    if (!cJSON_IsString(j)) return fail(r, at, "an element type is expected");
    *t = dtype_parse(j->valuestring);
    return *t != DT_none ? true : fail(r, at, "'%.*s' is no element type", SHOWN, j->valuestring);
}

/* ---- contents ---- */

static bool element(Reader *r, const Path *at, const cJSON *j, Tensor *t, int64_t i) {
    const char *s, *type = dtype_info[t->dtype].name;
    if (t->dtype == DT_string) {
        if (!string(r, at, j, r->g->arena, &s)) return false;
        ((const char **)(uintptr_t)t->data)[i] = s;
        return true;
    }
    if (t->dtype == DT_bool) {
        tensor_set_int(t, i, cJSON_IsTrue(j));
        return cJSON_IsBool(j) ? true : fail(r, at, "true or false is expected");
    }
    if (cJSON_IsString(j))
        return element_parse(t, i, j->valuestring) ||
               fail(r, at, "'%.*s' is no number of type %s", SHOWN, j->valuestring, type);
    if (dtype_is_float(t->dtype)) {
        double v;
        if (!real(r, at, j, &v)) return false;
        tensor_set_float(t, i, v);
        return isfinite(tensor_float(t, i)) ? true : fail(r, at, "%g does not fit %s", v, type);
    }
    int64_t v;
    if (!integer(r, at, j, &v)) return false;
    tensor_set_int(t, i, v);
    if (tensor_int(t, i) == v && (v >= 0 || dtype_info[t->dtype].cls == 'i')) return true;
    return fail(r, at, "%lld does not fit %s", (long long)v, type);
}

static bool packed(Reader *r, const Path *at, const cJSON *j, Tensor **out, DType type, const Shape *shape) {
    static const char *const key[] = {"base64", NULL};
    const cJSON *item[1];
    if (!members(r, at, j, key, item)) return false;
    Path here = {at, "base64", 0};
    if (!cJSON_IsString(item[0]) || type == DT_string) return fail(r, &here, "a base64 string of numbers is expected");
    size_t n = strlen(item[0]->valuestring), size = element_bytes(type);
    uint64_t count = (uint64_t)shape_count(shape);
    if (count > n || base64_size((size_t)count * size) != n)
        return fail(r, &here, "%zu characters do not hold %llu elements of %zu bytes", n, (unsigned long long)count,
                    size);
    *out = tensor_new(r->g->arena, type, *shape);
    if (base64_read(item[0]->valuestring, n, (void *)(uintptr_t)(*out)->data, (*out)->bytes)) return true;
    return fail(r, &here, "damaged base64 contents");
}

static bool contents(Reader *r, const Path *up, const cJSON *j, DType type, const Shape *shape, const Tensor **out) {
    Path at = {up, "data", 0};
    int64_t count = shape_count(shape), n = 0;
    Tensor *t = NULL;
    if (type == DT_none || count < 0) return fail(r, &at, "contents need a type and numbers as dimensions");
    if (!cJSON_IsArray(j)) {
        if (!packed(r, &at, j, &t, type, shape)) return false;
    } else {
        for (const cJSON *e = j->child; e; e = e->next) n++;
        if (n != count) return fail(r, &at, "%lld elements instead of %lld", (long long)n, (long long)count);
        t = tensor_new(r->g->arena, type, *shape);
        n = 0;
        for (const cJSON *e = j->child; e; e = e->next, n++) {
            Path here = {&at, NULL, (uint32_t)n};
            if (!element(r, &here, e, t, n)) return false;
        }
    }
    *out = t;
    return true;
}

/* ---- values ---- */

typedef struct {
    const char *name;
    DType dtype;
    Shape shape;
    const Tensor *data;
    const char *of;
} Declared;

static bool shape_list(Reader *r, const Path *up, const cJSON *j, Shape *s) {
    Path at = {up, "shape", 0};
    if (!list(r, &at, j)) return false;
    s->rank = 0;
    for (const cJSON *e = j->child; e; e = e->next) {
        if (s->rank == MAX_RANK) return fail(r, &at, "the rank is above %d", MAX_RANK);
        Path here = {&at, NULL, (uint32_t)s->rank};
        if (!dim(r, &here, e, &s->dim[s->rank++])) return false;
    }
    return true;
}

static bool declared(Reader *r, const Path *at, const cJSON *j, Declared *v) {
    static const char *const key[] = {"name", "type", "shape", "data", "of", NULL};
    const cJSON *item[5];
    *v = (Declared){.shape.rank = -1};
    if (!members(r, at, j, key, item)) return false;
    Path name = {at, "name", 0}, type = {at, "type", 0}, of = {at, "of", 0};
    if (!item[0] || !string(r, &name, item[0], r->tmp, &v->name))
        return item[0] ? false : fail(r, at, "the name is missing");
    if (!*v->name) return fail(r, &name, "the name is empty");
    if (graph_find(r->g, v->name) != NO_VALUE) return fail(r, &name, "'%.*s' is defined twice", SHOWN, v->name);
    if (item[1] && !dtype(r, &type, item[1], &v->dtype)) return false;
    if (item[2] && !shape_list(r, at, item[2], &v->shape)) return false;
    if (item[3] && !contents(r, at, item[3], v->dtype, &v->shape, &v->data)) return false;
    return !item[4] || string(r, &of, item[4], r->tmp, &v->of);
}

static bool typed(Reader *r, const Path *at, const Declared *v, bool data, bool of) {
    if (v->dtype == DT_none || v->shape.rank < 0) return fail(r, at, "type and shape are needed");
    if (!data && v->data) return fail(r, at, "data cannot stand here");
    return !of && v->of ? fail(r, at, "only a capture stands for another value") : true;
}

/* "inputs", "captures" and "constants". */
static bool values(Reader *r, const Path *up, const char *key, const cJSON *j) {
    Path at = {up, key, 0};
    bool capture = *key == 'c' && key[1] == 'a', constant = *key == 'c' && !capture;
    if (!list(r, &at, j)) return false;
    uint32_t i = 0;
    for (const cJSON *e = j ? j->child : NULL; e; e = e->next, i++) {
        Path here = {&at, NULL, i};
        Declared v;
        if (!declared(r, &here, e, &v) || !typed(r, &here, &v, !capture, capture)) return false;
        if (constant && !v.data) return fail(r, &here, "the constant has no data");
        ValueId id;
        if (capture) {
            ValueId from = r->g->outer && v.of ? graph_find(r->g->outer, v.of) : NO_VALUE;
            if (from == NO_VALUE) return fail(r, &here, "the captured value is not defined in the outer graph");
            id = capture_named(r->g, v.name, from);
            r->g->value.at[id].dtype = v.dtype;
            r->g->value.at[id].shape = v.shape;
        } else {
            id = graph_value(r->g, v.name, v.dtype, v.shape);
            r->g->value.at[id].data = v.data;
        }
        if (!constant && !capture) graph_add_input(r->g, id);
        arena_reset(r->tmp);
    }
    return true;
}

/* ---- nodes ---- */

static bool reference(Reader *r, const Path *at, const cJSON *j, ValueId *v) {
    const char *name;
    if (!string(r, at, j, r->tmp, &name)) return false;
    *v = graph_find(r->g, name);
    return *v != NO_VALUE ? true : fail(r, at, "'%.*s' is not defined before this", SHOWN, name);
}

static bool items(Reader *r, const Path *at, const cJSON *j, const AttrField *f, void *to) {
    if (!list(r, at, j)) return false;
    uint32_t n = 0, i = 0;
    for (const cJSON *e = j->child; e; e = e->next) n++;
    int64_t *ints = n ? arena_array_of(r->g->arena, n, int64_t) : NULL;
    double *floats = f->kind == ATTR_floats && n ? arena_array_of(r->g->arena, n, double) : NULL;
    for (const cJSON *e = j->child; e; e = e->next, i++) {
        Path here = {at, NULL, i};
        bool ok = f->kind == ATTR_ints     ? integer(r, &here, e, &ints[i])
                  : f->kind == ATTR_floats ? real(r, &here, e, &floats[i])
                                           : dim(r, &here, e, &ints[i]);
        if (!ok) return false;
    }
    if (f->kind == ATTR_ints)
        *(Ints *)to = (Ints){n, ints};
    else if (f->kind == ATTR_floats)
        *(Floats *)to = (Floats){n, floats};
    else
        *(Dims *)to = (Dims){n, ints};
    return true;
}

static bool attributes(Reader *r, const Path *up, const cJSON *j, Op op, void *attr) {
    Path at = {up, "attributes", 0};
    uint64_t seen = 0;
    if (!cJSON_IsObject(j)) return fail(r, &at, "an object is expected");
    for (const cJSON *m = j->child; m; m = m->next) {
        const AttrSpec *spec = op_info[op].attrs;
        const AttrField *f = attr_field(spec, m->string);
        Path here = {&at, m->string, 0};
        if (!f) return fail(r, &here, "%s has no such attribute", op_info[op].name);
        uint64_t bit = UINT64_C(1) << (f - spec->field);
        if (seen & bit) return fail(r, &here, "the attribute is there twice");
        seen |= bit;
        void *to = (char *)attr + f->offset;
        bool ok = f->kind == ATTR_int      ? integer(r, &here, m, to)
                  : f->kind == ATTR_float  ? real(r, &here, m, to)
                  : f->kind == ATTR_string ? string(r, &here, m, r->g->arena, (const char **)to)
                  : f->kind == ATTR_dtype  ? dtype(r, &here, m, to)
                                           : items(r, &here, m, f, to);
        if (!ok) return false;
    }
    return true;
}

static bool body(Reader *r, const Path *at, const cJSON *const *item);

static const char *const graph_key[] = {"name",    "inputs", "captures", "constants", "nodes",
                                        "outputs", "file",   "format",   "version",   "sized", NULL};
enum { GRAPH_KEYS = sizeof graph_key / sizeof graph_key[0] - 1, SUB_KEYS = 6 };

/* Recursion is at most MAX_SUBGRAPHS deep. */
static bool sub_graphs(Reader *r, const Path *up, const cJSON *j, NodeId id) {
    Path at = {up, "graphs", 0};
    Graph *outer = r->g;
    uint32_t n = 0, i = 0;
    if (!list(r, &at, j)) return false;
    for (const cJSON *e = j->child; e; e = e->next) n++;
    if (r->level == MAX_SUBGRAPHS) return fail(r, &at, "sub-graphs are nested more than %d deep", MAX_SUBGRAPHS);
    if (n > UINT16_MAX) return fail(r, &at, "too many sub-graphs");
    outer->node.at[id].sub = arena_array_of(outer->arena, n, Graph *);
    for (const cJSON *e = j->child; e; e = e->next, i++) {
        Path here = {&at, NULL, i}, name = {&here, "name", 0};
        const cJSON *item[GRAPH_KEYS];
        const char *text = "";
        if (!members(r, &here, e, graph_key, item)) return false;
        for (int k = SUB_KEYS; k < GRAPH_KEYS; k++)
            if (item[k]) return fail(r, &here, "only the outermost graph has a '%s'", graph_key[k]);
        if (item[0] && !string(r, &name, item[0], r->tmp, &text)) return false;
        r->g = graph_new_sub(outer, text);
        r->level++;
        if (!body(r, &here, item)) return false;
        outer->node.at[id].sub[i] = r->g;
        outer->node.at[id].nsub = (uint16_t)(i + 1);
        r->g = outer;
        r->level--;
    }
    return true;
}

static bool operands(Reader *r, const Path *up, const cJSON *j, Op op, uint32_t *n, ValueId **in) {
    Path at = {up, "in", 0};
    const OpInfo *o = &op_info[op];
    uint32_t i = 0;
    if (!list(r, &at, j)) return false;
    *n = 0;
    for (const cJSON *e = j ? j->child : NULL; e; e = e->next) ++*n;
    if (*n < o->in_min || *n > o->in_max)
        return fail(r, &at, "%s takes %u to %u operands, not %u", o->name, o->in_min, o->in_max, *n);
    *in = arena_array_of(r->tmp, *n, ValueId);
    for (const cJSON *e = j ? j->child : NULL; e; e = e->next, i++) {
        Path here = {&at, NULL, i};
        (*in)[i] = NO_VALUE;
        if (!cJSON_IsNull(e) && !reference(r, &here, e, &(*in)[i])) return false;
    }
    return true;
}

static bool outputs(Reader *r, const Path *up, const cJSON *j, Op op, uint32_t *n, Declared **out) {
    Path at = {up, "out", 0};
    const OpInfo *o = &op_info[op];
    uint32_t i = 0;
    if (!list(r, &at, j)) return false;
    *n = 0;
    for (const cJSON *e = j ? j->child : NULL; e; e = e->next) ++*n;
    if (*n < o->out_min || *n > o->out_max)
        return fail(r, &at, "%s has %u to %u outputs, not %u", o->name, o->out_min, o->out_max, *n);
    *out = arena_array_of(r->tmp, *n, Declared);
    for (const cJSON *e = j ? j->child : NULL; e; e = e->next, i++) {
        Path here = {&at, NULL, i};
        Declared *v = &(*out)[i];
        if (cJSON_IsNull(e)) {
            v->name = "";
            continue;
        }
        if (!declared(r, &here, e, v)) return false;
        if (v->data || v->of) return fail(r, &here, "an output has neither data nor of");
    }
    return true;
}

/* What an item of "nodes" holds beside operands, outputs, attributes and graphs. */
static bool origin(Reader *r, const Path *at, const cJSON *const *item, NodeId id) {
    Path from = {at, "from", 0}, group = {at, "group", 0};
    Node *n = &r->g->node.at[id];
    int64_t v = 0;
    if (item[2] && !string(r, &from, item[2], r->g->arena, &n->source)) return false;
    if (!item[3]) return true;
    if (!integer(r, &group, item[3], &v)) return false;
    if (v <= 0 || v > UINT32_MAX) return fail(r, &group, "a number above 0 is expected");
    n->group = (uint32_t)v;
    return true;
}

static bool node(Reader *r, const Path *at, const cJSON *j) {
    static const char *const key[] = {"op", "name", "from", "group", "in", "out", "attributes", "graphs", NULL};
    const cJSON *item[8];
    const char *text, *name = "";
    uint32_t nin, nout;
    ValueId *in = NULL;
    Declared *out = NULL;
    Path op_path = {at, "op", 0}, name_path = {at, "name", 0};
    Graph *g = r->g;
    if (!members(r, at, j, key, item)) return false;
    if (!item[0]) return fail(r, at, "the operator is missing");
    if (!string(r, &op_path, item[0], r->tmp, &text)) return false;
    Op op = op_find(text);
    if (op == OP_none) return fail(r, &op_path, "unknown operator '%.*s'", SHOWN, text);
    if (item[1] && !string(r, &name_path, item[1], r->tmp, &name)) return false;
    if (!operands(r, at, item[4], op, &nin, &in) || !outputs(r, at, item[5], op, &nout, &out)) return false;
    void *attr = attr_new(g->arena, op_info[op].attrs);
    if (item[6] && !attributes(r, at, item[6], op, attr)) return false;
    const char **names = arena_array_of(r->tmp, nout, const char *);
    for (uint32_t i = 0; i < nout; i++) names[i] = out[i].name;
    NodeId id = graph_node(g, op, name, (int)nin, in, (int)nout, names, attr);
    for (uint32_t i = 0; i < nout; i++) {
        ValueId v = g->node.at[id].out[i];
        if (v == NO_VALUE) continue;
        if (strcmp(g->value.at[v].name, names[i]) != 0) return fail(r, at, "'%.*s' is defined twice", SHOWN, names[i]);
        g->value.at[v].dtype = out[i].dtype;
        g->value.at[v].shape = out[i].shape;
    }
    return origin(r, at, item, id) && (!item[7] || sub_graphs(r, at, item[7], id));
}

/* Item i of "sized". */
static bool sized(Reader *r, const Path *up, const cJSON *j, uint32_t i) {
    static const char *const key[] = {"value", "count", "axis", "fixed", NULL};
    Path list = {up, "sized", 0}, at = {&list, NULL, i};
    Path value = {&at, "value", 0}, count = {&at, "count", 0}, place = {&at, "axis", 0};
    const cJSON *item[4];
    ValueId v, c;
    int64_t axis;
    if (!members(r, &at, j, key, item)) return false;
    if (!reference(r, &value, item[0], &v) || !reference(r, &count, item[1], &c) || !integer(r, &place, item[2], &axis)) return false;
    if (axis < 0 || axis >= MAX_RANK) return fail(r, &place, "a dimension is expected");
    Sized s = {r->g->value.at[v].name, r->g->value.at[c].name, (int)axis, cJSON_IsTrue(item[3])};
    vec_push(r->g->arena, &r->g->sized, s);
    return true;
}

static bool body(Reader *r, const Path *at, const cJSON *const *item) {
    for (int k = 1; k <= 3; k++)
        if (!values(r, at, graph_key[k], item[k])) return false;
    Path nodes = {at, "nodes", 0}, out = {at, "outputs", 0};
    uint32_t i = 0;
    if (!list(r, &nodes, item[4]) || !list(r, &out, item[5])) return false;
    for (const cJSON *e = item[4] ? item[4]->child : NULL; e; e = e->next, i++) {
        Path here = {&nodes, NULL, i};
        if (!node(r, &here, e)) return false;
        arena_reset(r->tmp);
    }
    i = 0;
    for (const cJSON *e = item[5] ? item[5]->child : NULL; e; e = e->next, i++) {
        Path here = {&out, NULL, i};
        ValueId v;
        if (!reference(r, &here, e, &v)) return false;
        graph_add_output(r->g, v);
    }
    return true;
}

static bool whole(Reader *r, Arena *a, const cJSON *root) {
    const cJSON *item[GRAPH_KEYS];
    const char *name = "", *file = r->file;
    Path name_path = {NULL, "name", 0}, file_path = {NULL, "file", 0}, version = {NULL, "version", 0};
    int64_t v = 1;
    if (!members(r, NULL, root, graph_key, item)) return false;
    if (!cJSON_IsString(item[7]) || strcmp(item[7]->valuestring, "tenon graph") != 0)
        return fail(r, NULL, "this JSON has no \"format\": \"tenon graph\"");
    if (item[8] && !integer(r, &version, item[8], &v)) return false;
    if (v != 1) return fail(r, &version, "version %lld is not known", (long long)v);
    if (item[0] && !string(r, &name_path, item[0], r->tmp, &name)) return false;
    if (item[6] && !string(r, &file_path, item[6], r->tmp, &file)) return false;
    r->g = graph_new(a, r->diag, file, name);
    if (!body(r, NULL, item)) return false;
    Path sizes = {NULL, "sized", 0};
    uint32_t i = 0;
    if (item[9] && !list(r, &sizes, item[9])) return false;
    for (const cJSON *e = item[9] ? item[9]->child : NULL; e; e = e->next)
        if (!sized(r, NULL, e, i++)) return false;
    return true;
}

/* ---- the library ---- */

/* The tree lives in an arena: nothing to free after a fault or when memory ends. */
static Arena *tree;

static void *tree_alloc(size_t n) {
    return arena_alloc(tree, n);
}

static void tree_free(void *p) {
    (void)p;
}

static int line_of(const char *text, const char *at) {
    int line = 1;
    for (; text < at; text++) line += *text == '\n';
    return line;
}

static const cJSON *parse_tree(Diag *d, const char *file, const char *text, size_t n) {
    cJSON_Hooks hooks = {tree_alloc, tree_free};
    cJSON_InitHooks(&hooks);
    const char *end = text;
    const cJSON *root = cJSON_ParseWithLengthOpts(text, n, &end, 0);
    cJSON_InitHooks(NULL);
    while (root && end < text + n && *end && strchr(" \t\r\n", *end)) end++;
    if (root && end == text + n) return root;
    diag_error(d, (Loc){.file = file}, NULL, "line %d: %s", line_of(text, end),
               root ? "text follows the end of the JSON" : "this is no JSON");
    return NULL;
}

Graph *graph_parse_json(Arena *a, Diag *d, const char *file, const char *text, size_t n) {
    tree = arena_new("json tree");
    Reader r = {.diag = d, .file = file, .tmp = arena_new("json")};
    const cJSON *root = parse_tree(d, file, text, n);
    bool ok = root && whole(&r, a, root);
    arena_free(r.tmp);
    arena_free(tree);
    return ok ? r.g : NULL;
}
