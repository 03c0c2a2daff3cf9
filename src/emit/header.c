/* NAME.h and what else shows the program's inputs and outputs: the example. */
#include "emit/package.h"
#include "target/board.h"
#include <limits.h>
#include <string.h>

static bool uses_type(const Package *k, bool boolean) {
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        DType t = k->port[i].value->dtype;
        if (boolean ? t == DT_bool : t != DT_bool && t != DT_f32 && t != DT_f64) return true;
    }
    return false;
}

void package_includes(const Package *k, Str *out, bool dims) {
    if (uses_type(k, true)) str_add(out, "#include <stdbool.h>\n");
    if (dims || uses_type(k, false)) str_add(out, "#include <stdint.h>\n");
}

/* A constant of the header. Enumerators are ints; what is larger becomes a macro. */
typedef struct {
    const char *name;
    int64_t value;
    const char *comment;
} Constant;

static void constants_add(const Package *k, Str *out) {
    Arena *a = k->arena;
    const Program *p = k->p;
    Vec(Constant) list = {0};
    vec_push(a, &list, ((Constant){"ARENA_BYTES", k->arena_bytes, "scratch memory that a run needs"}));
    vec_push(a, &list, ((Constant){"ARENA_ALIGN", p->arena_align, "its address is a multiple of this"}));
    if (package_threads(k)) vec_push(a, &list, ((Constant){"THREADS", p->threads, "that may share its loops"}));
    vec_push(a, &list, ((Constant){"INPUTS", k->ninput, NULL}));
    vec_push(a, &list, ((Constant){"OUTPUTS", k->noutput, NULL}));
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++)
        vec_push(a, &list, ((Constant){k->port[i].count, k->port[i].elements,
                                       arena_printf(a, p->port_at ? "elements of \"%s\"" : "elements of io->%s", p->port_at ? name_comment(a, k->port[i].value->name) : k->port[i].field)}));
    for (uint32_t i = 0; p->port_at && i < k->ninput + k->noutput; i++)
        vec_push(a, &list, ((Constant){k->port[i].at, p->port_at[i], arena_printf(a, "byte of the arena where \"%s\" begins", name_comment(a, k->port[i].value->name))}));
    vec_push(a, &list, ((Constant){"WEIGHT_BYTES", k->weight_bytes, k->variant ? "of the largest variant" : NULL}));
    vec_push(a, &list, ((Constant){"MACS", p->macs, "multiply-accumulates of a run"}));
    size_t width = 0;
    for (uint32_t i = 0; i < list.n; i++) {
        char *text = arena_printf(a, "%s_%s = %lld,", k->upper, list.at[i].name, (long long)list.at[i].value);
        if (list.at[i].value <= INT_MAX && strlen(text) > width) width = strlen(text);
    }
    str_add(out, "enum {\n");
    uint32_t last = list.n;
    while (list.at[last - 1].value > INT_MAX) last--;
    for (uint32_t i = 0; i < last; i++) {
        Constant c = list.at[i];
        if (c.value > INT_MAX) continue;
        char *text = arena_printf(a, "%s_%s = %lld%s", k->upper, c.name, (long long)c.value, i + 1 < last ? "," : "");
        if (c.comment)
            str_addf(out, "    %-*s /* %s */\n", (int)width, text, c.comment);
        else
            str_addf(out, "    %s\n", text);
    }
    str_add(out, "};\n");
    for (uint32_t i = 0; i < list.n; i++) {
        Constant c = list.at[i];
        if (c.value <= INT_MAX) continue;
        str_addf(out, "#define %s_%s %lldLL", k->upper, c.name, (long long)c.value);
        str_addf(out, c.comment ? " /* %s */\n" : "\n", c.comment);
    }
}

/* `const float *x;`, and where its comment starts when all are aligned. */
static char *field_text(const Package *k, const Port *q) {
    return arena_printf(k->arena, "%s%s;", emit_pointer(q->value->dtype, !q->is_input), q->field);
}

/* How much of an output there is, where that depends on data. */
static const char *sized_text(const Package *k, const Port *q) {
    const Graph *g = k->p->graph;
    for (uint32_t i = 0; !q->is_input && i < g->sized.n; i++) { /* bytes are no output, what counts them is */
        ValueId v = strcmp(g->sized.at[i].count, q->value->name) ? NO_VALUE : graph_find(g, g->sized.at[i].value);
        if (v != NO_VALUE && g->value.at[v].dtype == DT_u8 && !g->value.at[v].is_output &&
            g->sized.at[i].axis == g->value.at[v].shape.rank - 1)
            return arena_printf(k->arena, "; strings were cut where it is more than %lld", (long long)g->value.at[v].shape.dim[g->sized.at[i].axis]);
    }
    const Sized *s = q->is_input ? NULL : graph_sized(g, q->value->name);
    for (uint32_t i = 0; s && i < k->noutput; i++) {
        const Port *c = &k->port[k->ninput + i];
        if (strcmp(c->value->name, s->count)) continue;
        return arena_printf(k->arena, s->fixed ? "; *%s should be what dimension %d is" : "; the first *%s along dimension %d count, the rest is 0",
                            c->field, s->axis);
    }
    return "";
}

