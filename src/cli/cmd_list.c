/* tenon targets, passes, ops: what there is. */
#include "cli/cmd.h"
#include "op/op.h"
#include "pass/pass.h"
#include <string.h>

int targets_command(int argc, char **argv) {
    static const CommandInfo info = {"targets", "", "Lists the targets that --target takes.", "tenon targets",
                                     CMD_list};
    Cli c;
    if (!cli_begin(&c, &info, argc, argv)) return cli_end(&c, false);
    int n;
    const Target *const *list = target_list(&n), *host = target_host();
    for (int i = 0; i < n; i++) {
        const Target *t = list[i];
        printf("%-12s %s\n", t->name, t->help);
        printf("             %s%s, %d-byte vectors, %s %s\n", t->parent ? "from " : "no parent",
               t->parent ? t->parent->name : "", t->vector_bytes, t->cc, t->cflags);
        for (int v = 0; v < t->nvariant; v++)
            printf("%s %s%s", v ? "" : "             variants", t->variant[v]->name, v + 1 < t->nvariant ? "" : "\n");
        printf("             %s%s%s\n",
               !t->run   ? "cannot run here"
               : *t->run ? "runs here by "
                         : "runs here",
               t->run ? t->run : "", t == host ? " (the default: native)" : "");
    }
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
