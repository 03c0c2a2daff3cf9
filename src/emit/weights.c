/* NAME_weights.h, NAME_weights.c and NAME_weights.bin. The numbers are streamed: they are never in memory twice. */
#include "emit/package.h"
#include "emit/skel.h"
#include "target/board.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Elements of the C array: at least one, C has no empty arrays. */
static long long array_elements(const Weight *w) {
    return w->elements > 0 ? (long long)w->elements : 1;
}

static int64_t weight_bytes(const Weight *w) {
    return w->elements * dtype_info[w->dtype].bytes;
}

/* `"conv1.weight" f32[8,3,3,3], stored [d0/8][d1][d2][d3][d0%8] = [1][3][3][3][8]` */
static const char *weight_text(const Package *k, uint32_t i) {
    Arena *a = k->arena;
    const Weight *w = &k->p->weight.at[i];
    const char *of = k->users ? k->users[i] : NULL;
    const char *layout = w->layout ? layout_text(a, w->layout) : NULL;
    return arena_printf(a, "\"%s\" %s%s%s%s%s", name_comment(a, w->source),
                        type_text(a, k->p->graph->sym, w->dtype, &w->shape), layout ? ", stored " : "",
                        layout ? layout : "", of ? "; " : "", of ? of : "");
}

/* What stands before weight i, or behind the last (i of weight.n): the lines that open and close what one kind of
 * compiler alone takes, behind `gap`. `open`: its macro, or NULL. */
static const char *guard_text(const Package *k, uint32_t i, const char **open, const char *gap) {
    const char *was = *open, *macro = k->macros && i < k->p->weight.n ? k->macros[i] : NULL;
    *open = macro;
    if (was == macro || (was && macro && !strcmp(was, macro))) return "";
    return arena_printf(k->arena, "%s%s%s%s%s", gap, was ? "#endif\n" : "", macro ? "#ifdef " : "", macro ? macro : "", macro ? "\n" : "");
}

static bool has_type(const Package *k, bool boolean) {
    for (uint32_t i = 0; i < k->p->weight.n; i++) {
        DType t = k->p->weight.at[i].dtype;
        if (boolean ? t == DT_bool : t != DT_bool && t != DT_f32 && t != DT_f64) return true;
    }
    return false;
}

static char *declaration_text(const Package *k, uint32_t i) {
    const Weight *w = &k->p->weight.at[i];
    return arena_printf(k->arena, "extern %s %s[%lld];", emit_const_type(w->dtype), k->weight[i], array_elements(w));
}

void weights_header_text(const Package *k, Str *out) {
    const Program *p = k->p;
    heading_add(k, out, arena_printf(k->arena, "%s_weights.h", k->name), "/* ", " * ");
    if (k->users)
        str_addf(out, " *\n * The weights of all plans and variants, equal ones once: %lld bytes. Those that not all of them read tell "
                      "for which\n * they are. */\n", (long long)p->weight_bytes);
    else
        str_addf(out, " *\n * The weights of %s.c in the order in which its functions read them: %lld bytes. */\n", k->name,
                 (long long)p->weight_bytes);
    str_addf(out, "#ifndef %s_WEIGHTS_H\n#define %s_WEIGHTS_H\n", k->upper, k->upper);
    if (has_type(k, true)) str_add(out, "#include <stdbool.h>\n");
    if (has_type(k, false)) str_add(out, "#include <stdint.h>\n");
    if (p->weight.n) str_addn(out, "\n", 1);
    /* Comments stand in one column unless a name is very long. */
    size_t width = 0;
    for (uint32_t i = 0; i < p->weight.n; i++) {
        size_t n = strlen(declaration_text(k, i));
        if (n > width && n <= LINE_WIDTH / 2) width = n;
    }
    for (uint32_t i = 0; i < p->weight.n; i++)
        str_addf(out, "%-*s /* %s */\n", (int)width, declaration_text(k, i), weight_text(k, i));
    str_add(out, "\n#endif\n");
}

