/* The graph as an ONNX file: IR 10, operator set 21, later ones where an operator needs them. */
#include "import/onnx/write.h"
#include "base/io.h"

enum { OPSET = 21 };

const char *write_fresh(OnnxWriter *w, const char *base) {
    uint32_t last = map_get(&w->names, base);
    const char *name = base;
    if (last != MAP_NONE) {
        do name = arena_printf(w->arena, "%s.%u", base, ++last);
        while (map_get(&w->names, name) != MAP_NONE);
        map_set(w->arena, &w->names, base, last);
    }
    map_set(w->arena, &w->names, name, 0);
    return name;
}

static const char *value_name(const OnnxWriter *w, ValueId v) { return w->name ? w->name[v] : w->g->value.at[v].name; }

/* The number of an element type; some came with a later operator set. */
static int type_number(OnnxWriter *w, DType t) {
    int64_t since = t == DT_f4e2m1                      ? 23
                    : t == DT_f8e8m0                    ? 24
                    : t == DT_u2 || t == DT_i2          ? 25
                    : t == DT_f6e2m3 || t == DT_f6e3m2 ? 28
                                                        : 0;
    if (w->opset < since) w->opset = since;
    return onnx_dtype_number(t);
}

static void write_strings(OnnxWriter *w, TensorProto *p, const Tensor *t) {
    const char *const *s = t->data;
    p->n_string_data = (size_t)shape_count(&t->shape);
    p->string_data = arena_array_of(w->arena, p->n_string_data + 1, ProtobufCBinaryData);
    for (size_t i = 0; i < p->n_string_data; i++)
        p->string_data[i] = (ProtobufCBinaryData){s[i] ? strlen(s[i]) : 0, (uint8_t *)(uintptr_t)(s[i] ? s[i] : "")};
}

static TensorProto *tensor_proto(OnnxWriter *w, const char *name, const Tensor *t) {
    TensorProto *p = arena_new_of(w->arena, TensorProto);
    tenon_onnx__tensor_proto__init(p);
    p->name = arena_strdup(w->arena, name);
    p->has_data_type = true;
    p->data_type = type_number(w, t->dtype);
    p->n_dims = (size_t)t->shape.rank;
    p->dims = arena_copy(w->arena, t->shape.dim, sizeof t->shape.dim);
    if (t->dtype == DT_string) {
        write_strings(w, p, t);
        return p;
    }
    p->has_raw_data = true;
    p->raw_data = (ProtobufCBinaryData){t->bytes, (uint8_t *)(uintptr_t)t->data};
    if (dtype_is_small(t->dtype) && t->bytes) {
        p->raw_data.len = (size_t)dtype_packed_bytes(t->dtype, (int64_t)t->bytes);
        p->raw_data.data = arena_alloc(w->arena, p->raw_data.len);
        dtype_pack(t->dtype, t->data, (int64_t)t->bytes, p->raw_data.data);
    }
    return p;
}

/* ---- pieces of a node ---- */

bool wn_error(WriteNode *n, const char *field, const char *text) {
    return diag_error(n->w->diag, node_loc(n->w->g, n->id, field), "give the shapes with --input-shape", "%s", text);
}

void wn_operand(WriteNode *n, const char *name) {
    char **more = arena_array_of(n->w->arena, n->p->n_input + 1, char *);
    if (n->p->n_input) memcpy(more, n->p->input, n->p->n_input * sizeof *more);
    more[n->p->n_input++] = arena_strdup(n->w->arena, name);
    n->p->input = more;
}

static void constant_operand(WriteNode *n, const char *what, const Tensor *t) {
    OnnxWriter *w = n->w;
    ValueId out = node_out(n->node, 0);
    const char *base = out == NO_VALUE ? n->node->name : value_name(w, out);
    const char *name = write_fresh(w, arena_printf(w->arena, "%s.%s", base, what));
    vec_push(w->arena, &w->initialiser, tensor_proto(w, name, t));
    wn_operand(n, name);
}

