#include "cli/cases.h"
#include "cli/cmd.h"
#include "cli/first_bad.h"
#include "cli/runner.h"
#include <string.h>

static const CommandInfo info = {
    "verify", "MODEL|CASE_DIR",
    "Runs a model on reference data and compares. A CASE_DIR is laid out as ONNX's backend tests are: model.onnx, "
    "test_data_set_N/{input,output}_K.pb. Without data, the compiled C is compared with the reference interpreter on "
    "seeded random inputs. Where outputs differ, the first node whose result differs is looked for.",
    "tenon verify digits.onnx --data digits_ref.npz", CMD_verify};

enum { LINES = 12 }; /* cases that are shown one by one */

typedef struct {
    Cli *cli;
    Model *model;
    Cases cases;
    bool by_interpreter; /* there are no data */
    /* What the last case was run with: the next one of the same shapes uses it too. */
    Arena *arena;
    Graph *graph;
    Runner *runner;
    Vec(InputShape) shapes;
    bool bound; /* contents are part of the program */
    uint32_t compared, different, failed; /* cases */
    double largest;
    bool searched;
} Verify;

static Tolerance tolerance(const Verify *v, DType t) {
    const Options *o = &v->cli->options;
    Tolerance r = {.rtol = 1e-4, .atol = 1e-5, .atol_of_largest = true, .exact_integers = true};
    if (v->cases.has_tolerance) r = v->cases.tolerance;
    if (v->cases.has_tolerance && t == DT_bf16) r.rtol = 0x1p-6;
    if (o->target->halves && !o->precise) { /* what layer after layer of numbers with 11 bits comes to */
        if (r.rtol < 0x1p-6) r.rtol = 0x1p-6;
        if (r.atol < 0x1p-6 || !r.atol_of_largest) r.atol = 0x1p-6;
        r.atol_of_largest = true;
    }
    if (o->rtol >= 0 || o->atol >= 0) r.exact_integers = false;
    if (o->rtol >= 0) r.rtol = o->rtol;
    if (o->atol >= 0) {
        r.atol = o->atol;
        r.atol_of_largest = false;
    }
    return r;
}

static bool same_shapes(const Verify *v) {
    const Model *m = v->model;
    bool same = v->runner && v->shapes.n == m->shape.n;
    for (uint32_t i = 0; same && i < m->shape.n; i++) same = shape_equal(&v->shapes.at[i].shape, &m->shape.at[i].shape);
    return same && !m->value.n && !v->bound;
}

static bool prepare(Verify *v, const Case *c) {
    Model *m = v->model;
    m->value.n = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        m->input[i].fill = c->in[i] ? FILL_tensor : FILL_none;
        m->input[i].tensor = c->in[i] ? npy_as(m->arena, c->in[i], m->input[i].dtype) : NULL;
    }
    if (!model_apply(m, &v->cli->options) || !model_settle(m, &v->cli->options.picture, true)) return false;
    if (same_shapes(v)) return true;
    if (v->arena) arena_free(v->arena);
    v->arena = arena_new("case");
    v->runner = NULL;
    v->shapes.n = 0;
    v->graph = model_import_bound(m, v->arena, m->diag, v->cli->options.bind_parameters);
    if (!v->graph) return false;
    v->bound = m->value.n > 0;
    for (uint32_t i = 0; i < m->shape.n; i++) vec_push(m->arena, &v->shapes, m->shape.at[i]);
    v->runner = runner_open(v->arena, m->diag, &v->cli->options, m, v->graph, false);
    return v->runner != NULL;
}

static void line(Verify *v, const Case *c, const char *name, const Tensor *got, const Tensor *want, Comparison *r) {
    Arena *a = v->arena;
    if (r->largest > v->largest) v->largest = r->largest;
    if (r->same && v->cases.at.n > LINES) return;
    Str shown = str_new(a);
    str_add_quoted(&shown, name);
    printf("%s: output %s %s: %s: %s\n", c->name, shown.at, type_name(a, NULL, want->dtype, &want->shape),
           compare_text(a, r, got, want), r->same ? "same" : "DIFFERENT");
}

/* What the interpreter makes of it, as data. */
static bool interpret(Verify *v, Case *c, const Tensor *const *in) {
    Runner *r = runner_interpreter(v->arena, v->model->diag, v->graph);
    const Tensor **out = r ? runner_run(r, in) : NULL;
    if (!out) return false;
    c->want.n = 0;
    for (uint32_t i = 0; i < r->nout; i++) {
        Want w = {.position = i, .tensor = out[i]};
        vec_push(v->arena, &c->want, w);
    }
    return true;
}