char *package_fields(const Package *k, bool shapes) {
    Str s = str_new(k->arena);
    size_t width = 0;
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        size_t n = strlen(field_text(k, &k->port[i]));
        if (n > width) width = n;
    }
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        const Port *q = &k->port[i];
        str_addf(&s, "    %-*s /* %s \"%s\"%s%s%s */\n", (int)width, field_text(k, q), q->is_input ? "in: " : "out:",
                 name_comment(k->arena, q->value->name), shapes ? ", " : "", shapes ? q->type : "", sized_text(k, q));
    }
    if (k->ninput + k->noutput == 0) str_add(&s, "    char none; /* neither inputs nor outputs */\n");
    return s.at;
}

/* Functions that give the places of inputs and outputs in the arena. */
static char *places_text(const Package *k) {
    Str s = str_new(k->arena);
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        const Port *q = &k->port[i];
        const char *type = emit_pointer(q->value->dtype, true);
        str_addf(&s, "/* %s \"%s\", %s%s */\nstatic inline %s%s(void *arena) { return (%s)(void *)((unsigned char *)arena + %s_%s); }\n",
                 q->is_input ? "in:" : "out:", name_comment(k->arena, q->value->name), q->type, sized_text(k, q), type, q->place, type, k->upper, q->at);
    }
    return s.at ? s.at : "";
}

/* The same of a run whose inputs and outputs lie in the arena. */
static char *usage_inside(const Package *k) {
    Str s = str_new(k->arena);
    str_addf(&s, " *     static _Alignas(%s_ARENA_ALIGN) unsigned char arena[%s_ARENA_BYTES];\n", k->upper, k->upper);
    for (uint32_t i = 0; i < k->ninput; i++)
        str_addf(&s, " *     for (int i = 0; i < %s_%s; i++) %s(arena)[i] = ...\n", k->upper, k->port[i].count, k->port[i].place);
    str_addf(&s, " *     if (%s_run(arena) != %s_OK) ...\n", k->name, k->upper);
    for (uint32_t i = k->ninput; i < k->ninput + k->noutput; i++)
        str_addf(&s, " *     ... %s(arena)[i] ...\n", k->port[i].place);
    return s.at;
}

/* The call as a user writes it, inside the header's comment. */
static char *usage_text(const Package *k) {
    Arena *a = k->arena;
    if (k->p->port_at) return usage_inside(k);
    Str s = str_new(a);
    if (k->arena_bytes)
        str_addf(&s, " *     static _Alignas(%s_ARENA_ALIGN) unsigned char arena[%s_ARENA_BYTES];\n", k->upper,
                 k->upper);
    str_addf(&s, " *     const %s_io io = {", k->name);
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++)
        list_item(&s, " *         ", i == 0, arena_printf(a, ".%s = %s", k->port[i].field, k->port[i].field));
    const char *arena = k->arena_bytes ? "arena" : "NULL";
    str_addf(&s, "};\n *     if (%s_run(&io, %s) != %s_OK) ...\n", k->name, arena, k->upper);
    return s.at;
}

/* How elements without a type in C are laid out, of the types that ports have. */
static char *small_text(const Package *k) {
    Str s = str_new(k->arena);
    bool told[DT_count] = {false};
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        DType t = k->port[i].value->dtype;
        const DTypeInfo *info = &dtype_info[t];
        if (!dtype_is_small(t) || told[t]) continue;
        told[t] = true;
        str_addf(&s, "\n * %s: a byte for each element, ", info->name);
        if (!dtype_is_float(t))
            str_addf(&s, "a number from %.0f to %.0f", dtype_lowest(t), dtype_largest(t));
        else if (info->bits < 8)
            str_addf(&s, "its code in the lowest %d bits", info->bits);
        else
            str_add(&s, "its code");
        str_add(&s, info->bits < 8 ? "; not packed." : ".");
    }
    return s.at ? s.at : "";
}

/* NAME_run_pool, where threads share loops. */
static char *pool_text(const Package *k) {
    return arena_printf(k->arena,
                        "\n/* The same with the threads of `pool`, at most %s_THREADS of them; NULL: on this thread alone. The "
                        "bytes that come\n * out are the same. Several models may use one pool, also at the same time: one of "
                        "them gets the threads. */\n"
                        "int %s_run_pool(%svoid *arena, tenon_pool *pool);\n",
                        k->upper, k->name, k->p->port_at ? "" : arena_printf(k->arena, "const %s_io *io, ", k->name));
}