static void float_add(Str *out, Arena *tmp, double v, bool is_double) {
    const char *sign = signbit(v) ? "-" : "";
    if (isnan(v) || isinf(v)) {
        str_addf(out, "%s%s", sign, isnan(v) ? "NAN" : "INFINITY");
        return;
    }
    const char *text = float_text(tmp, v, is_double);
    str_add(out, text);
    if (!strpbrk(text, ".e")) str_add(out, ".0");
    if (!is_double) str_addn(out, "f", 1);
}

void literal_add(Str *out, Arena *tmp, DType t, const void *element) {
    uint64_t bits = 0;
    int bytes = dtype_info[t].bytes;
    const char *string;
    memcpy(&bits, element, (size_t)bytes);
    /* Sign-extended for the signed types. */
    int64_t number = (int64_t)(bits << (64 - 8 * bytes)) >> (64 - 8 * bytes);
    float f;
    double d;
    switch (t) {
    case DT_f32:
        memcpy(&f, element, sizeof f);
        float_add(out, tmp, (double)f, false);
        break;
    case DT_f64:
        memcpy(&d, element, sizeof d);
        float_add(out, tmp, d, true);
        break;
    case DT_f16:
    case DT_bf16: str_addf(out, "0x%04x", (unsigned)bits); break;
    case DT_i32:
    case DT_i64:
        if (number == (t == DT_i32 ? INT32_MIN : INT64_MIN))
            str_addf(out, "%s_MIN", t == DT_i32 ? "INT32" : "INT64");
        else
            str_addf(out, "%lld", (long long)number);
        break;
    case DT_u32:
    case DT_u64: str_addf(out, "%lluu", (unsigned long long)bits); break;
    case DT_bool: str_addn(out, bits ? "1" : "0", 1); break;
    case DT_string:
        memcpy(&string, element, sizeof string);
        c_string_add(out, string ? string : "");
        break;
    default:
        if (dtype_is_coded(t))
            str_addf(out, "0x%02x", (unsigned)bits);
        else if (dtype_is_small(t))
            str_addf(out, "%lld", (long long)tensor_int(&(Tensor){.dtype = t, .data = element}, 0));
        else
            str_addf(out, "%lld", dtype_info[t].cls == 'i' ? (long long)number : (long long)bits);
    }
}

/* The weights by their place in the stream. */
typedef struct {
    const Package *k;
    OutFile *file;
    Arena *tmp;      /* of the numbers' text, emptied now and then */
    uint32_t *order; /* weights by offset, n of them: all but the strings */
    uint32_t n;
    uint32_t at;     /* the one that comes next, or is being written */
    int64_t place;   /* bytes of the stream that went by */
    int64_t count;   /* elements written of it */
    uint8_t element[8];
    int have; /* bytes of `element` */
    const char *guard; /* around what is written */
    Str line;
} Stream;

static int by_offset(const void *a, const void *b, void *ctx) {
    const Weight *w = ctx;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    if (w[i].offset != w[j].offset) return w[i].offset < w[j].offset ? -1 : 1;
    /* Empty ones share their place with the next. */
    bool p = w[i].elements > 0, q = w[j].elements > 0;
    return p != q ? p - q : i < j ? -1 : i > j;
}

static const Weight *current(const Stream *s) {
    return s->at < s->n ? &s->k->p->weight.at[s->order[s->at]] : NULL;
}

static bool open_array(Stream *s, const Weight *w) {
    uint32_t i = s->order[s->at];
    const char *align = s->k->p->target->dialect == DIALECT_gnu ? " __attribute__((aligned(64)))" : "";
    return out_printf(s->file, "%s\n/* %s */\n%s %s[%lld]%s = {\n", guard_text(s->k, i, &s->guard, "\n"), weight_text(s->k, i),
                      emit_const_type(w->dtype), s->k->weight[i], array_elements(w), align);
}