static bool compare(Verify *v, Case *c, const Tensor **out, uint32_t *compared, bool *same) {
    const Graph *g = v->graph;
    uint32_t own = 0;
    for (uint32_t i = 0; i < g->output.n; i++) own += !graph_counts(g, g->output.at[i]);
    if (c->total && c->total != own)
        return diag_error(v->model->diag, (Loc){.file = v->model->path}, NULL, "gives %u tensors, the data have %u",
                          (unsigned)own, (unsigned)c->total);
    for (uint32_t i = 0; i < g->output.n; i++) {
        const char *name = g->value.at[g->output.at[i]].name;
        int errors = diag_errors(v->model->diag);
        const Tensor *want = case_want(c, v->model, i, name, out[i]->shape.rank);
        if (diag_errors(v->model->diag) > errors) return false;
        if (!want) continue;
        want = npy_as(v->arena, want, out[i]->dtype);
        Comparison r = compare_tensors(v->arena, out[i], want, tolerance(v, want->dtype));
        line(v, c, name, out[i], want, &r);
        *same &= r.same;
        (*compared)++;
    }
    return true;
}

static bool run_case(Verify *v, Case *c) {
    bool same = true;
    uint32_t compared = 0;
    if (!prepare(v, c)) return false;
    const Tensor **in = model_tensors(v->model, v->arena, v->graph, v->by_interpreter);
    if (!in || (v->by_interpreter && !interpret(v, c, in))) return false;
    const Tensor **out = runner_run(v->runner, in);
    if (!out || !compare(v, c, out, &compared, &same)) return false;
    v->compared += compared > 0;
    v->different += !same;
    if (!same && !v->searched) {
        v->searched = true;
        first_bad(v->arena, v->model, &v->cli->options, v->graph, in, v->by_interpreter ? NULL : c);
    }
    return true;
}

static bool summary(Verify *v) {
    uint32_t n = v->cases.at.n;
    if (!v->compared && !v->failed)
        return diag_error(v->cli->diag, (Loc){.file = v->cli->options.data},
                          "name the arrays as the model's outputs are", "there is nothing to compare with");
    if (n > 1 || v->failed || v->different)
        printf("%u case%s: %u same, %u different, %u failed, largest error %.3g\n", (unsigned)n, n == 1 ? "" : "s",
               (unsigned)(v->compared - v->different), (unsigned)v->different, (unsigned)v->failed, v->largest);
    return !v->different && !v->failed;
}

static bool load_cases(Verify *v, const char *folder) {
    const Options *o = &v->cli->options;
    if (folder && !o->data) return cases_folder(&v->cases, v->model, folder);
    if (o->data) return cases_archive(&v->cases, v->model, o->data);
    if (o->interpreter)
        return diag_error(v->cli->diag, (Loc){.file = o->model, .field = "--engine"}, "give --data REF.npz",
                          "the interpreter would be compared with itself");
    v->by_interpreter = true;
    Case one = {.name = "random inputs", .in = arena_array_of(v->cli->arena, v->model->n + 1, const Tensor *), .of = 1};
    vec_push(v->cli->arena, &v->cases.at, one);
    return true;
}

static bool verify_one(Cli *c) {
    const Options *o = &c->options;
    Model m;
    Verify v = {.cli = c, .model = &m};
    const char *folder = path_is_folder(o->model) ? o->model : NULL;
    const char *path = folder ? path_join(c->arena, folder, "model.onnx") : o->model;
    if (folder && !o->data && !cases_lengths(c->arena, c->diag, path, folder, &c->options.length)) return false;
    if (!model_open(&m, c->arena, c->diag, path, o) || !load_cases(&v, folder)) return false;
    for (uint32_t i = 0; i < v.cases.at.n; i++) {
        if (run_case(&v, &v.cases.at.at[i])) continue;
        v.failed++;
        diag_print(c->diag, stderr);
    }
    bool ok = summary(&v);
    if (v.arena) arena_free(v.arena);
    return ok;
}

/* Of a package of which a compiler takes one variant each is built and run. */
static bool verify(Cli *c) {
    const Target *t = c->options.target;
    if (!target_by_compiler(t) || c->options.interpreter) return verify_one(c);
    bool ok = true;
    for (int i = 0; i < t->nvariant; i++) {
        c->options.built = t->variant[i];
        printf("%s\n", t->variant[i]->name);
        ok &= verify_one(c);
    }
    return ok;
}

int verify_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && verify(&c);
    return cli_end(&c, ok);
}
