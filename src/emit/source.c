/* NAME.c: types, the arena's drawing, the functions under their headings, NAME_run. */
#include "emit/package.h"
#include "emit/skel.h"
#include "target/board.h"
#include <string.h>

enum { USERS_SHOWN = 12 };

static bool broken(const Package *k, const char *what, const char *name) {
    return diag_error(k->diag, (Loc){.file = k->o->model}, "this is a defect of tenon, please report it", "%s: %s",
                      name, what);
}

static bool snippets(const Package *k, const EmitUses *uses, Str *out) {
    for (uint32_t i = 0; i < uses->snippet.n; i++) {
        const char *text = skeleton(skeleton_of(k->arena, k->target, uses->snippet.at[i]));
        if (!text) return broken(k, "no such snippet", uses->snippet.at[i]);
        str_addf(out, "\n%s", text);
    }
    return true;
}

/* The steps of each function: first[f], then next[step], UINT32_MAX at the end. */
typedef struct {
    uint32_t *first, *next;
} Users;

static Users find_users(const Package *k) {
    const Program *p = k->p;
    Users u = {.first = arena_array_of(k->arena, p->function.n + 1, uint32_t),
               .next = arena_array_of(k->arena, p->step.n + 1, uint32_t)};
    for (uint32_t i = 0; i < p->function.n; i++) u.first[i] = UINT32_MAX;
    for (uint32_t i = p->step.n; i-- > 0;) {
        uint32_t f = p->step.at[i].function;
        if (p->step.at[i].kind != CALL_call) continue;
        if (!function_written(p, f)) f = p->function.at[f].shared->first;
        u.next[i] = u.first[f];
        u.first[f] = i;
    }
    return u;
}

static bool is_parameter(const Buffer *b) {
    return b->kind == BUF_in || b->kind == BUF_out || b->kind == BUF_const;
}

/* Weights whose stored order is not the model's. */
static void layouts(const Package *k, const Function *f, Str *out) {
    for (uint32_t i = 0; i < f->nest->buf.n; i++) {
        const Buffer *b = &f->nest->buf.at[i];
        const char *layout = is_parameter(b) ? layout_text(k->arena, b) : NULL;
        if (!layout) continue;
        Shape shape = shape_of(b->rank, b->dim);
        const char *type = type_text(k->arena, k->p->graph->sym, b->dtype, &shape);
        comment_add(out, " * ", " *     ", arena_printf(k->arena, "%s: %s stored %s", b->name, type, layout));
    }
}

static void function_heading(const Package *k, const Users *users, uint32_t index, Str *out) {
    Arena *a = k->arena;
    const Function *f = &k->p->function.at[index];
    uint32_t shown = 0, calls = 0;
    for (uint32_t i = users->first[index]; i != UINT32_MAX; i = users->next[i]) calls++;
    for (uint32_t i = users->first[index]; i != UINT32_MAX && shown < USERS_SHOWN; i = users->next[i], shown++) {
        const ProgramStep *s = &k->p->step.at[i];
        int64_t count = k->p->function.at[s->function].macs;
        const char *macs = count > 0 ? arena_printf(a, " | %s MAC", count_text(a, count)) : "";
        char *text = arena_printf(a, "step %u%s | %s | %s", i + 1, macs, s->nodes, s->shapes);
        comment_add(out, shown ? " * " : "/* ", " *     ", text);
    }
    if (shown == 0) comment_add(out, "/* ", " *     ", "no step");
    if (calls > shown) str_addf(out, " * and %u more steps\n", calls - shown);
    if (f->shared)
        comment_add(out, " * ", " *     ", arena_printf(a, "for step %u it is:", users->first[index] + 1));
    if (f->rows) str_addf(out, " * Iterations %s to %s of the outermost loop: kernels take turns.\n", f->tree->var.at[f->rows[0]].name, f->tree->var.at[f->rows[1]].name);
    layouts(k, f, out);
    if (f->schedule && *f->schedule)
        comment_add(out, " * ", " *     ", arena_printf(a, "schedule \"%s\"", f->schedule));
    for (const char *line = f->meaning ? f->meaning : ""; *line;) {
        size_t n = strcspn(line, "\n");
        if (n) comment_add(out, " *     ", " *         ", arena_strndup(a, line, n));
        line += n + (line[n] != 0);
    }
    /* The end of the comment goes on the last line. */
    out->at[--out->n] = 0;
    str_add(out, " */\n");
}

