#include "cli/size.h"
#include "base/io.h"
#include "cli/build.h"
#include "cli/temp.h"
#include "emit/emit.h"
#include "emit/package.h"
#include "target/board.h"
#include <string.h>

/* Files of the temporary folder. */
#define OBJECT "code"   /* NAME.c as the package has it */
#define WEIGHTS "weights"
#define APART "apart"   /* and with every kernel a function of its own */
#define IMAGE "image"   /* NAME_run and what it calls */
#define LISTING "listing"

typedef struct {
    Arena *arena;
    Diag *diag;
    SizeReport *report;
    const Program *p;
    const Package *k;
    const Target *at; /* what it is compiled for: the target, or the board whose emulator runs it */
    const char *folder;
    Object object, weights, apart, image;
    StackGraph graph, graph_apart;
    const char *entry; /* NAME_run */
    uint32_t *row;     /* one a function of the program: its row of the report, one for those that share their C */
} Sizing;

static const char *file_text(Sizing *s, const char *name) {
    Bytes b;
    if (!io_map(s->arena, s->diag, path_join(s->arena, s->folder, name), &b)) return NULL;
    return arena_strndup(s->arena, (const char *)b.data, b.n);
}

static bool read_object(Sizing *s, const char *file, Object *out) {
    Bytes b;
    return io_map(s->arena, s->diag, path_join(s->arena, s->folder, file), &b) &&
           (object_read(s->arena, b.data, b.n, out) ||
            diag_error(s->diag, (Loc){.file = s->at->cc}, "sizes are read from ELF files", "the compiler writes other object files"));
}

/* NAME`suffix`.c -> `as`.o and `as`.ci */
static bool compile(Sizing *s, const char *suffix, const char *as, const char *flags, Object *object, StackGraph *graph) {
    const char *calls = path_join(s->arena, s->folder, arena_printf(s->arena, "%s.ci", as));
    if (!build_object(s->arena, s->diag, s->at, s->folder, arena_printf(s->arena, "%s%s.c", s->p->name, suffix), as, flags) ||
        !read_object(s, arena_printf(s->arena, "%s.o", as), object))
        return false;
    graph->arena = s->arena;
    if (path_exists(calls)) stack_add_callgraph(graph, file_text(s, arena_printf(s->arena, "%s.ci", as)));
    return true;
}

/* ---- functions ---- */

/* gcc adds .constprop.0, .isra.0, .part.0 to names of its copies. */
static bool is_copy(const char *symbol, const char *name) {
    size_t n = strlen(name);
    return !strncmp(symbol, name, n) && (!symbol[n] || symbol[n] == '.');
}

/* Adds up the copies of `name`; false: there are none. */
static bool add_copies(StackGraph *g, const Object *o, const char *name, SizeFunction *f) {
    bool found = false;
    f->frame = f->deepest = STACK_UNKNOWN;
    for (uint32_t i = 0; i < o->function.n; i++) {
        const ObjectFunction *x = &o->function.at[i];
        if (!is_copy(x->name, name)) continue;
        const StackFunction *st = stack_function(g, x->name);
        int64_t deepest = stack_deepest(g, x->name, NULL);
        f->text += x->bytes;
        f->constants += x->constants;
        if (st && st->frame > f->frame) f->frame = st->frame;
        if (deepest > f->deepest) f->deepest = deepest;
        found = true;
    }
    return found;
}

static void add_function(Sizing *s, const char *name, uint32_t calls) {
    SizeFunction f = {.name = name, .calls = calls};
    if (!add_copies(&s->graph, &s->object, name, &f)) {
        f.merged = true;
        add_copies(&s->graph_apart, &s->apart, name, &f);
    }
    vec_push(s->arena, &s->report->function, f);
}

static bool listed(const Sizing *s, const char *symbol) {
    for (uint32_t i = 0; i < s->report->function.n; i++)
        if (is_copy(symbol, s->report->function.at[i].name)) return true;
    return false;
}

static bool has_function(const Object *o, const char *name) {
    for (uint32_t i = 0; i < o->function.n; i++)
        if (!strcmp(o->function.at[i].name, name)) return true;
    return false;
}