int64_t turn_limit(const Program *p) {
    for (uint32_t i = 0; i < p->step.n; i++)
        if (p->step.at[i].kind == CALL_loop && p->step.at[i].limited) return p->step.at[i].trips;
    return 0;
}

const char *trips_text(const Package *k, int64_t limit, const char *upper) {
    if (!limit) return "";
    return arena_printf(k->arena, "    %s_ERROR_TRIPS = %d  /* a loop goes on after %lld turns, for which there is room */\n",
                        upper, RUN_ERROR_TRIPS, (long long)limit);
}

static bool makes_strings(const Package *k) {
    const Graph *g = k->p->graph;
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op == OP_StringOf) return true;
    return false;
}

void header_text(const Package *k, Str *out) {
    int64_t limit = turn_limit(k->p);
    Str heading = str_new(k->arena), constants = str_new(k->arena), includes = str_new(k->arena);
    heading_add(k, &heading, arena_printf(k->arena, "%s.h", k->name), "/* ", " * ");
    constants_add(k, &constants);
    if (package_threads(k)) str_add(&includes, "#include \"tenon_pool.h\"\n");
    package_includes(k, &includes, false);
    const char *arena =
        k->arena_bytes
            ? arena_printf(k->arena, "%s_ARENA_BYTES bytes of scratch memory, aligned to %s_ARENA_ALIGN", k->upper,
                           k->upper)
            : "not used, may be NULL";
    Str calling = str_new(k->arena);
    const SkelValue how[] = {{"name", k->name},
                             {"NAME", k->upper},
                             {"but", limit ? arena_printf(k->arena, ",\n * with %s_ERROR_TRIPS some of the outputs", k->upper) : ""},
                             {"fields", package_fields(k, true)},
                             {"small", small_text(k)},
                             {"usage", usage_text(k)},
                             {"places", k->p->port_at ? places_text(k) : ""},
                             {"arena", arena},
                             {"alone", target_freestanding(k->target) ? freestanding_text(k->arena) : ""},
                             {"made", makes_strings(k) ? ", but strings that were made lie there until\n *          the next run" : ""},
                             {NULL, NULL}};
    skeleton_fill(&calling, k->p->port_at ? "calling_inside.h.in" : "calling_io.h.in", how);
    const SkelValue values[] = {{"heading", heading.at},
                                {"name", k->name},
                                {"NAME", k->upper},
                                {"includes", includes.at},
                                {"null", k->p->port_at ? "the arena" : "io, one of its pointers or the arena"},
                                {"calling", calling.at},
                                {"constants", constants.at},
                                {"comma", limit ? "," : ""},
                                {"errors", trips_text(k, limit, k->upper)},
                                {"pool", package_threads(k) ? pool_text(k) : ""},
                                {"variants", k->variant ? variants_header_text(k) : ""},
                                {NULL, NULL}};
    skeleton_fill(out, "header.h.in", values);
}

/* One row a port in the example's table. */
static char *rows_text(const Package *k, bool inputs) {
    Str s = str_new(k->arena);
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        const Port *q = &k->port[i];
        if (q->is_input != inputs) continue;
        str_add(&s, "    {");
        c_string_add(&s, name_comment(k->arena, q->value->name));
        const char *data = k->p->port_at ? arena_printf(k->arena, "arena + %s_%s", k->upper, q->at) : arena_printf(k->arena, "data.%s", q->field);
        const char *size = k->p->port_at ? arena_printf(k->arena, "(%s)", emit_c_type(q->value->dtype)) : arena_printf(k->arena, " data.%s[0]", q->field);
        str_addf(&s, ", \"%s\", TYPE_%s, %s, ", q->type, dtype_info[q->value->dtype].name, data);
        if (q->elements)
            str_addf(&s, "%s_%s, sizeof%s},\n", k->upper, q->count, size);
        else
            str_addf(&s, "0, sizeof%s},\n", size);
    }
    return s.at;
}

/* What the example has for threads. */
static const char threads_help[] = " *     --threads N      how many to use, as many as the model is compiled for without it\n";
static const char pool_create[] = "    pool = tenon_pool_create(threads);\n";

static char *threads_text(const Package *k) {
    return arena_printf(k->arena,
                        "        } else if (strcmp(argv[i], \"--threads\") == 0 && i + 1 < argc) {\n"
                        "            threads = (int)strtol(argv[++i], NULL, 10);\n"
                        "            if (threads < 1) return complain(argv[i], \"is no number of threads\"), 1;\n");
}

