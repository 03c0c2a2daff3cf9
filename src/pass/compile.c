/* The way of a graph to a program. */
#include "pass/compile.h"
#include "emit/emit.h"
#include "op/op.h"
#include "pass/by_windows.h"
#include <string.h>

static void rename_value(Graph *g, ValueId v, const char *name) {
    g->value.at[v].name = name;
    map_set(g->arena, &g->by_name, name, v);
}

/* An output that is a constant or an input is copied there by a node, so that a kernel writes it. It gets the output's
 * name, which an input keeps, however. */
static bool copy_outputs(Graph *g) {
    for (uint32_t i = 0; i < g->output.n; i++) {
        ValueId from = g->output.at[i];
        if (g->value.at[from].producer != NO_NODE) continue;
        NodeId n = graph_node(g, OP_Identity, "", 1, &from, 1, (const char *const[]){NULL}, NULL);
        ValueId to = g->node.at[n].out[0];
        if (!op_infer(g, n)) return false;
        g->output.at[i] = to;
        g->value.at[from].is_output = false;
        g->value.at[to].is_output = true;
        if (g->value.at[from].is_input) continue;
        const char *name = g->value.at[from].name;
        rename_value(g, from, g->value.at[to].name);
        rename_value(g, to, name);
    }
    return true;
}

/* The passes over the sub-graphs of control nodes. Their depth is bounded by the importer. */
static bool sub_graphs(Graph *g, const Target *t, const PassOptions *o, Diag *d) {
    PassOptions quiet = *o;
    quiet.report = quiet.dump_to = NULL;
    quiet.dump = NULL;
    for (NodeId n = 0; n < g->node.n; n++)
        for (unsigned s = 0; g->node.at[n].op != OP_none && s < g->node.at[n].nsub; s++) {
            Graph *inner = g->node.at[n].sub[s];
            if (!passes_run(inner, t, &quiet, d) || !copy_outputs(inner) || !sub_graphs(inner, t, &quiet, d)) return false;
        }
    return true;
}

/* ---- as much memory as there is ---- */

typedef struct {
    Arena *a;
    Graph *g;
    const CompileOptions *o;
    Diag *d;
    Program *least; /* of those made so far */
} Frugal;

static bool fits(const Frugal *f, const Program *p) { return p->ram_bytes <= f->o->ram; }

/* A program of that frugality, kept where none has been smaller; NULL with diagnostics. */
static Program *build(Frugal *f, Frugality how, int64_t goal, bool windows, const bool *which) {
    ProgramOptions o = f->o->program;
    Graph *g = graph_copy(f->a, f->g);
    o.frugal = how;
    o.goal = goal > 0 ? goal : 0;
    if (windows) by_windows(g, which);
    Program *p = program_build(f->a, g, &o, f->d);
    if (p && (!f->least || p->ram_bytes < f->least->ram_bytes)) f->least = p;
    return p;
}

/* Takes turns until the arena is small enough by its bound; where it packs above that, by less, at last as small as it gets. */
static Program *build_rows(Frugal *f, int64_t beside, bool windows, const bool *which) {
    int64_t goal = f->o->ram - beside;
    Program *p = build(f, FRUGAL_rows, goal, windows, which);
    for (int more = 0; p && more < 2 && goal > 0 && !fits(f, p); more++) {
        goal = more ? 0 : goal - (p->ram_bytes - f->o->ram);
        p = build(f, FRUGAL_rows, goal, windows, which);
    }
    return p;
}

/* The weights that kernels read which take turns: one a value. */
static bool *read_by_rows(Arena *a, const Program *p) {
    bool *read = arena_array_of(a, p->graph->value.n + 1, bool);
    for (uint32_t i = 0; i < p->step.n; i++) {
        const ProgramStep *s = &p->step.at[i];
        if (s->kind != CALL_call || !p->function.at[s->function].rows) continue;
        for (uint32_t k = 0; k < s->narg; k++)
            if (s->arg[k].kind == ARG_weight && s->arg[k].value != NO_VALUE) read[s->arg[k].value] = true;
    }
    return read;
}

/* Depthwise convolutions row by row: those that take turns then, if the others need no less. */
static Program *build_windows(Frugal *f, int64_t beside) {
    Program *all = build_rows(f, beside, true, NULL);
    if (!all) return NULL;
    const bool *read = read_by_rows(f->a, all);
    bool *which = arena_array_of(f->a, all->graph->node.n + 1, bool);
    for (NodeId n = 0; n < all->graph->node.n; n++)
        which[n] = all->graph->node.at[n].op == OP_ConvWindows && read[all->graph->node.at[n].in[1]];
    Program *some = build_rows(f, beside, true, which);
    return some && (fits(f, some) || some->ram_bytes <= all->ram_bytes) ? some : all;
}

