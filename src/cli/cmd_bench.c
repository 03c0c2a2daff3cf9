#include "cli/cmd.h"
#include "cli/runner.h"
#include "cli/versus.h"
#include "target/board.h"

static const CommandInfo info = {
    "bench", "MODEL", "Measures how long one run of the compiled model takes, on seeded random inputs, alone or beside other engines.",
    "tenon bench mobilenet.onnx --seconds 5 --input-shape x=1x3x224x224\n"
    "  tenon bench mobilenet.onnx --vs onnxruntime,openvino,mnn,ncnn --python peers/bin/python", CMD_bench};

/* Seconds that one run is longer than. */
#define COUNT_ONCE 1e-6

/* An emulator's time: a nanosecond an instruction. */
static void print_count(Arena *a, const Graph *g, double ms) {
    double n = ms * 1e6, macs = 0; /* the model's own, not those with what was filled up */
    for (NodeId i = 0; i < g->node.n; i++)
        if (g->node.at[i].op != OP_none) macs += (double)node_macs(g, i);
    printf("MACs    %s\ncount   %.0f instructions", count_words(a, macs), n);
    if (macs > 0) printf(", %.3f a MAC", n / macs);
    printf("\n");
}

static bool bench(Cli *c) {
    const Options *o = &c->options;
    Model m;
    double median, best;
    const char *python = o->vs.n ? versus_python(c->arena, c->diag, o) : NULL;
    if (o->vs.n && !python) return false;
    if (!model_open(&m, c->arena, c->diag, o->model, o) || !model_apply(&m, o) || !model_settle(&m, &o->picture, !o->ms))
        return false;
    Graph *g = model_import(&m, c->arena, c->diag, false, NULL);
    const Tensor **in = g ? model_tensors(&m, c->arena, g, true) : NULL;
    Runner *r = in ? runner_open(c->arena, c->diag, o, &m, g, false) : NULL;
    if (r && o->vs.n) return versus(r, in, o, python);
    bool counts = r && r->target->board && r->target->board->counts;
    if (!r || !runner_time(r, in, counts ? COUNT_ONCE : o->seconds, &median, &best)) return false;
    printf("target  %s\n", r->target->name);
    if (counts) {
        print_count(c->arena, g, best);
        return true;
    }
    if (o->threads > 1) printf("threads %d\n", o->threads);
    printf("MACs    %s\nmedian  %.4g ms\nbest    %.4g ms\nspeed   %.4g GMAC/s\n",
           count_words(c->arena, (double)r->macs), median, best, (double)r->macs / (median > 0 ? median : 1e-6) * 1e-6);
    if (o->ms) printf("%.6f\n", median);
    return true;
}

int bench_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && bench(&c);
    return cli_end(&c, ok);
}
