#include "cli/cmd.h"
#include "cli/runner.h"
#include <math.h>
#include <string.h>

static const CommandInfo info = {
    "run", "MODEL",
    "Runs a model once. The model is compiled to C and built first; that is kept for the next time. Without --output, "
    "what comes out is shown in short.",
    "tenon run digits.onnx --input image=seven.npy --output out\n"
    "  tenon run face.onnx --input input=photo.jpg --mean 127 --std 128",
    CMD_run};

/* ---- the summary ---- */

/* Control characters are shown, not sent to the terminal. */
static void print_string(const char *s) {
    printf(" '");
    for (; *s; s++) printf((unsigned char)*s < 0x20 || *s == 0x7f ? "\\x%02x" : "%c", (unsigned char)*s);
    printf("'");
}

static void print_value(const Tensor *t, int64_t i) {
    if (t->dtype == DT_string)
        print_string(tensor_string(t, i));
    else if (dtype_is_float(t->dtype))
        printf(" %.6g", tensor_float(t, i));
    else if (t->dtype == DT_u64)
        printf(" %llu", (unsigned long long)tensor_int(t, i));
    else
        printf(" %lld", (long long)tensor_int(t, i));
}

static void print_range(const Tensor *t, int64_t n) {
    double low = INFINITY, high = -INFINITY, sum = 0;
    int64_t odd = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = tensor_float(t, i);
        if (isnan(v)) {
            odd++;
            continue;
        }
        if (v < low) low = v;
        if (v > high) high = v;
        sum += v;
    }
    if (n > odd) printf("  min %.6g, max %.6g, mean %.6g", low, high, sum / (double)(n - odd));
    if (odd) printf("  %lld NaN", (long long)odd);
}

/* The five largest of a vector: rank aside, all elements along the last axis. */
static void print_top(const Tensor *t, int64_t n) {
    enum { TOP = 5 };
    int64_t best[TOP], found = 0;
    if (t->dtype == DT_string || t->shape.rank < 1 || t->shape.dim[t->shape.rank - 1] != n || n <= TOP) return;
    for (int64_t i = 0; i < n; i++) {
        double v = tensor_float(t, i);
        int64_t at = found < TOP ? found++ : TOP;
        while (at > 0 && tensor_float(t, best[at - 1]) < v) {
            if (at < TOP) best[at] = best[at - 1];
            at--;
        }
        if (at < TOP) best[at] = i;
    }
    printf("  largest");
    for (int64_t k = 0; k < found; k++)
        printf("%s [%lld] %.6g", k ? "," : "", (long long)best[k], tensor_float(t, best[k]));
    printf("\n");
}

static void print_output(Arena *a, const char *name, const Tensor *t) {
    int64_t n = shape_count(&t->shape), few = n < 8 ? n : 8;
    Str shown = str_new(a);
    str_add_quoted(&shown, name);
    printf("%s %s\n", shown.at, type_name(a, NULL, t->dtype, &t->shape));
    if (t->dtype != DT_string && n > 1) {
        print_range(t, n);
        printf("\n");
    }
    printf("  values");
    for (int64_t i = 0; i < few; i++) print_value(t, i);
    printf("%s\n", n > few ? " ..." : "");
    print_top(t, n);
}

/* ---- the files ---- */

static bool write_outputs(Cli *c, const Graph *g, const Tensor **out) {
    OutSet *set = out_begin(c->arena, c->diag);
    Map taken = {0};
    if (!out_folder(set, c->options.output)) return false;
    for (uint32_t i = 0; i < g->output.n; i++) {
        const char *name = g->value.at[g->output.at[i]].name, *file = name_file(c->arena, name);
        if (map_get(&taken, file) != MAP_NONE)
            return diag_error(c->diag, (Loc){.file = c->options.model}, "rename one of them",
                              "two outputs would be written to %s.npy, '%s' is one", file, name);
        map_set(c->arena, &taken, file, i);
        if (!npy_write(set, path_join(c->arena, c->options.output, arena_printf(c->arena, "%s.npy", file)), out[i]))
            return false;
    }
    return out_commit(set);
}

static bool run(Cli *c) {
    const Options *o = &c->options;
    Model m;
    if (!model_open(&m, c->arena, c->diag, o->model, o) || !model_apply(&m, o) || !model_settle(&m, &o->picture, true))
        return false;
    Graph *g = model_import_bound(&m, c->arena, c->diag, o->bind_parameters);
    const Tensor **in = g ? model_tensors(&m, c->arena, g, false) : NULL;
    Runner *r = in ? runner_open(c->arena, c->diag, o, &m, g, false) : NULL;
    const Tensor **out = r ? runner_run(r, in) : NULL;
    if (!out) return false;
    if (o->output) return write_outputs(c, g, out);
    for (uint32_t i = 0; i < g->output.n; i++) print_output(c->arena, g->value.at[g->output.at[i]].name, out[i]);
    return true;
}

int run_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && run(&c);
    return cli_end(&c, ok);
}
