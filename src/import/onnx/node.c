/* Helpers of the mapping functions, first half: operands, attributes and contents known at compile time. */
#include "base/size.h"
#include "import/onnx/internal.h"
#include <stdlib.h>

bool ox_error(OnnxNode *n, const char *field, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(n->r->tmp, format, args);
    va_end(args);
    n->bad = true;
    return diag_error(n->r->diag, (Loc){n->g->file, n->label, n->p->op_type, field}, hint, "%s", text);
}

bool ox_refuse(OnnxNode *n, const char *reason) {
    return ox_error(n, NULL, NULL, "is not supported: %s", reason);
}

/* ---- attributes ---- */

static const AttributeProto *attribute_named(AttributeProto *const *list, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (list[i]->name && !strcmp(list[i]->name, name)) return list[i];
    return NULL;
}

/* A reference of a function's body names an attribute of the calling node, whose value may be a reference again. */
const AttributeProto *ox_find(const OnnxNode *n, const char *attr) {
    const AttributeProto *a = attribute_named(n->p->attribute, n->p->n_attribute, attr);
    const OnnxScope *s = n->scope;
    for (int i = 0; a && a->ref_attr_name && *a->ref_attr_name && i <= ONNX_MAX_DEPTH; i++) {
        const OnnxNode *caller = s->caller;
        if (!caller) return NULL;
        const char *name = a->ref_attr_name;
        const FunctionProto *f = s->function;
        a = attribute_named(caller->p->attribute, caller->p->n_attribute, name);
        if (!a && f) a = attribute_named(f->attribute_proto, f->n_attribute_proto, name);
        s = caller->scope;
    }
    return a;
}

/* Old files leave the type out. */
static const AttributeProto *attribute_of(OnnxNode *n, const char *attr, int type) {
    const AttributeProto *a = ox_find(n, attr);
    if (!a || !a->has_type || !a->type || a->type == type) return a;
    static const char *const names[] = {"UNDEFINED", "FLOAT",  "INT",  "STRING", "TENSOR",
                                        "GRAPH",     "FLOATS", "INTS", "STRINGS"};
    bool named = a->type > 0 && (size_t)a->type < sizeof names / sizeof *names;
    ox_error(n, attr, NULL, "the attribute has type %s, %s is needed", named ? names[a->type] : "of another kind",
             names[type]);
    return NULL;
}

int64_t ox_int(OnnxNode *n, const char *attr, int64_t def) {
    const AttributeProto *a = attribute_of(n, attr, ONNX_INT);
    return a ? a->i : def;
}

double ox_float(OnnxNode *n, const char *attr, double def) {
    const AttributeProto *a = attribute_of(n, attr, ONNX_FLOAT);
    return a ? (double)a->f : def;
}

/* A string that ends with its first byte 0. */
static bool string_copy(OnnxNode *n, const char *attr, const ProtobufCBinaryData *d, const char **out) {
    if (d->len && memchr(d->data, 0, d->len))
        return ox_error(n, attr, "strings end with their first byte 0", "a string has a byte 0 within");
    *out = d->len ? arena_strndup(n->r->arena, (const char *)d->data, d->len) : "";
    return true;
}

const char *ox_string(OnnxNode *n, const char *attr, const char *def) {
    const AttributeProto *a = attribute_of(n, attr, ONNX_STRING);
    const char *s = def;
    return a && string_copy(n, attr, &a->s, &s) ? s : def;
}

bool ox_ints(OnnxNode *n, const char *attr, Ints *out) {
    const AttributeProto *a = attribute_of(n, attr, ONNX_INTS);
    *out = (Ints){0};
    if (a) attr_set_ints(n->r->arena, out, (uint32_t)a->n_ints, a->ints);
    return a != NULL;
}

bool ox_floats(OnnxNode *n, const char *attr, Floats *out) {
    const AttributeProto *a = attribute_of(n, attr, ONNX_FLOATS);
    *out = (Floats){0};
    if (!a) return false;
    double *at = arena_array_of(n->r->arena, a->n_floats, double);
    for (size_t i = 0; i < a->n_floats; i++) at[i] = (double)a->floats[i];
    *out = (Floats){(uint32_t)a->n_floats, at};
    return true;
}

Tensor *ox_strings(OnnxNode *n, const char *attr) {
    const AttributeProto *a = attribute_of(n, attr, ONNX_STRINGS);
    if (!a) return NULL;
    int64_t count = (int64_t)a->n_strings;
    Tensor *t = ox_tensor(n, DT_string, 1, &count);
    for (int64_t i = 0; i < count; i++)
        if (!string_copy(n, attr, &a->strings[i], &((const char **)(uintptr_t)t->data)[i])) return NULL;
    return t;
}

