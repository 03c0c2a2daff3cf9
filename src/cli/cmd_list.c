/* tenon targets, passes, ops: what there is. */
#include "cli/boards.h"
#include "cli/cmd.h"
#include "op/op.h"
#include "pass/pass.h"
#include <string.h>

static void print_memory(const char *what, const Memory *m) {
    if (m->bytes) printf(", %s %lld KiB at 0x%08llx", what, (long long)m->bytes >> 10, (unsigned long long)m->origin);
}

static void print_target(Arena *a, Diag *d, const Target *t, bool host) {
    const Target *runs = target_to_run(a, d, t);
    printf("%-12s %s\n", t->name, t->help);
    printf("             %s%s, %d-byte vectors, %s %s\n", t->parent ? "from " : "no parent", t->parent ? t->parent->name : "",
           t->vector_bytes, t->cc, t->cflags);
    for (int v = 0; v < t->nvariant; v++)
        printf("%s %s%s", v ? "" : "             variants", t->variant[v]->name, v + 1 < t->nvariant ? "" : "\n");
    if (t->board && t->board->ram.bytes) {
        printf("             %.6g MHz", t->board->mhz);
        print_memory("flash", &t->board->flash);
        print_memory("RAM", &t->board->ram);
        printf("\n");
    }
    printf("             %s%s%s\n",
           !runs->run   ? "cannot run here"
           : *runs->run ? "runs here by "
                        : "runs here",
           runs->run ? runs->run : "", host ? " (the default: native)" : "");
}

int targets_command(int argc, char **argv) {
    static const CommandInfo info = {"targets", "", "Lists the targets that --target takes.", "tenon targets",
                                     CMD_list};
    Cli c;
    if (!cli_begin(&c, &info, argc, argv)) return cli_end(&c, false);
    int n;
    const Target *const *list = target_list(&n), *host = target_host();
    for (int i = 0; i < n; i++) {
        print_target(c.arena, c.diag, list[i], list[i] == host);
    }
    uint32_t boards;
    const Target *const *board = board_list(c.arena, c.diag, &boards);
    for (uint32_t i = 0; i < boards; i++) print_target(c.arena, c.diag, board[i], false);
    return cli_end(&c, true);
}

int passes_command(int argc, char **argv) {
    static const CommandInfo info = {"passes", "", "Lists the graph passes in the order in which they run.",
                                     "tenon passes", CMD_list};
    Cli c;
    if (!cli_begin(&c, &info, argc, argv)) return cli_end(&c, false);
    for (const Pass *p = passes; p->name; p++) printf("%-20s %s\n", p->name, p->help);
    return cli_end(&c, true);
}

int ops_command(int argc, char **argv) {
    static const CommandInfo info = {"ops", "", "Prints the manual of all operators as Markdown.",
                                     "tenon ops > doc/operators.md", CMD_list};
    Cli c;
    if (!cli_begin(&c, &info, argc, argv)) return cli_end(&c, false);
    Str s = str_new(c.arena);
    str_add(&s, "# Operators\n\n"
                "Printed by `tenon ops` from the operator table, src/ir/ops.def. `a b c d` are the operands at the\n"
                "output's position, attributes are called by their names; src/op/notation.h explains\n"
                "`x, w -> y: y[..] = ..`. Where a function makes the meaning, the line is for people.\n\n");
    for (int op = OP_none + 1; op < OP_count; op++) op_manual((Op)op, &s);
    fwrite(s.at, 1, s.n, stdout);
    return cli_end(&c, true);
}
