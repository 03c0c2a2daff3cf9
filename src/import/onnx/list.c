/* Sequences and optionals: lists of values that exist while importing only. Those among the model's outputs become one
 * output a tensor. */
#include "import/onnx/maps.h"

ValueId onnx_new_list(OnnxReader *r, OnnxList list) {
    vec_push(r->tmp, &r->list, list);
    return ONNX_LISTS + r->list.n - 1;
}

bool onnx_takes_lists(const OnnxRow *row) {
    static const char *const names[] = {
        "ConcatFromSequence", "Identity",      "If",            "Loop",           "Optional",
        "OptionalGetElement", "OptionalHasElement", "SequenceAt", "SequenceConstruct", "SequenceErase",
        "SequenceInsert",     "SequenceLength", "SequenceMap"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!*row->domain && !strcmp(row->name, names[i])) return true;
    return false;
}

/* An output must be a value of its own: neither an input nor an output already. */
static bool add_element(OnnxReader *r, const char *name, ValueId v) {
    const char *fresh = onnx_fresh(r, name);
    NodeId id = graph_node(r->g, OP_Identity, "", 1, &v, 1, &fresh, attr_new(r->g->arena, op_info[OP_Identity].attrs));
    r->g->node.at[id].source = "Identity";
    if (!op_infer(r->g, id)) return false;
    graph_add_output(r->g, r->g->node.at[id].out[0]);
    return true;
}

bool onnx_add_list_output(OnnxReader *r, const char *name, ValueId v) {
    const OnnxList *list = onnx_list(r, v);
    for (uint32_t i = 0; i < list->n; i++)
        if (!add_element(r, arena_printf(r->tmp, "%s_%u", name, i), list->at[i])) return false;
    return true;
}

/* ---- data sets ---- */

static bool initialised(const GraphProto *g, const char *name) {
    for (size_t i = 0; i < g->n_initializer; i++)
        if (g->initializer[i]->name && !strcmp(g->initializer[i]->name, name)) return true;
    return false;
}

bool onnx_ports(Arena *a, Diag *d, const char *path, OnnxPorts *ports) {
    Arena *tmp = arena_new("onnx ports");
    *ports = (OnnxPorts){0};
    const ModelProto *m = (const ModelProto *)onnx_unpack(tmp, d, path, &tenon_onnx__model_proto__descriptor);
    const GraphProto *g = m ? m->graph : NULL;
    if (g) {
        ports->in = arena_array_of(a, g->n_input + 1, OnnxPort);
        ports->out = arena_array_of(a, g->n_output + 1, OnnxPort);
        for (size_t i = 0; i < g->n_input; i++)
            if (g->input[i]->name && !initialised(g, g->input[i]->name))
                ports->in[ports->nin++] = (OnnxPort){arena_strdup(a, g->input[i]->name), onnx_kind(g->input[i], NULL)};
        for (size_t i = 0; i < g->n_output; i++)
            if (g->output[i]->name)
                ports->out[ports->nout++] =
                    (OnnxPort){arena_strdup(a, g->output[i]->name), onnx_kind(g->output[i], NULL)};
    }
    arena_free(tmp);
    return g != NULL;
}

const Tensor **onnx_read_list(Arena *a, Diag *d, const char *path, OnnxKind kind, int64_t *n) {
    bool optional = kind == ONNX_optional || kind == ONNX_optional_sequence;
    const TenonOnnx__SequenceProto *list = NULL;
    TensorProto *const *at = NULL;
    TensorSource s = {.arena = a, .diag = d, .folder = path_folder(a, path)};
    *n = -1;
    if (optional) {
        const TenonOnnx__OptionalProto *p =
            (const TenonOnnx__OptionalProto *)onnx_unpack(a, d, path, &tenon_onnx__optional_proto__descriptor);
        if (!p) return NULL;
        if (kind == ONNX_optional && p->tensor_value) at = &p->tensor_value, *n = 1;
        list = kind == ONNX_optional ? NULL : p->sequence_value;
    } else {
        list = (const TenonOnnx__SequenceProto *)onnx_unpack(a, d, path, &tenon_onnx__sequence_proto__descriptor);
        if (!list) return NULL;
    }
    if (list) at = list->tensor_values, *n = (int64_t)list->n_tensor_values;
    const Tensor **out = arena_array_of(a, *n + 2, const Tensor *);
    for (int64_t i = 0; i < *n; i++)
        if (!(out[i] = onnx_tensor(&s, (Loc){.file = path}, at[i]))) return NULL;
    return out;
}
