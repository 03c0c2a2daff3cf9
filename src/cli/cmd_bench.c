#include "cli/cmd.h"
#include "cli/estimate.h"
#include "cli/profile.h"
#include "cli/versus.h"
#include "target/board.h"
#include <string.h>

static const CommandInfo info = {
    "bench", "MODEL",
    "Measures how long one run of the compiled model takes, on seeded random inputs, alone or beside other engines. Where an "
    "emulator runs the target's programs, counts the instructions of each step instead and estimates their cycles.",
    "tenon bench mobilenet.onnx --seconds 5 --input-shape x=1x3x224x224\n"
    "  tenon bench mobilenet.onnx --target arm64 --core cortex-a76\n"
    "  tenon bench mobilenet.onnx --vs onnxruntime,openvino,mnn,ncnn --python peers/bin/python", CMD_bench};

/* ---- on an emulator ---- */

/* The model's own, not those with what was filled up. */
static double model_macs(const Graph *g) {
    double macs = 0;
    for (NodeId i = 0; i < g->node.n; i++)
        if (g->node.at[i].op != OP_none) macs += (double)node_macs(g, i);
    return macs;
}

/* `n`, and of each MAC where there are any */
static void print_per_mac(double n, double macs) {
    printf(" %12.0f", n);
    if (macs > 0)
        printf(" %7.3f", n / macs);
    else
        printf(" %7s", "");
}

static int wider(int width, const char *text) {
    int n = (int)strlen(text);
    return n > width ? n : width;
}

static void print_steps(const Runner *r, const Counts *c, bool cycles) {
    const ProfileRow *row = profile_steps(r);
    int name = 6, kind = 4, shapes = 6;
    for (uint32_t i = 0; i < c->nstep; i++) {
        name = wider(name, row[i].function);
        kind = wider(kind, row[i].kind);
        shapes = wider(shapes, row[i].brief);
    }
    printf("step %-*s %-*s %-*s instructions   a MAC%s\n", name, "kernel", kind, "kind", shapes, "shapes", cycles ? "      ~cycles   a MAC" : "");
    for (uint32_t i = 0; i < c->nstep; i++) {
        printf("%4u %-*s %-*s %-*s", (unsigned)row[i].step, name, row[i].function, kind, row[i].kind, shapes, row[i].brief);
        print_per_mac(c->instructions[i + 1], row[i].flop / 2);
        if (cycles) print_per_mac(c->cycles[i + 1], row[i].flop / 2);
        printf("\n");
    }
    printf("\n");
}

static void print_sum(const char *what, double n, const char *unit, double macs) {
    printf("%s %.0f %s", what, n, unit);
    if (macs > 0) printf(", %.3f a MAC", n / macs);
}

static void print_cycles(const Options *o, const char *core, const Counts *c, const Estimate *e, double macs) {
    const Board *asked = o->asked->board;
    print_sum("cycles ", c->cycles[0], arena_printf(o->arena, "of a %s", core), macs);
    printf(", estimated by %s: caches always hit, branches are foreseen\n", e->tool);
    if (e->unknown > 0.001) printf("        %.1f %% of the instructions are not in its model and count as the others do on average\n", 100 * e->unknown);
    if (asked && asked->mhz > 0 && !asked->counts) printf("        %.4g ms at %g MHz\n", 1e-3 * c->cycles[0] / asked->mhz, asked->mhz);
}

static bool bench_emulated(Cli *c, const Model *m, const Graph *g, const Tensor **in) {
    const Options *o = &c->options;
    if (o->ms)
        return diag_error(c->diag, (Loc){.field = "--ms"}, "leave it out, or choose a target that runs here", "instructions are counted, not time, where an emulator runs %s",
                          o->asked->name);
    Runner *r = runner_open_marked(c->arena, c->diag, o, m, g);
    Counts *n = r ? count_steps(r, in) : NULL;
    Estimate e = {0};
    const Target *t = r && o->asked->nvariant ? r->target : o->asked;
    const char *core = o->core ? o->core : t->core;
    if (!n || (core && t->triple && !estimate_cycles(c->arena, c->diag, core, t->triple, n, &e))) return false;
    double macs = model_macs(g);
    printf("target  %s (in an emulator)\n", r->target->name);
    print_steps(r, n, e.tool != NULL);
    printf("MACs    %s\n", count_words(c->arena, macs));
    print_sum("count  ", n->instructions[0], "instructions", macs);
    printf("\n");
    if (e.tool)
        print_cycles(o, core, n, &e, macs);
    else
        printf("cycles  %s\n", core && t->triple ? "are not estimated: install llvm-mca 19 or later (package llvm-19)" : "are not estimated: LLVM has no model of such a processor");
    return true;
}

/* ---- on this machine ---- */

static bool bench_here(Cli *c, const Model *m, const Graph *g, const Tensor **in, const char *python) {
    const Options *o = &c->options;
    double median, best;
    if (o->core)
        return diag_error(c->diag, (Loc){.field = "--core"}, "leave it out, or choose a target that an emulator runs", "%s runs here, where time is measured",
                          o->target->name);
    Runner *r = runner_open(c->arena, c->diag, o, m, g, false);
    if (r && o->vs.n) return versus(r, in, o, python);
    if (!r || !runner_time(r, in, o->seconds, &median, &best)) return false;
    printf("target  %s%s%s\n", r->target->name, o->runner ? ", by " : "", o->runner ? o->runner : "");
    if (o->threads > 1) printf("threads %d\n", o->threads);
    printf("MACs    %s\nmedian  %.4g ms\nbest    %.4g ms\nspeed   %.4g GMAC/s\n",
           count_words(c->arena, (double)r->macs), median, best, (double)r->macs / (median > 0 ? median : 1e-6) * 1e-6);
    if (o->ms) printf("%.6f\n", median);
    return true;
}

static bool bench(Cli *c) {
    const Options *o = &c->options;
    Model m;
    const char *python = o->vs.n ? versus_python(c->arena, c->diag, o) : NULL;
    if (o->vs.n && !python) return false;
    if (!model_open(&m, c->arena, c->diag, o->model, o) || !model_apply(&m, o) || !model_settle(&m, &o->picture, !o->ms))
        return false;
    Graph *g = model_import(&m, c->arena, c->diag, false, NULL);
    const Tensor **in = g ? model_tensors(&m, c->arena, g, true) : NULL;
    if (!in) return false;
    bool counted = !o->vs.n && !o->runner && count_possible(target_here(o->target));
    return counted ? bench_emulated(c, &m, g, in) : bench_here(c, &m, g, in, python);
}

int bench_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && bench(&c);
    return cli_end(&c, ok);
}
