/* Inputs of the model: types, shapes with symbols, and what the caller says about them. */
#include "import/onnx/internal.h"

static Loc input_loc(const OnnxReader *r, const char *name) {
    return (Loc){.file = r->g->file, .field = arena_printf(r->tmp, "input '%s'", name)};
}

const Tensor *onnx_bound(const OnnxReader *r, const char *name) {
    for (int i = 0; r->options && i < r->options->nvalues; i++)
        if (!strcmp(r->options->values[i].input, name)) return r->options->values[i].tensor;
    return NULL;
}

/* The shape given by --input-shape, or that of contents given by --bind. */
static const Shape *given_shape(const OnnxReader *r, const char *name) {
    const Tensor *t = onnx_bound(r, name);
    if (t) return &t->shape;
    for (int i = 0; r->options && i < r->options->nshapes; i++)
        if (!strcmp(r->options->shapes[i].input, name)) return &r->options->shapes[i].shape;
    return NULL;
}

static Dim new_symbol(OnnxReader *r, const char *text) {
    const char *id = name_identifier(r->tmp, text), *name = id;
    for (int i = 2; map_get(&r->symbol_names, name) != MAP_NONE; i++) name = arena_printf(r->tmp, "%s_%d", id, i);
    map_set(r->tmp, &r->symbol_names, name, 0);
    return dim_symbol(r->g->sym, name);
}

/* The index of a dim_param in r->symbol. Any text may be a name there; ours are identifiers. */
static uint32_t symbol_index(OnnxReader *r, const char *param) {
    uint32_t at = map_get(&r->symbols, param);
    if (at != MAP_NONE) return at;
    at = r->symbol.n;
    vec_push(r->tmp, &r->symbol, new_symbol(r, param));
    map_set(r->tmp, &r->symbols, param, at);
    return at;
}

typedef TenonOnnx__TensorShapeProto__Dimension Dimension;
typedef TenonOnnx__TypeProto TypeProto;

static const TenonOnnx__TensorShapeProto *declared_shape(const ValueInfoProto *v) {
    return v->type && v->type->tensor_type ? v->type->tensor_type->shape : NULL;
}

/* Exporters write -1 for "not known". */
static bool dimension_known(const Dimension *d) { return d->has_dim_value && d->dim_value >= 0; }
static bool dimension_named(const Dimension *d) { return !dimension_known(d) && d->dim_param && *d->dim_param; }

static bool bind_dimension(OnnxReader *r, const char *name, size_t at, const Dimension *d, Dim given) {
    if (!dim_known(given)) return true;
    Dim old = given;
    uint32_t symbol = MAP_NONE;
    if (dimension_known(d)) old = d->dim_value;
    if (dimension_named(d)) {
        symbol = symbol_index(r, d->dim_param);
        if (dim_known(r->symbol.at[symbol])) old = r->symbol.at[symbol];
    }
    if (old != given)
        return diag_error(r->diag, input_loc(r, name), "only symbolic dimensions can be given",
                          "dimension %zu is %lld%s%s%s, %lld was given", at, (long long)old,
                          symbol == MAP_NONE ? "" : " (", symbol == MAP_NONE ? "" : d->dim_param,
                          symbol == MAP_NONE ? "" : ")", (long long)given);
    if (symbol != MAP_NONE) r->symbol.at[symbol] = given;
    return true;
}

static bool bind_symbols(OnnxReader *r, const ValueInfoProto *v) {
    const Shape *given = given_shape(r, v->name);
    const TenonOnnx__TensorShapeProto *s = declared_shape(v);
    if (!given || !s) return true;
    if (s->n_dim != (size_t)given->rank)
        return diag_error(r->diag, input_loc(r, v->name), NULL, "has %zu dimensions, %d were given", s->n_dim,
                          given->rank);
    bool ok = true;
    for (size_t i = 0; i < s->n_dim; i++) ok = bind_dimension(r, v->name, i, s->dim[i], given->dim[i]) && ok;
    return ok;
}

static bool input_shape(OnnxReader *r, const ValueInfoProto *v, Shape *out) {
    const Shape *given = given_shape(r, v->name);
    const TenonOnnx__TensorShapeProto *s = declared_shape(v);
    if (!s && given) *out = *given;
    if (!s && given) return true;
    if (!s && r->options && r->options->inputs_only) {
        out->rank = -1;
        return true;
    }
    if (!s)
        return diag_error(r->diag, input_loc(r, v->name), "give it with --input-shape NAME=D0xD1x...",
                          "the model does not say its shape");
    if (s->n_dim > MAX_RANK)
        return diag_error(r->diag, input_loc(r, v->name), NULL, "has %zu dimensions, at most %d are supported",
                          s->n_dim, MAX_RANK);
    *out = (Shape){.rank = (int8_t)s->n_dim};
    for (size_t i = 0; i < s->n_dim; i++) {
        const Dimension *d = s->dim[i];
        uint32_t symbol = dimension_named(d) ? symbol_index(r, d->dim_param) : MAP_NONE;
        if (dimension_known(d))
            out->dim[i] = d->dim_value;
        else if (symbol != MAP_NONE)
            out->dim[i] = r->symbol.at[symbol];
        else if (given && dim_known(given->dim[i]))
            out->dim[i] = given->dim[i];
        else
            out->dim[i] = new_symbol(r, arena_printf(r->tmp, "%.20s_d%zu", v->name, i));
    }
    return true;
}