static void add_functions(Sizing *s) {
    SizeReport *r = s->report;
    add_function(s, s->entry, 0);
    s->row = arena_array_of(s->arena, s->p->function.n + 1, uint32_t);
    for (uint32_t i = 0; i < s->p->function.n; i++) {
        const Function *f = &s->p->function.at[i];
        s->row[i] = function_written(s->p, i) ? r->function.n : s->row[f->shared->first];
        if (function_written(s->p, i)) add_function(s, s->k->function[i], f->calls);
        else r->function.at[s->row[i]].calls += f->calls;
    }
    for (uint32_t i = 0; i < s->object.function.n; i++) { /* snippets and the parts of loops that threads share */
        const char *symbol = s->object.function.at[i].name;
        if (!listed(s, symbol)) add_function(s, arena_strndup(s->arena, symbol, strcspn(symbol, ".")), 0);
    }
    for (uint32_t i = 0; i < s->image.function.n; i++) {
        const ObjectFunction *x = &s->image.function.at[i];
        if (has_function(&s->object, x->name) || !x->bytes) continue;
        SizeFunction f = {.name = x->name, .library = true, .text = x->bytes, .deepest = stack_deepest(&s->graph, x->name, NULL)};
        const StackFunction *st = stack_function(&s->graph, x->name);
        f.frame = st ? st->frame : STACK_UNKNOWN;
        vec_push(s->arena, &r->function, f);
    }
    for (uint32_t i = 0; !r->image && i < s->graph.function.n; i++) {
        StackFunction *f = &s->graph.function.at[i];
        if (!f->compiled && !f->linked) vec_push(s->arena, &r->import, f->name);
    }
}

/* ---- steps ---- */

static int64_t weights_of(const Sizing *s, const ProgramStep *step) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < step->narg; i++) {
        bool again = false;
        for (uint32_t k = 0; k < i; k++) again |= step->arg[k].kind == ARG_weight && step->arg[k].index == step->arg[i].index;
        if (step->arg[i].kind != ARG_weight || again) continue;
        const Weight *w = &s->p->weight.at[step->arg[i].index];
        sum += w->elements * dtype_info[w->dtype].bytes;
    }
    return sum;
}

/* From the lowest to the highest byte that is used, counted once where tensors overlap. */
static int64_t alive_in(const Sizing *s, int32_t step) {
    int64_t sum = 0, end = 0;
    for (int64_t from = -1;;) { /* by offsets */
        const ArenaTensor *next = NULL;
        for (uint32_t i = 0; i < s->p->tensor.n; i++) {
            const ArenaTensor *t = &s->p->tensor.at[i];
            bool later = t->view_of < 0 && t->lower <= step && step < t->upper && t->offset > from;
            if (later && (!next || t->offset < next->offset || (t->offset == next->offset && t->bytes > next->bytes))) next = t;
        }
        if (!next) return sum;
        int64_t top = next->offset + next->bytes, bottom = next->offset > end ? next->offset : end;
        if (top > bottom) sum += top - bottom;
        if (top > end) end = top;
        from = next->offset;
    }
}

static void add_steps(Sizing *s) {
    const char *caller = package_threads(s->k) ? arena_printf(s->arena, "%s_pool", s->entry) : s->entry; /* of the steps */
    const StackFunction *run = stack_function(&s->graph, caller);
    for (uint32_t i = 0; i < s->p->step.n; i++) {
        const ProgramStep *step = &s->p->step.at[i];
        SizeStep row = {.nodes = step->nodes, .shapes = step->shapes ? step->shapes : "", .function = "", .stack = STACK_UNKNOWN};
        row.alive = alive_in(s, (int32_t)i);
        if (step->kind == CALL_call) {
            const SizeFunction *f = &s->report->function.at[s->row[step->function]];
            row.function = f->name;
            row.merged = f->merged;
            row.weights = weights_of(s, step);
            if (run && run->frame >= 0 && f->deepest >= 0) row.stack = run->frame + f->deepest - (f->merged ? f->frame : 0);
        }
        vec_push(s->arena, &s->report->step, row);
    }
}

/* ---- the image ---- */

/* What the functions of the package take in the image is what they took in the object file. */
static bool check_image(const Sizing *s) {
    for (uint32_t i = 0; i < s->object.function.n; i++)
        for (uint32_t k = 0; k < s->image.function.n; k++) {
            const ObjectFunction *o = &s->object.function.at[i], *x = &s->image.function.at[k];
            if (!strcmp(o->name, x->name) && o->bytes != x->bytes)
                return diag_error(s->diag, (Loc){.file = s->at->cc}, "take a compiler that compiles files one by one",
                                  "%s has %lld bytes in the object file, %lld in the image", o->name, (long long)o->bytes, (long long)x->bytes);
        }
    return true;
}

