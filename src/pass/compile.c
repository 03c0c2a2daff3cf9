/* The way of a graph to a program. */
#include "pass/compile.h"

Program *compile_graph(Arena *a, Graph *g, const CompileOptions *o, Diag *d) {
    uint32_t imported = g->node.n;
    if (!passes_run(g, o->program.target, &o->pass, d)) return NULL;
    Program *p = program_build(a, g, &o->program, d);
    if (p) p->nodes_imported = imported;
    return p;
}
