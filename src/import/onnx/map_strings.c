/* Operators that make strings. Each result is a node that gives bytes and one that points at them; how many bytes the
 * longest wants is a count beside the model's outputs, as for other sizes that depend on data. */
#include "import/onnx/maps.h"
#include "import/onnx/regex.h"

enum { ROOM = 256, PARTS = 16, MOST_ROOM = 1 << 24 };

/* Bytes that each string of v may have, its 0 among them. */
static int64_t room_of(const OnnxNode *n, ValueId v) {
    const Value *x = &n->g->value.at[v];
    int64_t most = 1;
    if (x->producer != NO_NODE && n->g->node.at[x->producer].op == OP_StringOf) {
        const Shape *bytes = value_shape(n->g, n->g->node.at[x->producer].in[0]);
        return bytes->dim[bytes->rank - 1];
    }
    if (!x->data) return n->r->options && n->r->options->string_bytes > 0 ? n->r->options->string_bytes : ROOM;
    for (int64_t i = 0; i < shape_count(&x->shape); i++) {
        int64_t own = (int64_t)strlen(tensor_string(x->data, i)) + 1;
        if (own > most) most = own;
    }
    return most;
}

static bool is_strings(OnnxNode *n, unsigned in) {
    if (n->bad || !ox_has(n, in)) return !n->bad && ox_error(n, NULL, NULL, "operand %u is missing", in);
    return ox_dtype(n, n->in[in]) == DT_string ||
           ox_error(n, NULL, NULL, "operand %u '%s' is %s, strings are needed", in, n->g->value.at[n->in[in]].name,
                    dtype_info[ox_dtype(n, n->in[in])].name);
}

/* The strings that lie in the bytes; what the longest wants is checked now, or counted. */
static ValueId strings_in(OnnxNode *n, ValueId bytes, ValueId count) {
    ValueId made = ox_make1(n, OP_StringOf, bytes, NULL);
    if (n->bad) return NO_VALUE;
    const Shape *s = value_shape(n->g, bytes);
    const Tensor *known = value_data(n->g, count);
    if (!known)
        onnx_counted(n->g, bytes, count, s->rank - 1, false);
    else if (tensor_int(known, 0) > s->dim[s->rank - 1])
        return ox_error(n, NULL, "give more with --string-bytes", "a string wants %lld bytes, there is room for %lld",
                        (long long)tensor_int(known, 0), (long long)s->dim[s->rank - 1]),
               NO_VALUE;
    return made;
}

/* A node whose first result is bytes and whose last, of `nout`, counts them. */
static ValueId make_strings(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr, uint32_t nout, ValueId *out) {
    const char *names[4] = {"", "", "", ""}, *name = n->nout && n->out[0][0] ? n->out[0] : n->label;
    if (n->bad) return NO_VALUE;
    if (n->g->outer) return ox_refuse(n, "it makes strings within a sub-graph, whose memory goes with it"), NO_VALUE;
    names[0] = onnx_fresh(n->r, arena_printf(n->r->arena, "%s_bytes", name));
    names[nout - 1] = onnx_fresh(n->r, arena_printf(n->r->arena, "%s_length", name));
    for (uint32_t i = 1; i + 1 < nout; i++)
        names[i] = onnx_fresh(n->r, arena_printf(n->r->arena, i == 1 ? "%s_parts" : "%s_count", name));
    return ox_make_outputs(n, op, nin, in, attr, nout, names, out) ? strings_in(n, out[0], out[nout - 1]) : NO_VALUE;
}

bool map_string_concat(OnnxNode *n) {
    ValueId out[2];
    if (!is_strings(n, 0) || !is_strings(n, 1)) return false;
    Attr_StringRoom *a = ox_new(n, OP_StringConcat);
    a->room = room_of(n, n->in[0]) + room_of(n, n->in[1]) - 1;
    return ox_emit_value(n, 0, make_strings(n, OP_StringConcat, 2, n->in, a, 2, out));
}

bool map_string_split(OnnxNode *n) {
    ValueId out[4];
    if (!is_strings(n, 0)) return false;
    Attr_StringSplit *a = ox_new(n, OP_StringSplit);
    Shape x = ox_shape(n, n->in[0]);
    int64_t fixed = onnx_declared(n, 0, x.rank);
    Tensor *delimiter = ox_tensor(n, DT_string, 0, NULL);
    *(const char **)(uintptr_t)delimiter->data = ox_string(n, "delimiter", "");
    a->maxsplit = ox_find(n, "maxsplit") ? ox_int(n, "maxsplit", -1) : -1;
    if (a->maxsplit < 0) a->maxsplit = -1;
    a->room = room_of(n, n->in[0]);
    a->parts = fixed >= 0 ? fixed : n->r->options && n->r->options->string_parts > 0 ? n->r->options->string_parts : PARTS;
    if (fixed < 0 && a->maxsplit >= 0 && a->maxsplit < a->parts) a->parts = a->maxsplit + 1;
    ValueId y = make_strings(n, OP_StringSplit, 2, (ValueId[]){n->in[0], ox_constant(n, delimiter)}, a, 4, out);
    if (n->bad || !ox_emit_value(n, 0, y) || (ox_wants(n, 1) && !ox_emit_value(n, 1, out[1]))) return false;
    return ox_settle_sized(n, 0, out[2], x.rank, fixed >= 0);
}

/* ---- StringNormalizer ---- */