static void functions(const Package *k, EmitUses *uses, Str *out) {
    Users users = find_users(k);
    size_t prefix = strlen(k->name) + 1;
    for (uint32_t i = 0; i < k->p->function.n; i++) {
        Function f = k->p->function.at[i];
        if (!function_written(k->p, i)) continue;
        f.name = k->function[i] + prefix;
        f.part = k->part[i];
        str_addn(out, "\n", 1);
        function_heading(k, &users, i, out);
        emit_function(k->p, &f, uses, out);
    }
}

/* A variable of NAME_run: a tensor in the arena. */
typedef struct {
    const char *name, *declaration, *shape;
} Local;

typedef struct {
    const Package *k;
    Map index; /* "value offset type" -> place in list */
    Map taken; /* names */
    Vec(Local) list;
} Locals;

/* "/features/0/conv/Conv_output_0" is known by its last parts. */
static const char *last_parts(const char *name) {
    enum { ENOUGH = 12 };
    const char *at = name + strlen(name);
    while (at > name && !(at[-1] == '/' && strlen(at) >= ENOUGH)) at--;
    return at;
}

/* The variable for a place in the arena, made when it is first needed. */
static const char *local_name(Locals *l, const Arg *arg, DType t) {
    Arena *a = l->k->arena;
    const Graph *g = l->k->p->graph;
    const Value *v = &g->value.at[arg->value];
    const char *key = arena_printf(a, "%u %lld %d", arg->value, (long long)arg->offset, (int)t);
    uint32_t at = map_get(&l->index, key);
    if (at != MAP_NONE) return l->list.at[at].name;
    const char *name = name_unique(a, &l->taken, name_variable(a, last_parts(v->name)));
    const char *text = arena_printf(a, "%sconst %s = (void *)(base + %lld);", emit_pointer(t, true), name,
                                    (long long)arg->offset);
    map_set(a, &l->index, key, l->list.n);
    vec_push(a, &l->list, ((Local){name, text, type_text(a, g->sym, v->dtype, &v->shape)}));
    return name;
}

/* `start` moved on by `offset` bytes, as a pointer to elements of type t where it points to those of type `of`. */
static const char *moved(const Package *k, const char *start, DType of, DType t, int64_t offset, bool writes) {
    Arena *a = k->arena;
    int size = dtype_info[t].bytes;
    bool same = strcmp(emit_c_type(of), emit_c_type(t)) == 0;
    const char *qualifier = writes ? "" : "const ";
    if (same && offset == 0) return start;
    if (same && offset % size == 0) return arena_printf(a, "%s + %lld", start, (long long)(offset / size));
    if (offset == 0) return arena_printf(a, "(%svoid *)%s", qualifier, start);
    return arena_printf(a, "(%svoid *)((%sunsigned char *)%s + %lld)", qualifier, qualifier, start, (long long)offset);
}

/* Parameter b of a call; NULL b: scratch. */
static const char *argument(Locals *l, const Arg *arg, const Buffer *b) {
    const Package *k = l->k;
    Arena *a = k->arena;
    bool is_port = arg->kind == ARG_input || arg->kind == ARG_output;
    if (arg->kind == ARG_arena) {
        if (!b || arg->value == NO_VALUE) return arena_printf(a, b ? "(void *)(base + %lld)" : "base + %lld",
                                                              (long long)arg->offset);
        return local_name(l, arg, b->dtype);
    }
    DType t = b ? b->dtype : DT_u8;
    if (is_port) {
        const Port *q = &k->port[arg->index + (arg->kind == ARG_input ? 0 : k->ninput)];
        return moved(k, arena_printf(a, "io->%s", q->field), q->value->dtype, t, arg->offset,
                     arg->kind == ARG_output && b && b->kind == BUF_out);
    }
    return moved(k, k->weight[arg->index], k->p->weight.at[arg->index].dtype, t, arg->offset, false);
}

/* ---- blocks ---- */

/* Where an argument of a step that is no call lies, as a pointer to anything. */
static const char *spot(const Package *k, const Arg *arg, bool writes) {
    Arena *a = k->arena;
    if (arg->kind == ARG_arena) return arena_printf(a, "base + %lld", (long long)arg->offset);
    if (arg->kind == ARG_weight)
        return moved(k, k->weight[arg->index], k->p->weight.at[arg->index].dtype, DT_u8, arg->offset, false);
    const Port *q = &k->port[arg->index + (arg->kind == ARG_input ? 0 : k->ninput)];
    return moved(k, arena_printf(a, "io->%s", q->field), q->value->dtype, DT_u8, arg->offset, writes);
}

/* The one-byte truth value at an argument. */
static const char *truth(const Package *k, const Arg *arg) {
    return arena_printf(k->arena, "*(const unsigned char *)(%s) != 0", spot(k, arg, false));
}

