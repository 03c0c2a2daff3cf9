#include "cli/build.h"
#include "cli/cmd.h"
#include "cli/plans.h"
#include "cli/progress.h"
#include "cli/runner.h"
#include "emit/emit.h"
#include "target/board.h"
#include <string.h>

static const CommandInfo info = {
    "compile", "MODEL", "Compiles a model to C: a package of NAME.h, NAME.c, the weights, an example and build files.",
    "tenon compile mobilenet.onnx -o mobilenet --target x86-64-v3 --build", CMD_compile};

static bool list_passes(void) {
    for (const Pass *p = passes; p->name; p++) printf("%-20s %s\n", p->name, p->help);
    return true;
}

/* name: of the C file */
static bool report(Cli *c, const Program *p, const char *folder, const char *name) {
    Arena *a = c->arena;
    const Options *o = &c->options;
    int64_t code;
    uint32_t functions = 0;
    for (uint32_t i = 0; i < p->function.n; i++) functions += function_written(p, i);
    printf("%s -> %s for %s\n", o->model, folder, p->target->name);
    printf("nodes    %u, %u after the passes, %u steps of %u functions\n", (unsigned)p->nodes_imported,
           (unsigned)p->nodes_after_passes, (unsigned)p->step.n, (unsigned)functions);
    printf("MACs     %s\n", count_words(a, (double)p->macs));
    printf("weights  %s\n", bytes_words(a, (double)p->weight_bytes));
    printf("arena    %lld bytes, lower bound %lld%s\n", (long long)p->arena_bytes, (long long)p->plan.lower_bound,
           p->plan.optimal ? ", proven optimal" : "");
    if (o->ram) printf("ram      %lld bytes of %lld with inputs, outputs and what the stack may need\n", (long long)p->ram_bytes, (long long)o->ram);
    if (!o->build) return true;
    if (!build_code_size(a, c->diag, p->target, folder, name, &code)) return false;
    printf("code     %s\n", bytes_words(a, (double)code));
    return true;
}

static bool hash_model(Cli *c, uint64_t *out) {
    Bytes b;
    if (!io_map(c->arena, c->diag, c->options.model, &b)) return false;
    *out = hash_bytes(b.data, b.n, 0);
    io_unmap(&b);
    return true;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Any compiler of C99 takes it, so nothing is left to the assembler. */
static bool plain_c(const Target *t) {
    return target_freestanding(t) && t->dialect == DIALECT_c99;
}

static bool emit_options(Cli *c, const Programs *p, EmitOptions *out) {
    const Options *o = &c->options;
    EmitOptions emit = {.command = o->line, .model = file_name(o->model), .text_weights = o->text_weights};
    int64_t most = 0;
    for (uint32_t i = 0; i < p->n; i++)
        if (p->at[i]->weight_bytes > most) most = p->at[i]->weight_bytes;
    if (!o->bin_weights && (most <= TEXT_WEIGHT_BYTES || plain_c(o->target))) emit.text_weights = true;
    if (!hash_model(c, &emit.model_hash)) return false;
    *out = emit;
    return true;
}

/* Writes the package and tells about it, or about each variant. */
static bool write_package(Cli *c, const Programs *p) {
    const Options *o = &c->options;
    EmitOptions emit;
    if (!emit_options(c, p, &emit)) return false;
    if (!o->target->nvariant)
        return emit_package(p->at[0], &emit, o->output, c->diag) && report(c, p->at[0], o->output, p->at[0]->name);
    if (!emit_variants(o->target, p->at, &emit, o->output, c->diag)) return false;
    bool ok = true;
    for (uint32_t i = 0; ok && i < p->n; i++)
        ok = report(c, p->at[i], o->output, emit_variant_name(c->arena, p->at[i]->name, o->target, (int)i));
    return ok;
}

/* One plan a shape in one package. */
static bool write_plans(Cli *c, const CompileOptions *how, const Model *m, const Programs *p) {
    const Options *o = &c->options;
    EmitOptions emit;
    uint32_t variants = o->target->nvariant ? (uint32_t)o->target->nvariant : 1;
    Programs plan = {0}; /* one of each shape's */
    for (uint32_t i = 0; i < p->n; i += variants) vec_push(c->arena, &plan, p->at[i]);
    ShapeDims dims = plans_dims(m, c->arena, plan.at, plan.n);
    if (how->program.ports)
        return diag_error(c->diag, (Loc){.file = o->model, .field = o->ram ? "--ram" : "--io arena"}, "give each input one shape", "the arenas of several shapes differ");
    if (!dims.n)
        return diag_error(c->diag, (Loc){.file = o->model, .field = "--input-shape"}, "give each input one shape",
                          "the model leaves no dimension open, so that there is one plan alone");
    ShapeBatch batch;
    ShapeGeneral general;
    if (!plans_batch(c, &dims, plan.n, &batch) || !plans_general(c, how, &dims, plan.n, &general) || !emit_options(c, p, &emit) ||
        !emit_shapes(o->target, p->at, plan.n, dims.at, dims.n, &batch, &general, &emit, o->output, c->diag))
        return false;
    bool ok = true;
    if (general.program) printf("all sizes: arena %lld bytes\n", (long long)general.program->arena_bytes);
    for (uint32_t i = 0; ok && i < plan.n; i++) {
        Str shape = str_new(c->arena);
        for (uint32_t d = 0; d < dims.n; d++)
            str_addf(&shape, "%s%s %lld", d ? ", " : "", dims.at[d].name, (long long)dims.at[d].value[i]);
        printf("plan %u: %s\n", (unsigned)i, shape.at);
        const char *name = emit_plan_name(c->arena, p->at[0]->name, dims.at, dims.n, plan.n, i);
        for (uint32_t v = 0; ok && v < variants; v++)
            ok = report(c, p->at[i * variants + v], o->output,
                        o->target->nvariant ? emit_variant_name(c->arena, name, o->target, (int)v) : name);
    }
    return ok;
}

/* Lines of --schedule for kernels that the program does not have. */
static void check_schedules(Cli *c, const Program *p, const char *text) {
    Str names = str_new(c->arena);
    for (uint32_t i = 0; i < p->function.n && names.n < 1000; i++)
        str_addf(&names, "%s%s", i ? ", " : "the kernels are ", p->function.at[i].name);
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        size_t end = strcspn(line, "\n"), n = strcspn(line, ":\n");
        bool known = end == strspn(line, " \t\r");
        for (uint32_t i = 0; !known && i < p->function.n; i++)
            known = !strncmp(p->function.at[i].name, line, n) && !p->function.at[i].name[n];
        if (!known)
            diag_warn(c->diag, (Loc){.file = c->options.schedule}, names.at, "there is no kernel '%.*s'",
                      (int)(n < 200 ? n : 200), line);
    }
}