static ValueId in_case(OnnxNode *n, ValueId v, const char *action) {
    ValueId out[2];
    if (n->bad) return NO_VALUE;
    Attr_StringCase *a = ox_new(n, OP_StringCase);
    a->case_change_action = action;
    a->room = room_of(n, v);
    a->room += (a->room + 1) / 2; /* there are letters of 2 bytes that have 3 in the other case */
    if (a->room > MOST_ROOM) a->room = MOST_ROOM;
    return make_strings(n, OP_StringCase, 1, &v, a, 2, out);
}

/* x[i] is none of the words, [count]. */
static ValueId stays(OnnxNode *n, ValueId x, ValueId words) {
    if (n->bad) return NO_VALUE;
    Shape column = {.rank = 2, .dim = {ox_shape(n, x).dim[0], 1}};
    ValueId same = ox_cast(n, ox_make2(n, OP_Equal, ox_reshape(n, x, &column), words), DT_i32);
    Attr_Reduce *any = ox_new(n, OP_ReduceMax);
    any->axes = ox_list_of(n, 1, (const int64_t[]){1});
    any->keepdims = 0;
    return ox_make2(n, OP_Equal, ox_make1(n, OP_ReduceMax, same, any), ox_scalar(n, DT_i32, 0));
}

/* v behind which there is an empty string, and whether each of these stays: it does where nothing else does. */
static void or_empty_string(OnnxNode *n, ValueId *v, ValueId *stay) {
    static const int64_t one = 1;
    Attr_Reduce *any = ox_new(n, OP_ReduceMax);
    any->axes = ox_list_of(n, 1, NULL);
    any->keepdims = 1;
    ValueId some = ox_make1(n, OP_ReduceMax, ox_cast(n, *stay, DT_i32), any);
    ValueId none = ox_make2(n, OP_Equal, some, ox_scalar(n, DT_i32, 0));
    Tensor *empty = ox_tensor(n, DT_string, 1, &one);
    *v = ox_join(n, 2, (ValueId[]){*v, ox_constant(n, empty)}, 0);
    *stay = ox_join(n, 2, (ValueId[]){*stay, none}, 0);
}

/* The strings that stay, in a list; of a matrix of one row a row. */
static bool emit_staying(OnnxNode *n, ValueId v, ValueId stay, bool row) {
    Attr_LimitAxis *a = ox_new(n, OP_Compress);
    int64_t declared = onnx_declared(n, 0, row);
    a->limit = declared;
    or_empty_string(n, &v, &stay);
    ValueId out[2];
    const char *names[2] = {onnx_fresh(n->r, arena_printf(n->r->arena, "%s_words", n->out[0])),
                            onnx_fresh(n->r, arena_printf(n->r->arena, "%s_count", n->out[0]))};
    if (n->bad || !ox_make_outputs(n, OP_Compress, 2, (ValueId[]){v, stay}, a, 2, names, out)) return false;
    Shape wide = {.rank = 2, .dim = {1, ox_shape(n, out[0]).dim[0]}};
    bool ok = row ? ox_emit_reshape(n, out[0], &wide) : ox_emit_value(n, 0, out[0]);
    return ok && ox_settle_sized(n, 0, out[1], row, declared >= 0);
}

/* Whole elements are compared with the stop words, and before their case is changed. */
bool map_string_normalizer(OnnxNode *n) {
    const char *action = ox_string(n, "case_change_action", "NONE");
    bool sensitive = ox_int(n, "is_case_sensitive", 0) != 0;
    int rank = ox_rank(n, 0);
    if (!is_strings(n, 0) || !ox_one_of(n, "case_change_action", action, (const char *const[]){"NONE", "LOWER", "UPPER", NULL}))
        return false;
    Shape s = ox_shape(n, n->in[0]), line = {.rank = 1, .dim = {s.dim[rank == 2]}};
    if (rank < 1 || rank > 2 || (rank == 2 && s.dim[0] != 1))
        return ox_error(n, NULL, NULL, "operand 0 must have shape [C] or [1,C]");
    if (!dim_known(line.dim[0])) return ox_error(n, NULL, "give the shape with --input-shape", "its shape is not known");
    const Tensor *stop = ox_strings(n, "stopwords");
    if (n->bad) return false;
    bool stops = stop && stop->shape.dim[0] > 0 && line.dim[0] > 0;
    bool lower = !strcmp(action, "LOWER");
    ValueId x = stops && rank == 2 ? ox_reshape(n, n->in[0], &line) : n->in[0], stay = NO_VALUE;
    ValueId low = lower || (stops && !sensitive) ? in_case(n, x, "LOWER") : NO_VALUE;
    if (stops) {
        ValueId words = ox_constant(n, stop);
        stay = sensitive ? stays(n, x, words) : stays(n, low, in_case(n, words, "LOWER"));
    }
    if (lower)
        x = low;
    else if (!strcmp(action, "UPPER"))
        x = in_case(n, x, action);
    if (n->bad) return false;
    return stops ? emit_staying(n, x, stay, rank == 2) : ox_emit_value(n, 0, x);
}

/* ---- RegexFullMatch ---- */

bool map_regex_full_match(OnnxNode *n) {
    const char *pattern = ox_string(n, "pattern", NULL), *error = NULL;
    if (!is_strings(n, 0)) return false;
    if (!pattern) return ox_error(n, "pattern", NULL, "the attribute is missing");
    Arena *tmp = arena_new("regular expression");
    Tensor *machine = ox_tensor(n, DT_string, 0, NULL);
    const char *text = regex_machine(n->r->arena, tmp, pattern, &error);
    if (text)
        *(const char **)(uintptr_t)machine->data = text;
    else
        ox_error(n, "pattern", "write it in another way", "%s", error);
    arena_free(tmp);
    return text && ox_emit2(n, OP_RegexFullMatch, n->in[0], ox_constant(n, machine));
}