static bool has_planes(const Graph *g) {
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op == OP_ConvPlanes) return true;
    return false;
}

/* The fastest program that needs no more memory than there is. */
static Program *frugal_enough(Arena *a, Graph *g, const CompileOptions *o, Diag *d) {
    if (!o->ram) return program_build(a, g, &o->program, d);
    Frugal f = {a, g, o, d, NULL};
    int64_t beside = 0; /* what there is beside the arena */
    for (Frugality how = o->program.frugal; how < FRUGAL_count; how++) {
        Program *p = how < FRUGAL_rows ? build(&f, how, 0, false, NULL) : build_rows(&f, beside, false, NULL);
        if (!p || fits(&f, p)) return p;
        beside = p->ram_bytes - p->arena_bytes;
    }
    if (has_planes(g)) {
        Program *p = build_windows(&f, beside);
        if (!p || fits(&f, p)) return p;
    }
    if (o->least) return f.least;
    diag_error(d, (Loc){.file = g->file}, o->program.ports ? NULL : "--io arena counts inputs and outputs once",
               "needs %lld bytes of RAM, %lld more than there are; most in %s", (long long)f.least->ram_bytes,
               (long long)(f.least->ram_bytes - o->ram), program_largest_step(a, f.least));
    return NULL;
}

Program *compile_graph(Arena *a, Graph *g, const CompileOptions *o, Diag *d) {
    uint32_t imported = g->node.n;
    if (!passes_run(g, o->program.target, &o->pass, d) || !copy_outputs(g)) return NULL;
    if (!sub_graphs(g, o->program.target, &o->pass, d)) return NULL;
    Program *p = frugal_enough(a, g, o, d);
    if (p) p->nodes_imported = imported;
    if (p && o->program.small) emit_share(a, p);
    return p;
}

bool compile_variants(Arena *a, Graph *g, const CompileOptions *o, Diag *d, Programs *out) {
    const Target *t = o->program.target;
    for (int i = 0; i < t->nvariant || i == 0; i++) {
        CompileOptions how = *o;
        if (t->nvariant) how.program.target = t->variant[i];
        if (t->nvariant && (o->pass.report || o->pass.dump)) fprintf(stdout, "# for %s\n", how.program.target->name);
        Program *p = compile_graph(a, i + 1 < t->nvariant ? graph_copy(a, g) : g, &how, d);
        if (!p) return false;
        vec_push(a, out, p);
    }
    return true;
}

/* Programs for both come to the same C where vectors, snippets and all kernels are the same. */
static bool same_vectors(const Target *a, const Target *b) {
    if (a->dialect != b->dialect || a->vector_bytes != b->vector_bytes || a->twos != b->twos || a->halves != b->halves) return false;
    for (int k = 0;; k++) {
        const char *x = target_prefix(a, k), *y = target_prefix(b, k);
        if (!x || !y) return x == y;
        if (strcmp(x, y)) return false;
    }
}

static bool same_kernels(const Program *a, const Program *b) {
    if (!same_vectors(a->target, b->target) || a->function.n != b->function.n || a->step.n != b->step.n || a->arena_bytes != b->arena_bytes) return false;
    for (uint32_t i = 0; i < a->function.n; i++) {
        const Function *f = &a->function.at[i], *g = &b->function.at[i];
        if (strcmp(f->meaning, g->meaning) || strcmp(f->schedule, g->schedule)) return false;
    }
    return true;
}

const Target *compile_distinct(Arena *a, const Target *t, Programs *p) {
    const uint32_t n = (uint32_t)t->nvariant;
    uint32_t kept = 0;
    if (target_by_compiler(t)) return t;
    const Target **variant = arena_array_of(a, n + 1, const Target *);
    Programs left = {0};
    bool *keep = arena_array_of(a, n + 1, bool);
    for (uint32_t v = 0; v < n; v++) {
        keep[v] = v + 1 == n;
        for (uint32_t i = 0; i < p->n && !keep[v]; i += n) keep[v] = !same_kernels(p->at[i + v], p->at[i + v + 1]);
        if (keep[v]) variant[kept++] = t->variant[v];
    }
    if (kept == n) return t;
    for (uint32_t i = 0; i < p->n; i++)
        if (keep[i % n]) vec_push(a, &left, p->at[i]);
    *p = left;
    Target *less = arena_copy(a, t, sizeof *t);
    less->variant = variant;
    less->nvariant = (int)kept;
    return less;
}