static bool port_type(OnnxReader *r, Loc loc, const TenonOnnx__TypeProto *t, DType *out) {
    if (!t || !t->tensor_type)
        return diag_error(r->diag, loc, NULL, "is %s; only tensors are supported",
                          !t                          ? "without a type"
                          : t->sequence_type          ? "a sequence"
                          : t->optional_type          ? "optional"
                          : t->map_type               ? "a map"
                          : t->sparse_tensor_type     ? "a sparse tensor"
                                                      : "of an unknown type");
    *out = onnx_dtype(t->tensor_type->elem_type);
    return *out != DT_none || diag_error(r->diag, loc, "convert the model to a supported type",
                                         "element type %s (%d) is not supported",
                                         onnx_dtype_name(t->tensor_type->elem_type), (int)t->tensor_type->elem_type);
}

bool onnx_check_outputs(OnnxReader *r, const GraphProto *p) {
    bool ok = true;
    for (size_t i = 0; i < p->n_output; i++) {
        const ValueInfoProto *v = p->output[i];
        const TenonOnnx__TypeProto *t = v->type;
        DType type;
        bool says = t && (t->tensor_type ? t->tensor_type->elem_type != 0
                                         : t->sequence_type || t->optional_type || t->map_type || t->sparse_tensor_type);
        Loc loc = {.file = r->g->file, .field = arena_printf(r->tmp, "output '%s'", v->name ? v->name : "")};
        const TypeProto *element;
        if (says && onnx_kind(v, &element) != ONNX_tensor) t = element;
        if (says && !port_type(r, loc, t, &type)) ok = false;
    }
    return ok;
}

static bool add_input(OnnxReader *r, OnnxScope *s, const ValueInfoProto *v) {
    Shape shape;
    DType type = DT_none;
    if (!port_type(r, input_loc(r, v->name), v->type, &type) || !input_shape(r, v, &shape)) {
        map_set(r->tmp, &s->names, v->name, ONNX_POISON);
        return false;
    }
    const Tensor *t = onnx_bound(r, v->name);
    if (t && t->dtype != type)
        return diag_error(r->diag, input_loc(r, v->name), NULL, "has element type %s, %s was given",
                          dtype_info[type].name, dtype_info[t->dtype].name);
    ValueId id = t ? graph_constant(r->g, v->name, t) : graph_value(r->g, v->name, type, shape);
    if (!t) graph_add_input(r->g, id);
    map_set(r->tmp, &s->names, v->name, id);
    return true;
}

/* ---- sequences and optionals ---- */

OnnxKind onnx_kind(const ValueInfoProto *v, const TypeProto **element) {
    const TypeProto *t = v->type;
    bool optional = t && t->optional_type && !t->tensor_type;
    if (optional) t = t->optional_type->elem_type;
    bool sequence = t && t->sequence_type && !t->tensor_type;
    if (sequence) t = t->sequence_type->elem_type;
    if (element) *element = t;
    if (!t || !t->tensor_type) return ONNX_tensor; /* which is refused for its type */
    return optional ? (sequence ? ONNX_optional_sequence : ONNX_optional) : sequence ? ONNX_sequence : ONNX_tensor;
}

static const InputLength *given_length(const OnnxReader *r, const char *name) {
    for (int i = 0; r->options && i < r->options->nlengths; i++)
        if (!strcmp(r->options->lengths[i].input, name)) return &r->options->lengths[i];
    return NULL;
}

static const char *element_name(const OnnxReader *r, const ValueInfoProto *v, OnnxKind kind, int64_t i) {
    return kind == ONNX_optional ? v->name : arena_printf(r->arena, "%s_%lld", v->name, (long long)i);
}

/* One tensor of the list. Its dimensions have no names: they may differ from its neighbour's. */
static ValueId add_element(OnnxReader *r, const ValueInfoProto *v, OnnxKind kind, const TypeProto *t, int64_t i) {
    const TenonOnnx__TensorShapeProto *from = t->tensor_type->shape;
    OnnxScope aside = {0};
    ValueInfoProto *one = arena_copy(r->tmp, v, sizeof *v);
    TypeProto *type = arena_copy(r->tmp, t, sizeof *t);
    type->tensor_type = arena_copy(r->tmp, t->tensor_type, sizeof *t->tensor_type);
    one->name = arena_strdup(r->arena, element_name(r, v, kind, i));
    one->type = type;
    if (from) {
        TenonOnnx__TensorShapeProto *shape = arena_copy(r->tmp, from, sizeof *from);
        shape->dim = arena_array_of(r->tmp, from->n_dim + 1, Dimension *);
        for (size_t k = 0; k < from->n_dim; k++) {
            shape->dim[k] = arena_copy(r->tmp, from->dim[k], sizeof **from->dim);
            shape->dim[k]->dim_param = NULL;
        }
        type->tensor_type->shape = shape;
    }
    if (!bind_symbols(r, one) || !add_input(r, &aside, one)) return ONNX_POISON;
    return map_get(&aside.names, one->name);
}