static bool flush_line(Stream *s) {
    if (s->line.n == 0) return true;
    bool ok = out_printf(s->file, "    %s\n", s->line.at);
    s->line.n = 0;
    s->line.at[0] = 0;
    return ok;
}

static bool close_array(Stream *s) {
    if (s->count == 0) str_add(&s->line, "0,");
    bool ok = flush_line(s) && out_printf(s->file, "};\n");
    s->at++;
    s->count = 0;
    return ok;
}

static bool add_element(Stream *s, const Weight *w) {
    enum { NUMBERS = 4096 };
    size_t before = s->line.n;
    if (before) str_addn(&s->line, " ", 1);
    literal_add(&s->line, s->tmp, w->dtype, s->element);
    str_addn(&s->line, ",", 1);
    s->have = 0;
    s->count++;
    if (s->count % NUMBERS == 0) arena_reset(s->tmp);
    return s->line.n - before + s->line.n <= LINE_WIDTH - 4 || flush_line(s);
}

/* Takes bytes of the current weight; how many, or -1 when writing failed. */
static int64_t take(Stream *s, const Weight *w, const uint8_t *data, size_t n) {
    int size = dtype_info[w->dtype].bytes;
    if (s->count == 0 && s->have == 0 && !open_array(s, w)) return -1;
    size_t used = 0;
    while (used < n && s->count < w->elements) {
        s->element[s->have++] = data[used++];
        if (s->have == size && !add_element(s, w)) return -1;
    }
    if (s->count == w->elements && !close_array(s)) return -1;
    return (int64_t)used;
}

static bool put_text(void *ctx, const void *data, size_t n) {
    Stream *s = ctx;
    const uint8_t *at = data;
    while (n) {
        const Weight *w = current(s);
        int64_t used = (int64_t)n;
        if (w && w->offset > s->place) {
            if (w->offset - s->place < used) used = w->offset - s->place;
        } else if (w) {
            used = take(s, w, at, n);
        }
        if (used < 0) return false;
        at += used;
        n -= (size_t)used;
        s->place += used;
    }
    return true;
}

static bool put_bytes(void *ctx, const void *data, size_t n) {
    Stream *s = ctx;
    s->place += (int64_t)n;
    return out_write(s->file, data, n);
}

static bool too_few(const Package *k) {
    return diag_error(k->diag, (Loc){.file = k->o->model}, "this is a defect of tenon, please report it",
                      "fewer bytes of weights were made than the plan says");
}

static bool write_text(const Package *k, Stream *s) {
    static const char numbers[] = "\n#define INFINITY (1.0f / 0.0f)\n#define NAN (0.0f / 0.0f)\n";
    for (uint32_t i = 0; i < k->p->weight.n; i++) {
        const Weight *w = &k->p->weight.at[i];
        if (dtype_is_float(w->dtype)) {
            if (!out_printf(s->file, "%s", target_freestanding(k->target) ? numbers : "#include <math.h>\n")) return false;
            break;
        }
    }
    if (!program_weights(k->p, put_text, s)) return false;
    for (const Weight *w = current(s); w; w = current(s)) {
        if (w->elements > 0) return too_few(k);
        if (!open_array(s, w) || !close_array(s)) return false;
    }
    return out_printf(s->file, "%s", guard_text(k, k->p->weight.n, &s->guard, "\n"));
}