bool ox_one_of(OnnxNode *n, const char *attr, const char *value, const char *const *allowed) {
    Str list = str_new(n->r->tmp);
    for (; *allowed; allowed++) {
        if (!strcmp(value, *allowed)) return true;
        str_addf(&list, "%s%s", list.n ? ", " : "", *allowed);
    }
    return ox_error(n, attr, NULL, "\"%s\" is not one of %s", value, list.at);
}

/* ---- operands ---- */

bool ox_has(const OnnxNode *n, unsigned in) { return ox_in(n, in) != NO_VALUE; }

DType ox_dtype(const OnnxNode *n, ValueId v) { return v == NO_VALUE ? DT_none : n->g->value.at[v].dtype; }

Shape ox_shape(const OnnxNode *n, ValueId v) { return v == NO_VALUE ? (Shape){.rank = -1} : n->g->value.at[v].shape; }

int ox_rank(OnnxNode *n, unsigned in) {
    if (n->bad) return 0;
    if (!ox_has(n, in)) {
        ox_error(n, NULL, NULL, "operand %u is missing", in);
        return 0;
    }
    int rank = ox_shape(n, n->in[in]).rank;
    if (rank < 0) {
        ox_error(n, NULL, NULL, "the rank of operand %u is not known", in);
        return 0;
    }
    return rank;
}

/* ---- contents at compile time ---- */

static void need_input(OnnxReader *r, const char *name) {
    ImportNeeds *needs = r->options ? r->options->needs : NULL;
    if (!needs) return;
    for (uint32_t i = 0; i < needs->name.n; i++)
        if (!strcmp(needs->name.at[i], name)) return;
    vec_push(needs->arena, &needs->name, arena_strdup(needs->arena, name));
}

/* From which inputs of the graph a value is computed: by their contents, or (through Shape) by their dims. */
static void find_roots(OnnxNode *n, ValueId v, Str *contents, Str *dims) {
    typedef struct {
        ValueId v;
        bool shape;
    } Item;
    Vec(Item) todo = {0};
    IdMap seen = {0};
    Arena *tmp = n->r->tmp;
    vec_push(tmp, &todo, ((Item){v, false}));
    int listed = 0;
    for (uint32_t i = 0; i < todo.n && i < 100000; i++) {
        Item item = todo.at[i];
        uint64_t key = (uint64_t)item.v * 2 + item.shape;
        if (idmap_get(&seen, key) != MAP_NONE) continue;
        idmap_set(tmp, &seen, key, 1);
        const Value *value = &n->g->value.at[item.v];
        if (value->is_input && listed < 8) {
            Str *to = item.shape ? dims : contents;
            str_addf(to, item.shape ? "%s--input-shape %s=..." : "%s--bind %s=FILE", to->n ? " " : "", value->name);
            if (!item.shape) need_input(n->r, value->name);
            listed++;
        }
        if (value->producer == NO_NODE) continue;
        const Node *from = &n->g->node.at[value->producer];
        bool shape = item.shape || from->op == OP_Shape;
        for (unsigned k = 0; k < from->nin; k++)
            if (from->in[k] != NO_VALUE) vec_push(tmp, &todo, ((Item){from->in[k], shape}));
    }
}

/* The node's other parameters that are inputs of the graph will be asked for too: named at once. Operand 0 is data but
 * for the node whose first parameter it is. */
static void find_other_roots(OnnxNode *n, ValueId v, Str *contents) {
    for (uint32_t i = n->nin && v != n->in[0]; i < n->nin; i++) {
        if (n->in[i] == v || n->in[i] == NO_VALUE || onnx_is_list(n->in[i])) continue;
        const Value *other = &n->g->value.at[n->in[i]];
        if (!other->is_input || other->data || other->shape.rank > 1) continue;
        const char *option = arena_printf(n->r->tmp, "--bind %s=FILE", other->name);
        if (strstr(contents->at, option)) continue;
        str_addf(contents, "%s%s", contents->n ? " " : "", option);
        need_input(n->r, other->name);
    }
}

bool ox_unknown(OnnxNode *n, ValueId v, const char *what, const char *reason) {
    Str contents = str_new(n->r->tmp), dims = str_new(n->r->tmp);
    find_roots(n, v, &contents, &dims);
    if (contents.n) find_other_roots(n, v, &contents);
    const char *with = contents.n ? contents.at : dims.at;
    const char *hint = *with ? arena_printf(n->r->tmp, "give it with %s", with) : "make it a constant in the model";
    const char *because = reason ? arena_printf(n->r->tmp, ": %s", reason) : "";
    return ox_error(n, what, hint, "operand '%s' must be known at compile time%s", n->g->value.at[v].name, because);
}

int ox_known(const OnnxNode *n, ValueId v) {
    const Tensor *t = v < n->g->value.n ? n->g->value.at[v].data : NULL;
    if (!t || shape_count(&t->shape) != 1 || (t->dtype != DT_bool && !dtype_is_int(t->dtype))) return -1;
    return tensor_int(t, 0) != 0;
}