void wn_ints(WriteNode *n, const char *what, uint32_t count, const int64_t *v, int rank) {
    Tensor *t = tensor_new(n->w->arena, DT_i64, shape_of(rank, (const int64_t[]){count}));
    for (uint32_t i = 0; i < count; i++) tensor_set_int(t, i, v[i]);
    constant_operand(n, what, t);
}

void wn_scalar_int(WriteNode *n, const char *what, int64_t v) { wn_ints(n, what, 1, &v, 0); }

void wn_floats(WriteNode *n, const char *what, uint32_t count, const double *v) {
    Tensor *t = tensor_new(n->w->arena, DT_f32, shape_of(1, (const int64_t[]){count}));
    for (uint32_t i = 0; i < count; i++) tensor_set_float(t, i, v[i]);
    constant_operand(n, what, t);
}

AttributeProto *wn_attribute(WriteNode *n, const char *name, int type) {
    AttributeProto **more = arena_array_of(n->w->arena, n->p->n_attribute + 1, AttributeProto *);
    if (n->p->n_attribute) memcpy(more, n->p->attribute, n->p->n_attribute * sizeof *more);
    AttributeProto *a = more[n->p->n_attribute++] = arena_new_of(n->w->arena, AttributeProto);
    tenon_onnx__attribute_proto__init(a);
    n->p->attribute = more;
    a->name = arena_strdup(n->w->arena, name);
    a->has_type = true;
    a->type = type;
    return a;
}

const char *wn_value(const WriteNode *n, ValueId v) { return v == NO_VALUE ? "" : value_name(n->w, v); }

static bool listed(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; at && (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length])) return true;
    return false;
}

static void write_float_list(WriteNode *n, const char *name, const Floats *f) {
    if (!f->n) return;
    AttributeProto *a = wn_attribute(n, name, ONNX_FLOATS);
    a->floats = arena_array_of(n->w->arena, f->n, float);
    a->n_floats = f->n;
    for (uint32_t i = 0; i < f->n; i++) a->floats[i] = (float)f->at[i];
}

static void write_attribute(WriteNode *n, const char *name, const AttrField *f) {
    const void *at = (const char *)n->attr + f->offset;
    const char *s;
    const Ints *ints = at;
    AttributeProto *a;
    switch (f->kind) {
    case ATTR_int:
        a = wn_attribute(n, name, ONNX_INT);
        a->has_i = true, a->i = *(const int64_t *)at;
        break;
    case ATTR_dtype:
        a = wn_attribute(n, name, ONNX_INT);
        a->has_i = true, a->i = type_number(n->w, *(const DType *)at);
        break;
    case ATTR_float:
        a = wn_attribute(n, name, ONNX_FLOAT);
        a->has_f = true, a->f = (float)*(const double *)at;
        break;
    case ATTR_string:
        s = *(const char *const *)at;
        a = wn_attribute(n, name, ONNX_STRING);
        a->has_s = true;
        a->s = (ProtobufCBinaryData){strlen(s ? s : ""), (uint8_t *)arena_strdup(n->w->arena, s ? s : "")};
        break;
    case ATTR_ints:
        if (!ints->n) break;
        a = wn_attribute(n, name, ONNX_INTS);
        a->n_ints = ints->n, a->ints = arena_copy(n->w->arena, ints->at, ints->n * sizeof *ints->at);
        break;
    case ATTR_floats: write_float_list(n, name, at); break;
    case ATTR_dims: break; /* shapes are operands in ONNX */
    }
}

