/* Sequences and optionals: known element by element, so their operators move names and make no nodes. */
#include "import/onnx/maps.h"

bool map_identity(OnnxNode *n) {
    return onnx_is_list(ox_in(n, 0)) ? ox_emit_value(n, 0, n->in[0]) : map_direct(n);
}

/* The operand as a sequence. */
static const OnnxList *sequence(OnnxNode *n, unsigned in) {
    const OnnxList *list = onnx_list(n->r, ox_in(n, in));
    if (list && !list->none) return list;
    ox_error(n, NULL, NULL, "operand %u must be a sequence", in);
    return NULL;
}

static bool tensor(OnnxNode *n, unsigned in) {
    return (ox_has(n, in) && !onnx_is_list(n->in[in])) || ox_error(n, NULL, NULL, "operand %u must be a tensor", in);
}

static bool emit_list(OnnxNode *n, unsigned output, OnnxList list) {
    if (ox_wants(n, output)) n->result[output] = onnx_new_list(n->r, list);
    return !n->bad;
}

/* A position in [-count, count + beyond), not negative afterwards. */
static bool position(OnnxNode *n, unsigned in, uint32_t count, int beyond, int64_t *at) {
    if (!tensor(n, in) || !ox_number(n, in, "position", at)) return false;
    if (*at < -(int64_t)count || *at >= (int64_t)count + beyond)
        return ox_error(n, "position", NULL, "%lld is outside a sequence of %u", (long long)*at, count);
    if (*at < 0) *at += count;
    return true;
}

static ValueId *copy(OnnxNode *n, const OnnxList *l, uint32_t more) {
    ValueId *at = arena_array_of(n->r->arena, (size_t)l->n + more + 1, ValueId);
    if (l->n) memcpy(at, l->at, l->n * sizeof *at);
    return at;
}

bool map_sequence_construct(OnnxNode *n) {
    for (uint32_t i = 0; i < n->nin; i++)
        if (!tensor(n, i)) return false;
    OnnxList from = {.n = n->nin, .at = n->in}, out = from;
    if (n->nin) out.dtype = ox_dtype(n, n->in[0]);
    for (uint32_t i = 0; i < n->nin; i++)
        if (ox_dtype(n, n->in[i]) != out.dtype) return ox_error(n, NULL, NULL, "operands differ in element type");
    out.at = copy(n, &from, 0);
    return emit_list(n, 0, out);
}

bool map_sequence_empty(OnnxNode *n) {
    int64_t type = ox_int(n, "dtype", 1);
    OnnxList out = {.dtype = onnx_dtype(type)};
    if (n->bad) return false;
    if (out.dtype == DT_none) return ox_error(n, "dtype", NULL, "element type %lld is not supported", (long long)type);
    return emit_list(n, 0, out);
}

bool map_sequence_insert(OnnxNode *n) {
    const OnnxList *l = sequence(n, 0);
    if (!l || !tensor(n, 1)) return false;
    int64_t at = l->n;
    DType t = ox_dtype(n, n->in[1]);
    if (n->nin > 2 && ox_has(n, 2) && !position(n, 2, l->n, 1, &at)) return false;
    if (l->dtype != DT_none && l->dtype != t)
        return ox_error(n, NULL, NULL, "a tensor of %s does not fit a sequence of %s", dtype_info[t].name,
                        dtype_info[l->dtype].name);
    OnnxList out = {.dtype = t, .n = l->n + 1};
    ValueId *to = copy(n, l, 1);
    memmove(to + at + 1, to + at, (size_t)(l->n - at) * sizeof *to);
    to[at] = n->in[1];
    out.at = to;
    return emit_list(n, 0, out);
}

bool map_sequence_erase(OnnxNode *n) {
    const OnnxList *l = sequence(n, 0);
    if (!l) return false;
    int64_t at = (int64_t)l->n - 1;
    if (ox_has(n, 1) && !position(n, 1, l->n, 0, &at)) return false;
    if (at < 0) return ox_error(n, NULL, NULL, "the sequence is empty");
    OnnxList out = *l;
    ValueId *to = copy(n, l, 0);
    memmove(to + at, to + at + 1, (size_t)(l->n - 1 - at) * sizeof *to);
    out.n--;
    out.at = to;
    return emit_list(n, 0, out);
}