static void loop_begin(const Package *k, const ProgramStep *s, uint32_t step, const char *indent, Str *out) {
    unsigned id = step + 1;
    const char *limit = "";
    if (s->trips >= 0 && !s->limited) limit = arena_printf(k->arena, "turn%u < %lld && ", id, (long long)s->trips);
    if (s->narg > 2) {
        limit = arena_printf(k->arena, "%sturn%u < turns%u && ", limit, id, id);
        str_addf(out, "%sint64_t turns%u;\n%smemcpy(&turns%u, %s, sizeof turns%u);\n", indent, id, indent, id,
                 spot(k, &s->arg[2], false), id);
    }
    str_addf(out, "%sfor (int64_t turn%u = 0; %s%s; turn%u++) {\n", indent, id, limit, truth(k, &s->arg[1]), id);
    if (s->limited)
        str_addf(out, "%s    if (turn%u == %lld) return %s_ERROR_TRIPS;\n", indent, id, (long long)s->trips, k->outer_upper);
    str_addf(out, "%s    memcpy(%s, &turn%u, sizeof turn%u);\n", indent, spot(k, &s->arg[0], true), id, id);
}

static void copy(const Package *k, const ProgramStep *s, const uint32_t *open, uint32_t depth, const char *indent,
                 Str *out) {
    const char *to = spot(k, &s->arg[0], true), *from = spot(k, &s->arg[1], false);
    if (s->turning && depth)
        to = arena_printf(k->arena, "(unsigned char *)(%s) + turn%u * %lld", to, open[depth - 1] + 1, (long long)s->bytes);
    str_addf(out, "%smemcpy(%s, %s, %lld);\n", indent, to, from, (long long)s->bytes);
}

/* A step that is no call; open[] holds the steps that began the blocks around it. */
static void block_step(const Package *k, uint32_t step, uint32_t *open, uint32_t *depth, Str *out) {
    const ProgramStep *s = &k->p->step.at[step];
    if ((s->kind == CALL_else || s->kind == CALL_end) && *depth > 0) --*depth;
    const char *indent = arena_printf(k->arena, "%*s", (int)(4 * *depth + 4), "");
    switch (s->kind) {
    case CALL_if: str_addf(out, "%sif (%s) {\n", indent, truth(k, &s->arg[0])); break;
    case CALL_else: str_addf(out, "%s} else {\n", indent); break;
    case CALL_loop: loop_begin(k, s, step, indent, out); break;
    case CALL_rows:
        str_addf(out, "%s/* Kernels take turns: of what is between them a few rows are kept. */\n%sfor (int row = 0; row < %lld; row++) {\n", indent, indent, (long long)s->trips);
        break;
    case CALL_clear: str_addf(out, "%smemset(%s, 0, %lld);\n", indent, spot(k, &s->arg[0], true), (long long)s->bytes); break;
    case CALL_copy: copy(k, s, open, *depth, indent, out); break;
    default: str_addf(out, "%s}\n", indent);
    }
    if (s->kind == CALL_if || s->kind == CALL_else || s->kind == CALL_loop || s->kind == CALL_rows) open[(*depth)++] = step;
}

/* The iterations of a call that is one of a kernel's turns. */
static void rows_arguments(const Package *k, const ProgramStep *s, uint32_t n, Str *out) {
    Arena *a = k->arena;
    const char *row = s->by == 1 ? "row" : arena_printf(a, "%lld * row", (long long)s->by), *text[2];
    for (int i = 0; i < 2; i++) {
        int64_t at = i ? s->to : s->from;
        text[i] = !s->by ? arena_printf(a, "%lld", (long long)at) : !at ? row : arena_printf(a, "%s + %lld", row, (long long)at);
    }
    list_item(out, "             ", n == 0, text[0]);
    int64_t turns = s->by ? (s->most - s->to) / s->by : 0; /* the last one that ends before the last iteration, or with it */
    const char *open = s->last_turn > turns ? arena_printf(a, "row <= %lld ? %s : %lld", (long long)turns, text[1], (long long)s->most) : text[1];
    list_item(out, "             ", false, open);
}