static bool write_node(OnnxWriter *w, NodeId id) {
    const Node *node = &w->g->node.at[id];
    const OpInfo *info = &op_info[node->op];
    const WriteRow *row = write_row(node->op);
    WriteNode n = {w, id, node, node->attr, arena_new_of(w->arena, NodeProto)};
    tenon_onnx__node_proto__init(n.p);
    bool again = map_get(&w->called, node->name) != MAP_NONE;
    n.p->name = arena_strdup(w->arena, again ? "" : node->name);
    map_set(w->arena, &w->called, node->name, id);
    n.p->op_type = arena_strdup(w->arena, row && row->name ? row->name : info->name);
    n.p->n_output = node->nout;
    n.p->output = arena_array_of(w->arena, node->nout + 1, char *);
    for (unsigned i = 0; i < node->nout; i++) n.p->output[i] = arena_strdup(w->arena, wn_value(&n, node->out[i]));
    for (unsigned i = 0; i < node->nin; i++) wn_operand(&n, wn_value(&n, node->in[i]));
    for (unsigned i = 0; i < info->attrs->n; i++) {
        const AttrField *f = &info->attrs->field[i];
        if (row && row->skip && listed(row->skip, f->name)) continue;
        write_attribute(&n, row && row->from && !strcmp(row->from, f->name) ? row->to : f->name, f);
    }
    if (row && row->since > w->opset) w->opset = row->since;
    if (row && row->write && !row->write(&n)) return false;
    vec_push(w->arena, &w->node, n.p);
    return true;
}

/* ---- the graph ---- */

static ValueInfoProto *value_info(OnnxWriter *w, ValueId id) {
    const Value *v = &w->g->value.at[id];
    ValueInfoProto *p = arena_new_of(w->arena, ValueInfoProto);
    TenonOnnx__TypeProto *type = arena_new_of(w->arena, TenonOnnx__TypeProto);
    TenonOnnx__TypeProto__Tensor *tensor = arena_new_of(w->arena, TenonOnnx__TypeProto__Tensor);
    TenonOnnx__TensorShapeProto *shape = arena_new_of(w->arena, TenonOnnx__TensorShapeProto);
    tenon_onnx__value_info_proto__init(p);
    tenon_onnx__type_proto__init(type);
    tenon_onnx__type_proto__tensor__init(tensor);
    tenon_onnx__tensor_shape_proto__init(shape);
    p->name = arena_strdup(w->arena, value_name(w, id));
    p->type = type;
    type->tensor_type = tensor;
    tensor->has_elem_type = true;
    tensor->elem_type = type_number(w, v->dtype);
    if (v->shape.rank < 0) return p;
    tensor->shape = shape;
    shape->n_dim = (size_t)v->shape.rank;
    shape->dim = arena_array_of(w->arena, shape->n_dim + 1, TenonOnnx__TensorShapeProto__Dimension *);
    for (int i = 0; i < v->shape.rank; i++) {
        TenonOnnx__TensorShapeProto__Dimension *d = arena_new_of(w->arena, TenonOnnx__TensorShapeProto__Dimension);
        tenon_onnx__tensor_shape_proto__dimension__init(d);
        Str text = str_new(w->arena);
        dim_print(w->g->sym, v->shape.dim[i], &text);
        d->has_dim_value = dim_known(v->shape.dim[i]);
        d->dim_value = d->has_dim_value ? v->shape.dim[i] : 0;
        d->dim_param = d->has_dim_value ? NULL : text.at;
        shape->dim[i] = d;
    }
    return p;
}

NodeProto *write_new_node(OnnxWriter *w, const char *op, const char *in, const char *out) {
    NodeProto *p = arena_new_of(w->arena, NodeProto);
    tenon_onnx__node_proto__init(p);
    p->op_type = arena_strdup(w->arena, op);
    p->n_output = 1;
    p->output = arena_array_of(w->arena, 1, char *);
    p->output[0] = arena_strdup(w->arena, out);
    if (*in) wn_operand(&(WriteNode){.w = w, .p = p}, in);
    vec_push(w->arena, &w->node, p);
    return p;
}

/* A constant that is an output of the graph comes from a Constant node, any other is an initialiser. */
static void write_constant(OnnxWriter *w, ValueId id, bool used) {
    const Value *v = &w->g->value.at[id];
    if (!v->is_output) {
        if (used) vec_push(w->arena, &w->initialiser, tensor_proto(w, value_name(w, id), v->data));
        return;
    }
    WriteNode n = {.w = w, .p = write_new_node(w, "Constant", "", value_name(w, id))};
    wn_attribute(&n, "value", ONNX_TENSOR)->t = tensor_proto(w, "", v->data);
}