const DimX *ox_contents(OnnxNode *n, unsigned in, const char *what, int64_t *count) {
    *count = 0;
    if (n->bad) return NULL;
    ValueId v = ox_in(n, in);
    if (v == NO_VALUE) {
        ox_error(n, what, NULL, "operand %u is missing", in);
        return NULL;
    }
    const Value *value = &n->g->value.at[v];
    if (!dtype_is_int(value->dtype) && value->dtype != DT_bool) {
        ox_error(n, what, NULL, "operand '%s' has element type %s, integers are needed", value->name,
                 dtype_info[value->dtype].name);
        return NULL;
    }
    int64_t size = shape_count(&value->shape);
    if (size >= 0 && value->elements && !value->data) {
        *count = size;
        return value->elements;
    }
    if (!value->data) {
        ox_unknown(n, v, what, NULL);
        return NULL;
    }
    if (size > 1 << 20) {
        ox_error(n, what, NULL, "operand '%s' has %lld elements, too many", value->name, (long long)size);
        return NULL;
    }
    DimX *x = arena_array_of(n->r->tmp, size + 1, DimX);
    for (int64_t i = 0; i < size; i++) x[i] = dimx_number(tensor_int(value->data, i));
    *count = size;
    return x;
}

bool ox_numbers(OnnxNode *n, unsigned in, const char *what, Ints *out) {
    int64_t count;
    const DimX *x = ox_contents(n, in, what, &count);
    if (!x) return false;
    int64_t *at = arena_array_of(n->r->arena, count, int64_t);
    for (int64_t i = 0; i < count; i++) {
        if (!x[i].is_number) {
            ox_unknown(n, n->in[in], what, NULL);
            return false;
        }
        at[i] = x[i].number;
    }
    *out = (Ints){(uint32_t)count, at};
    return true;
}

bool ox_number(OnnxNode *n, unsigned in, const char *what, int64_t *out) {
    Ints list;
    if (!ox_numbers(n, in, what, &list)) return false;
    if (list.n != 1)
        return ox_error(n, what, NULL, "operand '%s' must be a single number", n->g->value.at[n->in[in]].name);
    *out = list.at[0];
    return true;
}

bool ox_reals(OnnxNode *n, unsigned in, const char *what, Floats *out) {
    if (n->bad || !ox_has(n, in)) return n->bad ? false : ox_error(n, what, NULL, "operand %u is missing", in);
    const Value *v = &n->g->value.at[n->in[in]];
    if (!v->data) {
        ox_unknown(n, n->in[in], what, NULL);
        return false;
    }
    int64_t count = shape_count(&v->data->shape);
    if (v->dtype == DT_string || count > 1 << 20) return ox_error(n, what, NULL, "operand '%s' is unusable", v->name);
    double *at = arena_array_of(n->r->arena, count, double);
    for (int64_t i = 0; i < count; i++) at[i] = tensor_float(v->data, i);
    *out = (Floats){(uint32_t)count, at};
    return true;
}

bool ox_list(OnnxNode *n, const char *attr, int input_since, unsigned in, Ints *out, bool *found) {
    *found = false;
    *out = (Ints){0};
    if (n->version < input_since) {
        *found = ox_ints(n, attr, out);
        return !n->bad;
    }
    if (!ox_has(n, in)) return !n->bad;
    *found = true;
    return ox_numbers(n, in, attr, out);
}

/* ---- domains ---- */

bool ox_axis(OnnxNode *n, const char *field, int64_t *axis, int rank) {
    if (*axis < -rank || *axis >= rank)
        return ox_error(n, field, NULL, "axis %lld is outside a tensor of rank %d", (long long)*axis, rank);
    if (*axis < 0) *axis += rank;
    return true;
}

bool ox_axes(OnnxNode *n, Ints *axes, int rank) {
    bool has[MAX_RANK] = {0};
    int64_t sorted[MAX_RANK];
    uint32_t count = 0;
    for (uint32_t i = 0; i < axes->n; i++) {
        int64_t axis = axes->at[i];
        if (rank > MAX_RANK || !ox_axis(n, "axes", &axis, rank)) return false;
        if (has[axis]) return ox_error(n, "axes", NULL, "axis %lld is named twice", (long long)axis);
        has[axis] = true;
    }
    for (int d = 0; d < rank; d++)
        if (has[d]) sorted[count++] = d;
    attr_set_ints(n->r->arena, axes, count, sorted);
    return true;
}

Dim ox_dim(OnnxNode *n, const char *what, DimX x) {
    Dim d = dimx_bad(x) ? DIM_BAD : dim_of(x);
    if (d == DIM_BAD && !dimx_bad(x) && x.is_number)
        ox_error(n, what, NULL, "%lld is no dimension, 0 or more is needed", (long long)x.number);
    else if (d == DIM_BAD)
        ox_error(n, what, "give the model's shapes with --input-shape", "a dimension overflows or has too many terms");
    return d;
}