/* Tensors of one shape can be picked while running. */
static bool at_run_time(OnnxNode *n, const OnnxList *l) {
    bool equal = l->n > 0;
    for (uint32_t i = 1; i < l->n; i++) {
        Shape a = ox_shape(n, l->at[0]), b = ox_shape(n, l->at[i]);
        equal = equal && shape_equal(&a, &b) && ox_dtype(n, l->at[0]) == ox_dtype(n, l->at[i]);
    }
    if (!equal) return ox_unknown(n, n->in[1], "position", "the tensors of the sequence differ in shape");
    ValueId in[2] = {ox_stack(n, l->n, l->at, 0), ox_as_scalar(n, n->in[1], "position")};
    return ox_emit(n, OP_Gather, 2, in, ox_new(n, OP_Gather));
}

bool map_sequence_at(OnnxNode *n) {
    const OnnxList *l = sequence(n, 0);
    int64_t at;
    if (!l || !tensor(n, 1)) return false;
    if (!n->g->value.at[n->in[1]].data && !n->g->value.at[n->in[1]].elements) return at_run_time(n, l);
    return position(n, 1, l->n, 0, &at) && ox_emit_value(n, 0, l->at[at]);
}

static bool emit_number(OnnxNode *n, DType t, int64_t v) {
    Tensor *out = ox_tensor(n, t, 0, NULL);
    tensor_set_int(out, 0, v);
    return ox_emit_constant(n, 0, out);
}

bool map_sequence_length(OnnxNode *n) {
    const OnnxList *l = sequence(n, 0);
    return l && emit_number(n, DT_i64, l->n);
}

/* ---- Split and Concat ---- */

enum { MOST_PARTS = 1 << 16 };

/* Lengths of the parts: as given, of one length (the last may be shorter), or 1 each. */
static bool split_sizes(OnnxNode *n, Dim size, Ints *out, bool *given) {
    int64_t each = 1;
    Ints list = {0};
    *given = ox_has(n, 1);
    if (*given && (!tensor(n, 1) || !ox_numbers(n, 1, "split", &list))) return false;
    if (*given && ox_shape(n, n->in[1]).rank == 1) {
        int64_t sum = 0;
        for (uint32_t i = 0; i < list.n; i++) {
            if (list.at[i] < 0 || list.at[i] > size - sum)
                return ox_error(n, "split", NULL, "the sizes do not add up to %lld", (long long)size);
            sum += list.at[i];
        }
        *out = list;
        return sum == size || ox_error(n, "split", NULL, "the sizes do not add up to %lld", (long long)size);
    }
    if (*given) each = list.n == 1 ? list.at[0] : 0;
    if (each < 1) return ox_error(n, "split", NULL, "must be positive");
    int64_t parts = size / each + (size % each != 0);
    if (parts > MOST_PARTS) return ox_error(n, NULL, NULL, "%lld parts are too many", (long long)parts);
    int64_t *at = arena_array_of(n->r->arena, parts + 1, int64_t);
    for (int64_t i = 0; i < parts; i++) at[i] = i < parts - 1 || size % each == 0 ? each : size % each;
    *out = (Ints){(uint32_t)parts, at};
    return true;
}

bool map_split_to_sequence(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    int64_t axis = ox_int(n, "axis", 0), keep = ox_int(n, "keepdims", 1), at = 0;
    Ints sizes = {0};
    bool given;
    if (n->bad || !ox_axis(n, "axis", &axis, rank)) return false;
    Dim size = ox_shape(n, n->in[0]).dim[axis];
    if (!dim_known(size))
        return ox_error(n, "axis", "give the shape with --input-shape", "dimension %lld is not known", (long long)axis);
    if (!split_sizes(n, size, &sizes, &given)) return false;
    ValueId *to = arena_array_of(n->r->arena, sizes.n + 1, ValueId);
    for (uint32_t i = 0; i < sizes.n && !n->bad; at += sizes.at[i++])
        to[i] = given || keep ? ox_part(n, n->in[0], axis, at, sizes.at[i]) : ox_take(n, n->in[0], axis, at);
    return !n->bad && emit_list(n, 0, (OnnxList){.dtype = ox_dtype(n, n->in[0]), .n = sizes.n, .at = to});
}