static bool add_list(OnnxReader *r, OnnxScope *s, const ValueInfoProto *v, OnnxKind kind, const TypeProto *t) {
    const InputLength *given = given_length(r, v->name);
    bool optional = kind != ONNX_sequence;
    const char *what = kind == ONNX_sequence ? "a sequence" : kind == ONNX_optional ? "optional" : "an optional sequence";
    map_set(r->tmp, &s->names, v->name, ONNX_POISON);
    if (!given)
        return diag_error(r->diag, input_loc(r, v->name),
                          arena_printf(r->tmp, "say it with --length %s=%s", v->name, optional ? "none, or =1" : "N"),
                          "is %s: how many tensors it stands for must be known at compile time", what);
    if (given->n < -1 || given->n > 1 << 16 || (given->n < 0 && !optional) || (given->n > 1 && kind == ONNX_optional))
        return diag_error(r->diag, input_loc(r, v->name), NULL, "is %s, which cannot have %lld tensors", what,
                          (long long)given->n);
    ValueId *at = arena_array_of(r->arena, given->n + 2, ValueId);
    bool ok = true, none = given->n < 0 || (kind == ONNX_optional && !given->n);
    for (int64_t i = 0; i < given->n; i++) ok = (at[i] = add_element(r, v, kind, t, i)) != ONNX_POISON && ok;
    if (!ok) return false;
    OnnxList list = {.none = none, .n = none ? 0 : (uint32_t)given->n, .at = at};
    list.dtype = onnx_dtype(t->tensor_type->elem_type);
    map_set(r->tmp, &s->names, v->name, kind == ONNX_optional && !none ? at[0] : onnx_new_list(r, list));
    return true;
}

static bool list_has(const OnnxReader *r, const ValueInfoProto *v, const char *name) {
    const InputLength *given = given_length(r, v->name);
    OnnxKind kind = onnx_kind(v, NULL);
    for (int64_t i = 0; kind != ONNX_tensor && given && i < given->n && i < 1 << 16; i++)
        if (!strcmp(element_name(r, v, kind, i), name)) return true;
    return false;
}

static bool known_input(const OnnxReader *r, const GraphProto *p, const char *name, const char *option) {
    Str list = str_new(r->tmp);
    for (size_t i = 0; i < p->n_input; i++) {
        if (!strcmp(p->input[i]->name, name) || list_has(r, p->input[i], name)) return true;
        str_addf(&list, "%s%s", list.n ? ", " : "", p->input[i]->name);
    }
    for (size_t i = 0; i < p->n_initializer; i++)
        if (p->initializer[i]->name && !strcmp(p->initializer[i]->name, name)) return true;
    return diag_error(r->diag, (Loc){.file = r->g->file}, NULL, "%s names '%s', which is not an input; inputs: %s",
                      option, name, list.n ? list.at : "none");
}

static bool known_options(const OnnxReader *r, const GraphProto *p) {
    bool ok = true;
    for (int i = 0; r->options && i < r->options->nshapes; i++)
        ok = known_input(r, p, r->options->shapes[i].input, "--input-shape") && ok;
    for (int i = 0; r->options && i < r->options->nvalues; i++)
        ok = known_input(r, p, r->options->values[i].input, "--bind") && ok;
    for (int i = 0; r->options && i < r->options->nlengths; i++)
        ok = known_input(r, p, r->options->lengths[i].input, "--length") && ok;
    return ok;
}

bool onnx_add_inputs(OnnxReader *r, OnnxScope *s, const GraphProto *p) {
    bool ok = true;
    Map seen = {0};
    for (size_t i = 0; i < p->n_input; i++) {
        const char *name = p->input[i]->name;
        if (!name || !*name) return diag_error(r->diag, (Loc){.file = r->g->file}, NULL, "input %zu has no name", i);
        if (map_get(&seen, name) != MAP_NONE)
            return diag_error(r->diag, input_loc(r, name), "every name may be given once", "is listed twice");
        map_set(r->tmp, &seen, name, 0);
    }
    if (!known_options(r, p)) return false;
    for (size_t i = 0; i < p->n_input; i++) ok = bind_symbols(r, p->input[i]) && ok;
    for (size_t i = 0; ok && i < p->n_input; i++) {
        if (map_get(&s->names, p->input[i]->name) != MAP_NONE) continue;
        const TypeProto *element;
        OnnxKind kind = onnx_kind(p->input[i], &element);
        if (kind == ONNX_tensor)
            add_input(r, s, p->input[i]);
        else
            add_list(r, s, p->input[i], kind, element);
    }
    return ok;
}