static bool call(Locals *l, uint32_t step, uint32_t depth, Str *out) {
    const Package *k = l->k;
    const ProgramStep *s = &k->p->step.at[step];
    const Function *f = &k->p->function.at[s->function];
    int digits = k->p->step.n < 100 ? 2 : k->p->step.n < 1000 ? 3 : 5;
    str_addf(out, "%*s/* %*u */ %s(", (int)(4 * depth + 4), "", digits, step + 1, k->function[s->function]);
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->nest->buf.n + 1; i++) {
        const Buffer *b = i < f->nest->buf.n ? &f->nest->buf.at[i] : NULL;
        if (b ? !is_parameter(b) : f->scratch_bytes == 0) continue;
        if (n == s->narg) return broken(k, "a call has too few arguments", k->function[s->function]);
        list_item(out, "             ", n == 0, argument(l, &s->arg[n], b));
        n++;
    }
    if (f->parallel) list_item(out, "             ", n == 0, "pool");
    if (f->rows) rows_arguments(k, s, n, out);
    for (uint32_t i = 0; f->sizes && i < k->p->size.n; i++)
        if (*f->sizes >> i & 1) list_item(out, "             ", n == 0, k->p->size.at[i].name);
    for (uint32_t i = 0; f->shared && i < f->shared->nparameter; i++) list_item(out, "             ", n == 0 && i == 0, f->given[i]);
    if (n != s->narg) return broken(k, "a call has too many arguments", k->function[s->function]);
    str_add(out, ");\n");
    return true;
}

static void declarations(const Locals *l, Str *out) {
    size_t width = 0;
    for (uint32_t i = 0; i < l->list.n; i++) {
        size_t n = strlen(l->list.at[i].declaration);
        if (n > width) width = n;
    }
    if (l->list.n) str_addn(out, "\n", 1);
    for (uint32_t i = 0; i < l->list.n; i++)
        str_addf(out, "    %-*s /* %s */\n", (int)width, l->list.at[i].declaration, l->list.at[i].shape);
}

/* ` || !io->x`, on a new line where the line is full. */
static void add_check(Str *out, const char *text, const char *joint) {
    size_t column = 0;
    while (out->at[out->n - 1 - column] != '\n') column++;
    str_addf(out, column + strlen(text) + strlen(joint) > LINE_WIDTH ? "%s\n        %s" : "%s %s", joint, text);
}

static void checks(const Package *k, Str *out) {
    const bool inside = k->p->port_at != NULL;
    if (inside && k->arena_bytes) str_addf(out, "    if (!arena) return %s_ERROR_NULL;\n", k->outer_upper);
    if (!inside) str_add(out, "    if (!io");
    for (uint32_t i = 0; i < k->ninput + k->noutput; i++)
        if (!inside && k->port[i].elements) add_check(out, arena_printf(k->arena, "!io->%s", k->port[i].field), " ||");
    if (!inside && k->arena_bytes) add_check(out, "!arena", " ||");
    if (!inside) add_check(out, arena_printf(k->arena, "return %s_ERROR_NULL;\n", k->outer_upper), ")");
    if (!k->arena_bytes) {
        str_add(out, "    (void)arena;\n");
        return;
    }
    str_addf(out, "    if ((uintptr_t)arena %% %s_ARENA_ALIGN != 0) return %s_ERROR_ALIGN;\n", k->outer_upper,
             k->outer_upper);
}

static bool uses_arena(const Program *p) {
    for (uint32_t i = 0; i < p->step.n; i++)
        for (uint32_t j = 0; j < p->step.at[i].narg; j++)
            if (p->step.at[i].arg[j].kind == ARG_arena) return true;
    return false;
}

#define MARK "tenon_profile_mark"

static void mark(const Package *k, uint32_t step, Str *out) {
    if (k->o->profile) str_addf(out, "    " MARK "(%u);\n", (unsigned)step);
}

static bool shares_loops(const Program *p) {
    for (uint32_t i = 0; i < p->step.n; i++)
        if (p->step.at[i].kind == CALL_call && p->function.at[p->step.at[i].function].parallel) return true;
    return false;
}

static bool size_used(const Program *p, uint32_t i) {
    uint32_t used = 0;
    for (uint32_t f = 0; f < p->function.n; f++) used |= *p->function.at[f].sizes;
    return used >> i & 1;
}