/* ONNX's results have their own sizes. */
static ValueInfoProto *output_info(OnnxWriter *w, ValueId v) {
    ValueInfoProto *p = value_info(w, v);
    const Sized *s = graph_sized(w->g, w->g->value.at[v].name);
    if (!s || s->fixed || (size_t)s->axis >= p->type->tensor_type->shape->n_dim) return p;
    p->type->tensor_type->shape->dim[s->axis]->has_dim_value = false;
    return p;
}

bool write_graph(OnnxWriter *w, GraphProto *p, uint32_t ninput) {
    const Graph *g = w->g;
    bool ok = true;
    p->name = arena_strdup(w->arena, *g->name ? g->name : "graph");
    p->n_input = ninput;
    p->input = arena_array_of(w->arena, ninput + 1, ValueInfoProto *);
    for (uint32_t i = 0; i < ninput; i++) p->input[i] = value_info(w, g->input.at[i]);
    p->output = arena_array_of(w->arena, g->output.n + 1, ValueInfoProto *);
    for (uint32_t i = 0; i < g->output.n; i++)
        if (!graph_counts(g, g->output.at[i])) p->output[p->n_output++] = output_info(w, g->output.at[i]);
    Uses uses = graph_uses(g, w->arena);
    for (ValueId v = 0; v < g->value.n; v++)
        if (g->value.at[v].data && !g->value.at[v].is_input) write_constant(w, v, uses_count(&uses, v) > 0);
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op != OP_none) ok = write_node(w, n) && ok;
    p->n_node = w->node.n, p->node = w->node.at;
    p->n_initializer = w->initialiser.n, p->initializer = w->initialiser.at;
    return ok;
}

/* The IR version that came with an operator set. */
static int64_t ir_version(int64_t opset) {
    return opset <= 22 ? 10 : opset == 23 ? 11 : opset == 24 ? 12 : opset <= 26 ? 13 : 14;
}

typedef struct {
    ProtobufCBuffer base;
    OutFile *to;
    bool ok;
} FileBuffer;

static void append(ProtobufCBuffer *buffer, size_t n, const uint8_t *data) {
    FileBuffer *f = (FileBuffer *)(void *)buffer;
    f->ok = f->ok && out_write(f->to, data, n);
}

static bool write_file(OnnxWriter *w, const ModelProto *m, const char *path) {
    OutSet *set = out_begin(w->arena, w->diag);
    FileBuffer f = {{append}, out_open(set, path), true};
    if (!f.to) return false;
    protobuf_c_message_pack_to_buffer(&m->base, &f.base);
    return f.ok && out_close(f.to) && out_commit(set);
}

bool onnx_write(const Graph *g, Diag *d, const char *path) {
    OnnxWriter w = {.g = g, .diag = d, .arena = arena_new("onnx output"), .opset = OPSET};
    ModelProto m;
    GraphProto graph;
    OperatorSetIdProto opset, *opsets[1] = {&opset};
    tenon_onnx__model_proto__init(&m);
    tenon_onnx__graph_proto__init(&graph);
    tenon_onnx__operator_set_id_proto__init(&opset);
    for (ValueId v = 0; v < g->value.n; v++) map_set(w.arena, &w.names, g->value.at[v].name, 0);
    bool ok = write_graph(&w, &graph, g->input.n);
    char domain[] = "", producer[] = "tenon";
    opset.domain = domain;
    opset.has_version = m.has_ir_version = true;
    opset.version = w.opset;
    m.ir_version = ir_version(w.opset);
    m.producer_name = producer;
    m.graph = &graph;
    m.n_opset_import = 1, m.opset_import = opsets;
    ok = ok && write_file(&w, &m, path);
    arena_free(w.arena);
    return ok;
}
