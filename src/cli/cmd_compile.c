#include "cli/build.h"
#include "cli/cmd.h"
#include "cli/progress.h"
#include "cli/runner.h"
#include "emit/emit.h"
#include <string.h>

/* Weights up to this size are written as numbers in C, larger ones as a file that the C takes in. */
#define TEXT_WEIGHT_BYTES (256 << 10)

static const CommandInfo info = {
    "compile", "MODEL", "Compiles a model to C: a package of NAME.h, NAME.c, the weights, an example and build files.",
    "tenon compile mobilenet.onnx -o mobilenet --target x86-64-v3 --build", CMD_compile};

static bool list_passes(void) {
    for (const Pass *p = passes; p->name; p++) printf("%-20s %s\n", p->name, p->help);
    return true;
}

static bool report(Cli *c, const Program *p, const char *folder) {
    Arena *a = c->arena;
    const Options *o = &c->options;
    int64_t code;
    printf("%s -> %s for %s\n", o->model, folder, p->target->name);
    printf("nodes    %u, %u after the passes, %u steps of %u functions\n", (unsigned)p->nodes_imported,
           (unsigned)p->nodes_after_passes, (unsigned)p->step.n, (unsigned)p->function.n);
    printf("MACs     %s\n", count_words(a, (double)p->macs));
    printf("weights  %s\n", bytes_words(a, (double)p->weight_bytes));
    printf("arena    %lld bytes, lower bound %lld%s\n", (long long)p->arena_bytes, (long long)p->plan.lower_bound,
           p->plan.optimal ? ", proven optimal" : "");
    if (!o->build) return true;
    if (!build_code_size(a, c->diag, p->target, folder, p->name, &code)) return false;
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

static bool compile(Cli *c) {
    const Options *o = &c->options;
    Model m;
    if (o->list_passes) return list_passes();
    CompileOptions *how = compile_options(o);
    Command compiler = command_new(c->arena);
    if (o->build && !compiler_words(&compiler, c->diag, o->target)) return false;
    if (!how || !model_open(&m, c->arena, c->diag, o->model) || !model_apply(&m, o) ||
        !model_settle(&m, &o->picture, true))
        return false;
    Graph *g = model_import(&m, c->arena, c->diag, false, NULL);
    if (!g) return false;
    progress_say("compiling the model");
    Program *p = compile_graph(c->arena, g, how, c->diag);
    progress_end();
    if (p) check_schedules(c, p, how->program.schedules);
    if (p && o->name && strcmp(o->name, p->name))
        diag_warn(c->diag, (Loc){.field = "--name"}, NULL, "'%s' becomes %s, a name in C", o->name, p->name);
    EmitOptions emit = {.command = o->line, .model = file_name(o->model)};
    emit.text_weights = o->text_weights || (!o->bin_weights && p && p->weight_bytes <= TEXT_WEIGHT_BYTES);
    return p && hash_model(c, &emit.model_hash) && emit_package(p, &emit, o->output, c->diag) &&
           report(c, p, o->output);
}

int compile_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && compile(&c);
    return cli_end(&c, ok);
}