/* NAME_run and all it needs, without a main. */
static bool link_image(Sizing *s) {
    if (!build_image(s->arena, s->diag, s->at, s->folder, s->p->name, OBJECT, WEIGHTS, IMAGE, s->entry) || !read_object(s, IMAGE, &s->image) ||
        !build_listing(s->arena, s->diag, s->at, s->folder, IMAGE, LISTING))
        return false;
    const char *listing = file_text(s, LISTING);
    if (!listing || !check_image(s)) return false;
    stack_add_thumb(&s->graph, listing, &s->image);
    stack_add_thumb(&s->graph_apart, listing, &s->image);
    return true;
}

/* ---- a run ---- */

static void add_word(void *to, const char *word) {
    command_add(to, word);
}

static bool write_measuring(Sizing *s) {
    Arena *a = s->arena;
    const Package *k = s->k;
    Str buffers = str_new(a), fields = str_new(a), text = str_new(a);
    const bool inside = s->p->port_at != NULL; /* the call has the arena alone */
    for (uint32_t i = 0; !inside && i < k->ninput + k->noutput; i++) {
        const Port *q = &k->port[i];
        str_addf(&buffers, "static _Alignas(16) unsigned char port%u[%lld];\n", (unsigned)i, (long long)(q->bytes ? q->bytes : 1));
        str_addf(&fields, "%s.%s = (void *)port%u", i ? ", " : "", q->field, (unsigned)i);
    }
    if (k->arena_bytes)
        str_addf(&buffers, "static _Alignas(%lld) unsigned char arena[%lld];\n", (long long)s->p->arena_align, (long long)k->arena_bytes);
    int64_t bytes = s->report->stack >= 0 ? s->report->stack + 1024 : 65536;
    const SkelValue values[] = {{"name", s->p->name}, {"words", arena_printf(a, "%lld", (long long)bytes / 4)}, {"buffers", buffers.at},
                                {"arguments", arena_printf(a, inside ? "%s" : "&io, %s", k->arena_bytes ? "arena" : "NULL")}, {NULL, NULL}};
    if (!inside) str_addf(&buffers, "static const %s_io io = {%s};\n", s->p->name, fields.at);
    skeleton_fill(&text, arena_printf(a, "stack_%s.c.in", s->at->board->start), values);
    return io_write_file(a, s->diag, path_join(a, s->folder, arena_printf(a, "%s_stack.c", s->p->name)), text.at, text.n);
}

static bool measure_stack(Sizing *s) {
    SizeReport *r = s->report;
    int bytes, returned, status;
    Command c = command_new(s->arena);
    if (!s->at->run)
        return diag_error(s->diag, (Loc){.field = "--measure"}, NULL, "this machine cannot run programs for %s", s->at->name);
    if (!write_measuring(s) || !build_measuring(s->arena, s->diag, s->at, s->folder, s->p->name)) return false;
    target_command(s->arena, s->at, path_join(s->arena, s->folder, "program"), NULL, 0, add_word, &c);
    if (!command_run(&c, s->diag, s->folder, "log", &status)) return false;
    const char *log = file_text(s, "log"), *line = log ? strstr(log, "\nstack: ") : NULL;
    if (!line || sscanf(line, "\nstack: %d bytes, status %d", &bytes, &returned) != 2)
        return diag_error(s->diag, (Loc){.file = r->model}, NULL, "the compiled model did not end (%d)", status);
    if (returned) return diag_error(s->diag, (Loc){.file = r->model}, NULL, "the compiled model returned %d", returned);
    r->measured = bytes;
    return r->stack < 0 || r->stack >= bytes ||
           diag_error(s->diag, (Loc){.file = r->model}, "this is a defect of tenon, please report it",
                      "a run took %d bytes of stack, the bound is %lld", bytes, (long long)r->stack);
}

/* ---- the report ---- */

