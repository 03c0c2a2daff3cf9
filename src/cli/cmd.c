#include "cli/cmd.h"
#include "op/op.h"
#include "base/str.h"
#include "cli/progress.h"

bool cli_begin(Cli *c, const CommandInfo *command, int argc, char **argv) {
    c->arena = arena_new(command->name);
    c->diag = diag_new(c->arena);
    return options_parse(&c->options, c->arena, c->diag, command, argc, argv);
}

int cli_end(Cli *c, bool ok) {
    progress_end();
    if (fflush(stdout) != 0 || ferror(stdout))
        ok = diag_error(c->diag, (Loc){0}, NULL, "the standard output cannot be written");
    if (diag_errors(c->diag)) ok = false;
    diag_print(c->diag, stderr);
    arena_free(c->arena);
    return ok ? EXIT_done : EXIT_fault;
}

static const char *words(Arena *a, double n, double step, const char *const *units) {
    int i = 0;
    while (n >= step * 0.9995 && units[i + 1]) {
        n /= step;
        i++;
    }
    if (i == 0) return arena_printf(a, "%.0f%s", n, units[0]);
    return arena_printf(a, "%.*f%s", n < 9.995 ? 2 : n < 99.95 ? 1 : 0, n, units[i]);
}

const char *count_words(Arena *a, double n) {
    static const char *const units[] = {"", " k", " M", " G", " T", NULL};
    return words(a, n, 1000, units);
}

const char *bytes_words(Arena *a, double n) {
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", NULL};
    return words(a, n, 1024, units);
}

int64_t node_macs(const Graph *g, NodeId n) {
    Arena *scratch = arena_new("macs");
    int64_t macs = 0;
    if (op_info[g->node.at[n].op].cls != CLASS_control && op_info[g->node.at[n].op].cls != CLASS_expand) {
        Nest *nest = op_nest(scratch, g, n, diag_new(scratch));
        if (nest) macs = nest_macs(nest);
    }
    arena_free(scratch);
    return macs;
}