static bool write_bin(const Package *k, OutFile *c, Stream *s) {
    Str text = str_new(k->arena);
    const SkelValue values[] = {{"name", k->name}, {"NAME", k->upper}, {NULL, NULL}};
    skeleton_fill(&text, skeleton_of(k->arena, k->target, "weights_bin.c.in"), values);
    for (uint32_t i = 0; i < s->n; i++) {
        const Weight *w = &k->p->weight.at[s->order[i]];
        const char *name = k->weight[s->order[i]];
        str_add(&text, guard_text(k, s->order[i], &s->guard, ""));
        if (w->elements > 0)
            str_addf(&text, "WEIGHT(%s, %lld, %lld); /* %s */\n", name, (long long)w->offset,
                     (long long)weight_bytes(w), weight_text(k, s->order[i]));
        else
            str_addf(&text, "%s %s[1] = {0}; /* %s */\n", emit_const_type(w->dtype), name, weight_text(k, s->order[i]));
    }
    str_add(&text, guard_text(k, k->p->weight.n, &s->guard, ""));
    if (!out_write(c, text.at, text.n) || !program_weights(k->p, put_bytes, s)) return false;
    return s->place >= k->p->weight_bytes || too_few(k);
}

/* C promises literals of 4095 characters, where an escape is one. */
static bool is_long(const char *s) {
    return s && strlen(s) > 4000;
}

/* As an array, with the 0 at its end. */
static bool write_long(const Package *k, OutFile *c, const char *name, int64_t e, const char *s) {
    size_t n = strlen(s) + 1;
    if (!out_printf(c, "\nstatic const unsigned char %s_%lld[%zu] = {", name, (long long)e, n)) return false;
    for (size_t i = 0; i < n; i++)
        if (!out_printf(c, i % 24 ? " %u," : "\n    %u,", (unsigned)(unsigned char)s[i])) return false;
    (void)k;
    return out_printf(c, "\n};\n");
}

/* Strings are pointers, so they are text in any case, and no part of the stream. */
static bool write_strings(const Package *k, OutFile *c) {
    const char *guard = NULL;
    for (uint32_t i = 0; i < k->p->weight.n; i++) {
        const Weight *w = &k->p->weight.at[i];
        if (w->dtype != DT_string) continue;
        const char *const *at = w->tensor->data;
        if (!out_printf(c, "%s", guard_text(k, i, &guard, "\n"))) return false;
        for (int64_t e = 0; e < w->elements; e++)
            if (is_long(at[e]) && !write_long(k, c, k->weight[i], e, at[e])) return false;
        if (!out_printf(c, "\n/* %s */\n%s %s[%lld] = {\n", weight_text(k, i), emit_const_type(DT_string), k->weight[i],
                        array_elements(w)))
            return false;
        for (int64_t e = 0; e < array_elements(w); e++) {
            Str line = str_new(k->arena);
            if (e < w->elements && is_long(at[e]))
                str_addf(&line, "(const char *)%s_%lld", k->weight[i], (long long)e);
            else
                c_string_add(&line, e < w->elements && at[e] ? at[e] : "");
            if (!out_printf(c, "    %s,\n", line.at)) return false;
        }
        if (!out_printf(c, "};\n")) return false;
    }
    return out_printf(c, "%s", guard_text(k, k->p->weight.n, &guard, "\n"));
}

bool weights_write(const Package *k, OutFile *c, OutFile *bin) {
    uint32_t n = k->p->weight.n;
    Stream s = {.k = k, .file = bin ? bin : c, .order = arena_array_of(k->arena, n + 1, uint32_t)};
    for (uint32_t i = 0; i < n; i++)
        if (k->p->weight.at[i].dtype != DT_string) s.order[s.n++] = i;
    qsort_r(s.order, s.n, sizeof *s.order, by_offset, k->p->weight.at);
    Str heading = str_new(k->arena);
    heading_add(k, &heading, arena_printf(k->arena, "%s_weights.c", k->name), "/* ", " * ");
    if (!out_printf(c, "%s */\n#include \"%s_weights.h\"\n", heading.at, k->name)) return false;
    if (n == 0)
        return out_printf(c, "\n/* The model has no weights, and ISO C wants a declaration in every file. */\n"
                             "typedef int %s_no_weights;\n", k->name);
    s.tmp = arena_new("weights");
    s.line = str_new(k->arena);
    bool ok = (bin ? write_bin(k, c, &s) : write_text(k, &s)) && write_strings(k, c);
    arena_free(s.tmp);
    return ok;
}