/* The programs of one plan: one, or one a variant of the target. */
static bool compile_plan(Cli *c, CompileOptions *how, uint32_t k, uint32_t *plans, bool *any, Model *m, Programs *out) {
    const Options *o = &c->options;
    Options own = *o;
    if (!model_open(m, c->arena, c->diag, o->model, o)) return false;
    *plans = plans_count(m, &o->shape);
    *any |= plans_any(m, &o->shape, k) || plans_ranges(m, &o->shape, k);
    own.shape = plans_shapes(m, &o->shape, k, 1);
    if (!model_apply(m, &own) || !model_settle(m, &o->picture, true)) return false;
    Graph *g = model_import(m, c->arena, c->diag, false, NULL);
    if (!g) return false;
    progress_say(*plans > 1 ? arena_printf(c->arena, "compiling plan %u of %u", k + 1, *plans) : "compiling the model");
    bool ok = compile_variants(c->arena, g, how, c->diag, out);
    progress_end();
    return ok;
}

static bool compile(Cli *c) {
    const Options *o = &c->options;
    Model m;
    if (o->list_passes) return list_passes();
    CompileOptions *how = compile_options(o);
    Command compiler = command_new(c->arena);
    if (o->build && !compiler_words(&compiler, c->diag, o->target)) return false;
    Programs p = {0};
    uint32_t plans = 1;
    bool ok = how != NULL, any = false;
    for (uint32_t k = 0; ok && k < plans; k++) ok = compile_plan(c, how, k, &plans, &any, &m, &p);
    if (!ok) return false;
    c->options.target = compile_distinct(c->arena, o->target, &p);
    const char *name = p.at[0]->name;
    check_schedules(c, p.at[0], how->program.schedules);
    if (o->name && strcmp(o->name, name))
        diag_warn(c->diag, (Loc){.field = "--name"}, NULL, "'%s' becomes %s, a name in C", o->name, name);
    return plans > 1 || any ? write_plans(c, how, &m, &p) : write_package(c, &p);
}

int compile_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && compile(&c);
    return cli_end(&c, ok);
}