static void add_up(Sizing *s) {
    SizeReport *r = s->report;
    const Object *o = &s->object, *x = &s->image;
    r->code = o->code;
    r->constants = o->constants;
    r->weights = s->weights.constants;
    if (r->image) r->library = x->code + x->constants - o->code - o->constants - r->weights;
    r->start = r->image ? x->data : o->data;
    r->arena = s->p->arena_bytes;
    r->inside = s->p->port_at != NULL;
    for (uint32_t i = 0; !s->p->port_at && i < s->k->ninput + s->k->noutput; i++) /* else they are part of the arena */
        *(s->k->port[i].is_input ? &r->inputs : &r->outputs) += s->k->port[i].bytes;
    r->fixed = r->image ? x->data + x->zero : o->data + o->zero;
    r->stack = stack_deepest(&s->graph, s->entry, &r->why);
    r->flash = r->code + r->constants + r->weights + r->library + r->start;
    r->ram = r->arena + r->inputs + r->outputs + r->fixed + (r->stack > 0 ? r->stack : 0);
}

static bool look(Sizing *s, bool measure) {
    SizeReport *r = s->report;
    const EmitOptions emit = {.command = "tenon size", .model = r->model, .text_weights = s->p->weight_bytes <= TEXT_WEIGHT_BYTES};
    StackGraph unused = {0};
    if (!emit_package(s->p, &emit, s->folder, s->diag) || !compile(s, "", OBJECT, "", &s->object, &s->graph) ||
        !compile(s, "_weights", WEIGHTS, "", &s->weights, &unused))
        return false;
    bool merged = false;
    for (uint32_t i = 0; i < s->p->function.n; i++) {
        SizeFunction f = {0};
        merged |= !add_copies(&s->graph, &s->object, s->k->function[i], &f);
    }
    if (merged && !compile(s, "", APART, "-fno-inline-small-functions -fno-inline-functions -fno-inline-functions-called-once",
                           &s->apart, &s->graph_apart))
        return false;
    if (r->image && !link_image(s)) return false;
    if (!r->image && s->graph.function.n) stack_add_object(&s->graph, &s->object);
    if (!r->image && s->graph_apart.function.n) stack_add_object(&s->graph_apart, &s->apart);
    add_up(s);
    add_functions(s);
    add_steps(s);
    if (measure && !r->image)
        return diag_error(s->diag, (Loc){.field = "--measure"}, "choose a microcontroller or a board with start-up code",
                          "the stack is measured in images, which %s has not", r->target->name);
    return !measure || measure_stack(s);
}

/* t with room for everything, so that what is too large for the board is linked all the same. */
static const Target *unbounded(Arena *a, const Target *t) {
    if (!target_image(t)) return t;
    Target *to = arena_copy(a, t, sizeof *t);
    Board *b = arena_copy(a, t->board, sizeof *b);
    b->flash.bytes = b->ram.bytes = 1 << 28;
    to->board = b;
    return to;
}

SizeReport *size_measure(Arena *a, Diag *d, const Program *p, const Target *at, const char *model, bool measure) {
    Program *own = arena_copy(a, p, sizeof *p);
    own->target = at = measure ? at : unbounded(a, at);
    const EmitOptions emit = {.command = "tenon size", .model = model};
    const Package k = package_names(a, own, &emit, d);
    SizeReport *r = arena_new_of(a, SizeReport);
    *r = (SizeReport){.model = model, .name = p->name, .target = p->target, .image = target_image(at), .measured = STACK_UNKNOWN};
    Sizing s = {.arena = a, .diag = d, .report = r, .p = own, .k = &k, .at = at};
    s.entry = arena_printf(a, "%s_run", p->name);
    s.folder = temp_folder(a, d, NULL);
    return s.folder && look(&s, measure) ? r : NULL;
}

static bool fits(const SizeReport *r, Diag *d, const char *what, const Memory *m, int64_t bytes) {
    return !m->bytes || bytes <= m->bytes ||
           diag_error(d, (Loc){.file = r->model, .field = what}, "take --optimize size or another board",
                      "%lld bytes are needed, %lld more than %s has", (long long)bytes, (long long)(bytes - m->bytes), r->target->name);
}

bool size_fits(Arena *a, const SizeReport *r, int64_t limit, Diag *d) {
    const Board *b = r->target->board;
    bool flash = !b || fits(r, d, "flash", &b->flash, r->flash), ram = !b || fits(r, d, "ram", &b->ram, r->ram);
    const int64_t more = limit ? r->ram - limit : 0;
    const char *remedy = more < limit ? arena_printf(a, "stack and static data take more than was estimated: --ram %lld leaves room for them", (long long)(limit - more)) : NULL;
    bool planned = more <= 0 || diag_error(d, (Loc){.file = r->model, .field = "--ram"}, remedy, "%lld bytes are needed, %lld more than there are",
                                           (long long)r->ram, (long long)more);
    return flash && ram && planned; /* all are told */
}