static bool run_function(const Package *k, const EmitUses *uses, Str *out) {
    const Program *p = k->p;
    Locals l = {.k = k};
    for (uint32_t i = 0; i < uses->snippet.n; i++) names_take(k->arena, &l.taken, skeleton(skeleton_of(k->arena, k->target, uses->snippet.at[i])));
    static const char *const own[] = {"io", "arena", "base", "pool", "dims"};
    for (uint32_t i = 0; i < p->size.n; i++) map_set(k->arena, &l.taken, p->size.at[i].name, 1);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) map_set(k->arena, &l.taken, own[i], 1);
    for (uint32_t i = 0; i < p->step.n; i++)
        if (p->step.at[i].kind == CALL_rows) map_set(k->arena, &l.taken, "row", 1);
    for (uint32_t i = 0; i < p->function.n; i++) map_set(k->arena, &l.taken, k->function[i], 1);
    for (uint32_t i = 0; i < p->weight.n; i++) map_set(k->arena, &l.taken, k->weight[i], 1);
    map_set(k->arena, &l.taken, arena_printf(k->arena, "%s_run", k->name), 1);
    map_set(k->arena, &l.taken, arena_printf(k->arena, "%s_io", k->outer), 1);
    if (k->o->profile) {
        map_set(k->arena, &l.taken, MARK, 1);
        str_add(out, "\n/* Not part of the model: tells the time of each step to who measures. */\nvoid " MARK "(int step);\n");
    }
    bool pool = package_threads(k);
    const char *io = p->port_at ? "" : arena_printf(k->arena, "const %s_io *io, ", k->outer);
    if (p->size.n)
        str_addf(out, "\n/* The dims are checked by who calls it. */\nint %s_run(const %s_io *io, const %s_dims *dims, void *arena) {\n",
                 k->name, k->outer, k->outer);
    else
        str_addf(out, "\nint %s_run%s(%svoid *arena%s) {\n", k->name, pool ? "_pool" : "", io, pool ? ", tenon_pool *pool" : "");
    checks(k, out);
    for (uint32_t i = 0; i < p->size.n; i++) {
        const ProgramSize *s = &p->size.at[i];
        const char *divided = s->step == 1 ? arena_printf(k->arena, "dims->%s", s->dim)
                                           : arena_printf(k->arena, "(dims->%s / %lld)", s->dim, (long long)s->step);
        if (size_used(p, i)) str_addf(out, "    const int %s = (int)%s;\n", s->name, divided);
    }
    if (pool && !shares_loops(p)) str_add(out, "    (void)pool;\n");
    if (uses_arena(p)) str_add(out, "    unsigned char *const base = arena;\n");
    Str calls = str_new(k->arena);
    uint32_t depth = 0, marked = 0, *open = arena_array_of(k->arena, p->step.n + 1, uint32_t);
    mark(k, 0, &calls);
    for (uint32_t i = 0; i < p->step.n; i++) {
        if (p->step.at[i].kind != CALL_call)
            block_step(k, i, open, &depth, &calls);
        else if (!call(&l, i, depth, &calls))
            return false;
        for (; !depth && marked <= i; marked++) mark(k, marked + 1, &calls); /* a block's time is its first step's */
    }
    declarations(&l, out);
    str_addf(out, "%s%s", p->step.n ? "\n" : "", calls.at);
    str_addf(out, "%s    return %s_OK;\n}\n", p->step.n ? "\n" : "", k->outer_upper);
    if (pool)
        str_addf(out, "\nint %s_run(%svoid *arena) {\n    return %s_run_pool(%sarena, NULL);\n}\n", k->name, io, k->name, p->port_at ? "" : "io, ");
    return true;
}

/* Places in the arena and in constants are those of pointers of 8 bytes. */
static void pointer_check(const Package *k, Str *out) {
    bool needed = false;
    for (ValueId v = 0; v < k->p->graph->value.n; v++) needed |= k->p->graph->value.at[v].dtype == DT_string;
    if (needed)
        str_addf(out, "\n/* Strings want pointers of 8 bytes. */\n"
                      "typedef char %s_pointers_have_8_bytes[sizeof(const char *) == 8 ? 1 : -1];\n", k->name);
}

/* What stands behind the #includes. */
static bool code_text(const Package *k, Str *out) {
    Str body = str_new(k->arena);
    EmitUses uses = {0};
    functions(k, &uses, &body);
    pointer_check(k, out);
    if (!snippets(k, &uses, out)) return false;
    str_addn(out, "\n", 1);
    if (k->p->size.n)
        str_add(out, "/* For all sizes: what comments say of shapes, MACs and the arena is that of the largest ones. */\n\n");
    arena_drawing(k, out);
    str_addn(out, body.at, body.n);
    return run_function(k, &uses, out);
}

bool source_text(const Package *k, Str *out) {
    Str code = str_new(k->arena);
    if (!code_text(k, &code)) return false;
    heading_add(k, out, arena_printf(k->arena, "%s.c", k->name), "/* ", " * ");
    str_addf(out, " */\n#include \"%s.h\"\n#include \"%s_weights.h\"\n", k->outer, k->library);
    if (target_freestanding(k->target))
        freestanding_add(k, code.at, out);
    else
        str_add(out, "#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n#include <string.h>\n");
    if (k->macro) str_addf(out, "\n#ifdef %s\n", k->macro);
    str_addn(out, code.at, code.n);
    if (k->macro) str_add(out, "\n#endif\n");
    return true;
}