/* Files of strings: one behind the other, each with the 0 at its end. */
static const char strings_functions[] =
    "static bool load_strings(const Tensor *t, const char *path, FILE *f) {\n"
    "    size_t size = 0, room = 4096, count = 0;\n"
    "    char *text = malloc(room); /* as long as the program runs */\n"
    "    while (text && (size += fread(text + size, 1, room - size, f)) == room) {\n"
    "        char *more = realloc(text, room *= 2);\n"
    "        if (!more) free(text);\n"
    "        text = more;\n"
    "    }\n"
    "    const bool bad = ferror(f) != 0;\n"
    "    fclose(f);\n"
    "    if (!text || bad) return free(text), complain(path, \"cannot be read\");\n"
    "    for (size_t start = 0, i = 0; i < size; i++) {\n"
    "        if (text[i]) continue;\n"
    "        if (count < t->count) ((const char **)t->data)[count] = text + start;\n"
    "        start = i + 1;\n"
    "        count++;\n"
    "    }\n"
    "    if (count != t->count || (size && text[size - 1]))\n"
    "        return free(text), complain(path, \"holds another number of strings than the input takes\");\n"
    "    return true;\n"
    "}\n\n"
    "static bool save_strings(const Tensor *t, FILE *f) {\n"
    "    bool written = true;\n"
    "    for (size_t i = 0; i < t->count; i++) {\n"
    "        const char *s = ((const char *const *)t->data)[i];\n"
    "        if (!s) s = \"\";\n"
    "        written = fwrite(s, 1, strlen(s) + 1, f) == strlen(s) + 1 && written;\n"
    "    }\n"
    "    return written;\n"
    "}\n\n";

/* Of NAME_start.c. */
static const char board_seconds[] = "#define BOARD\ndouble board_seconds(void);\n\n";

static bool has_strings(const Package *k) {
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++)
        if (k->port[i].value->dtype == DT_string) return true;
    return false;
}

void example_text(const Package *k, Str *out) {
    Arena *a = k->arena;
    Str heading = str_new(a), buffers = str_new(a), io = str_new(a);
    heading_add(k, &heading, arena_printf(a, "%s_example.c", k->name), "/* ", " * ");
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++) {
        const Port *q = &k->port[i];
        const char *count = q->elements ? arena_printf(a, "%s_%s", k->upper, q->count) : "1";
        str_addf(&buffers, "    _Alignas(64) %s %s[%s];\n", emit_c_type(q->value->dtype), q->field, count);
        list_item(&io, "        ", i == 0, arena_printf(a, ".%s = data.%s", q->field, q->field));
    }
    if (k->ninput + k->noutput == 0) {
        str_add(&buffers, "    char none;\n");
        str_add(&io, ".none = 0");
    }
    const char *arena = k->arena_bytes ? arena_printf(a, "%s_ARENA_BYTES", k->upper) : "1";
    bool inside = k->p->port_at != NULL;
    const char *call = arena_printf(a, "%s_run%s(%sarena%s)", k->name, package_threads(k) ? "_pool" : "", inside ? "" : "&io, ", package_threads(k) ? ", pool" : "");
    const SkelValue values[] = {{"heading", heading.at},
                                {"name", k->name},
                                {"NAME", k->upper},
                                {"data", inside ? "" : arena_printf(a, "static struct {\n%s} data;\n", buffers.at)},
                                {"inputs", rows_text(k, true)},
                                {"outputs", rows_text(k, false)},
                                {"io", inside ? "" : arena_printf(a, "    static const %s_io io = {\n        %s};\n", k->name, io.at)},
                                {"arena_bytes", arena},
                                {"board_seconds", target_image(k->target) ? board_seconds : ""},
                                {"strings", has_strings(k) ? strings_functions : ""},
                                {"strings_help", has_strings(k) ? ",\n * or the strings one behind the other, each with the 0 at its end" : ""},
                                {"load_strings", has_strings(k) ? "    if (t->type == TYPE_string) return load_strings(t, path, f);\n" : ""},
                                {"save_strings", has_strings(k) ? "t->type == TYPE_string ? save_strings(t, f) : " : ""},
                                {"threads_usage", package_threads(k) ? " [--threads N]" : ""},
                                {"threads_help", package_threads(k) ? threads_help : ""},
                                {"pool", package_threads(k) ? "static tenon_pool *pool;\n\n" : ""},
                                {"run", call},
                                {"threads", package_threads(k) ? threads_text(k) : ""},
                                {"threads_variable", package_threads(k) ? arena_printf(a, "    int threads = %s_THREADS;\n",
                                                                                       k->upper) : ""},
                                {"pool_create", package_threads(k) ? pool_create : ""},
                                {"pool_destroy", package_threads(k) ? "    tenon_pool_destroy(pool);\n" : ""},
                                {NULL, NULL}};
    skeleton_fill(out, "example.c.in", values);
}