bool map_concat_from_sequence(OnnxNode *n) {
    const OnnxList *l = sequence(n, 0);
    if (!l) return false;
    bool fresh = ox_int(n, "new_axis", 0) != 0;
    int64_t axis = ox_int(n, "axis", 0);
    if (!ox_find(n, "axis")) return ox_error(n, "axis", NULL, "the attribute is missing");
    if (!l->n) return ox_error(n, NULL, NULL, "an empty sequence has no shape");
    int rank = ox_shape(n, l->at[0]).rank + fresh;
    if (n->bad || !ox_axis(n, "axis", &axis, rank)) return false;
    return ox_emit_value(n, 0, fresh ? ox_stack(n, l->n, l->at, axis) : ox_join(n, l->n, l->at, axis));
}

/* ---- SequenceMap ---- */

static bool map_lengths(OnnxNode *n, const OnnxList *first) {
    for (uint32_t i = 1; i < n->nin; i++) {
        const OnnxList *l = onnx_list(n->r, n->in[i]);
        if (l && (l->none || l->n != first->n))
            return ox_error(n, NULL, NULL, "operand %u is no sequence of %u", i, first->n);
        if (!l && !tensor(n, i)) return false;
    }
    return true;
}

bool map_sequence_map(OnnxNode *n) {
    const OnnxList *first = sequence(n, 0);
    OnnxBody b;
    if (!first || !map_lengths(n, first) || !onnx_body_open(&b, n, "body")) return false;
    if (b.p->n_output < n->nout) return ox_error(n, "body", NULL, "has %zu outputs", b.p->n_output);
    uint32_t count = first->n;
    ValueId *in = arena_array_of(n->r->tmp, n->nin + 1, ValueId);
    ValueId *out = arena_array_of(n->r->tmp, b.p->n_output + 1, ValueId);
    ValueId *to = arena_array_of(n->r->arena, (size_t)n->nout * count + 1, ValueId);
    for (uint32_t k = 0; k < count; k++) {
        for (uint32_t i = 0; i < n->nin; i++)
            in[i] = onnx_is_list(n->in[i]) ? onnx_list(n->r, n->in[i])->at[k] : n->in[i];
        if (!onnx_body_walk(&b, arena_printf(n->r->tmp, "%u", k), n->nin, in, out)) return false;
        for (uint32_t i = 0; i < n->nout; i++) {
            if (out[i] >= n->g->value.n) return ox_error(n, "body", NULL, "output %u of the body must be a tensor", i);
            to[(size_t)i * count + k] = out[i];
        }
    }
    for (uint32_t i = 0; i < n->nout; i++) {
        const ValueId *at = to + (size_t)i * count;
        if (!emit_list(n, i, (OnnxList){.dtype = count ? ox_dtype(n, at[0]) : DT_none, .n = count, .at = at}))
            return false;
    }
    return true;
}

/* ---- optionals ---- */

bool map_optional(OnnxNode *n) {
    if (ox_has(n, 0)) return ox_emit_value(n, 0, n->in[0]);
    return emit_list(n, 0, (OnnxList){.none = true});
}

static bool has_element(OnnxNode *n) {
    const OnnxList *l = onnx_list(n->r, ox_in(n, 0));
    return ox_has(n, 0) && !(l && l->none);
}

bool map_optional_has_element(OnnxNode *n) {
    return emit_number(n, DT_bool, has_element(n));
}

bool map_optional_get_element(OnnxNode *n) {
    return has_element(n) ? ox_emit_value(n, 0, n->in[0]) : ox_error(n, NULL, NULL, "the optional has no element");
}
