/* Passes, with cases as data: every NAME.t in the folders (or files) given, test/pass without any, holds cases
 *     == title
 *     graph in text form; what it says of the outputs of nodes may be left out
 *     --- pass pass ...            names in order, `all` for the whole list; NAME:TARGET for a target
 *     the graph after them, or `unchanged`
 * The graph before and after is run by the interpreter on the same seeded random inputs, and has to agree to 1e-5; a
 * comment `# range LO HI` in the graph says where the inputs lie (-2..2 else), `# tolerance T` replaces 1e-5 and
 * `# no run` leaves this out.
 * --bless writes what came out into the files as what is expected. */
#include "check.h"
#include "base/io.h"
#include "op/op.h"
#include "pass/match.h"
#include "pass/pass.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    Arena *a;
    Diag *diag;
    const char *file, *title, *graph, *passes, *want;
    Graph *before, *after;
} Case;

static bool bless;

static bool fail(const Case *c, const char *what) {
    fprintf(stderr, "%s: %s: %s\n", c->file, c->title, what);
    for (int i = 0; diag_text(c->diag, i); i++) fprintf(stderr, "    %s\n", diag_text(c->diag, i));
    return false;
}

static char *print(const Case *c, const Graph *g) {
    Str s = str_new(c->a);
    graph_print(g, &s);
    return s.at;
}

/* ---- running the passes ---------------------------------------------------------------------------------------- */

static Graph *parse(const Case *c) {
    Graph *g = graph_parse(c->a, c->diag, "t", c->graph, strlen(c->graph));
    for (NodeId n = 0; g && n < g->node.n; n++)
        if (!op_infer(g, n)) return NULL;
    return g && graph_verify(g) ? g : NULL;
}

static bool run_named(const Case *c, const char *name) {
    Arena *tmp = arena_new("test");
    PassContext context = {.tmp = tmp, .diag = c->diag, .fold_limit = 1 << 20,
                           .half_weights = !strcmp(name, "halve_weights")};
    const char *colon = strchr(name, ':');
    if (colon) {
        context.target = target_find(colon + 1);
        name = arena_strndup(tmp, name, (size_t)(colon - name));
    }
    const Pass *p = passes;
    bool all = !strcmp(name, "all"), ok = true;
    while (p->name && strcmp(p->name, name)) p++;
    if (all) {
        PassOptions o = {.verify = true};
        ok = passes_run(c->after, NULL, &o, c->diag);
    } else if (p->name) {
        p->run(c->after, &context);
        ok = graph_verify(c->after);
    } else {
        ok = fail(c, name);
    }
    arena_free(tmp);
    return ok && !diag_errors(c->diag);
}

static bool run_passes(const Case *c) {
    char *list = arena_strdup(c->a, c->passes);
    for (char *name = strtok(list, " "); name; name = strtok(NULL, " "))
        if (!run_named(c, name)) return fail(c, name);
    return true;
}

/* ---- the same numbers before and after ------------------------------------------------------------------------- */

static double directive(const Case *c, const char *name, int index, double otherwise) {
    const char *at = strstr(c->graph, name);
    double v[2] = {otherwise, otherwise};
    if (at) sscanf(at + strlen(name), "%lf %lf", &v[0], &v[1]);
    return v[index];
}

static double next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 33) / 2147483648.0;
}

static const Tensor *random_input(const Case *c, const Value *v, uint64_t *state) {
    double lo = directive(c, "# range", 0, -2), hi = directive(c, "# range", 1, 2);
    Tensor *t = tensor_new(c->a, v->dtype, v->shape);
    for (int64_t i = 0; i < shape_count(&v->shape); i++) {
        double x = lo + (hi - lo) * next_random(state);
        tensor_set_float(t, i, v->dtype == DT_bool ? x > (lo + hi) / 2 : dtype_is_float(v->dtype) ? x : floor(x));
    }
    return t;
}

static const Tensor **evaluate(const Case *c, const Graph *g, uint64_t seed) {
    const Tensor **values = arena_array_of(c->a, g->value.n, const Tensor *);
    for (ValueId v = 0; v < g->value.n; v++) values[v] = g->value.at[v].data;
    for (uint32_t i = 0; i < g->input.n; i++) {
        const Value *v = &g->value.at[g->input.at[i]];
        if (!v->data) values[g->input.at[i]] = random_input(c, v, &seed);
    }
    return graph_eval(g, values, c->a, c->diag, NULL) ? values : NULL;
}

static bool close_to(const Tensor *a, const Tensor *b, double tolerance, double *worst) {
    if (!a || !b || a->dtype != b->dtype || !shape_equal(&a->shape, &b->shape)) return false;
    for (int64_t i = 0; i < shape_count(&a->shape); i++) {
        double x = tensor_float(a, i), y = tensor_float(b, i);
        if (x == y || (isnan(x) && isnan(y))) continue;
        double d = fabs(x - y) / fmax(1, fmax(fabs(x), fabs(y)));
        if (!(d <= *worst)) *worst = d;
    }
    return *worst <= tolerance;
}

static bool same_numbers(const Case *c) {
    if (strstr(c->graph, "# no run")) return true;
    double tolerance = directive(c, "# tolerance", 0, 1e-5), worst = 0;
    const Tensor **x = evaluate(c, c->before, 42), **y = evaluate(c, c->after, 42);
    if (!x || !y) return fail(c, "the interpreter refuses");
    if (c->before->output.n != c->after->output.n) return fail(c, "outputs differ in number");
    for (uint32_t i = 0; i < c->before->output.n; i++) {
        ValueId u = c->before->output.at[i], v = c->after->output.at[i];
        if (strcmp(c->before->value.at[u].name, c->after->value.at[v].name)) return fail(c, "an output lost its name");
        if (close_to(x[u], y[v], tolerance, &worst)) continue;
        fprintf(stderr, "%s: %s: output %u differs by %g\n%s", c->file, c->title, i, worst, print(c, c->after));
        return false;
    }
    return true;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static void show_difference(const Case *c, const char *got, const char *want) {
    int line = 1;
    const char *g = got, *w = want;
    for (const char *x = got, *y = want; *x && *x == *y; x++, y++)
        if (*x == '\n') line++, g = x + 1, w = y + 1;
    fprintf(stderr, "%s: %s: differs at line %d\n  - %.*s\n  + %.*s\n  all of it:\n%s", c->file, c->title, line,
            (int)strcspn(w, "\n"), w, (int)strcspn(g, "\n"), g, got);
}

/* The expected text of a case, as it should stand in the file. */
static const char *run_case(Case *c) {
    c->diag = diag_new(c->a);
    c->before = parse(c);
    c->after = parse(c);
    if (!c->before || !c->after) {
        check(fail(c, "the graph is not valid"), c->title, c->file, 0);
        return c->want;
    }
    bool ran = run_passes(c);
    const char *got = print(c, c->after), *was = print(c, c->before);
    const char *want = !strcmp(c->want, "unchanged\n") ? was : c->want;
    bool ok = ran && same_numbers(c), same = !strcmp(got, want);
    if (ok && !same && !bless) show_difference(c, got, want);
    ok && (same || bless) ? passed++ : failed++;
    return strcmp(got, was) ? got : "unchanged\n";
}

static char *cut(char *text, const char *mark) {
    char *at = strstr(text, mark);
    if (!at) return NULL;
    *at = 0;
    return at + strlen(mark);
}

static const char *without_blank_end(Arena *a, const char *text) {
    size_t n = strlen(text);
    while (n && (text[n - 1] == '\n' || text[n - 1] == ' ')) n--;
    return arena_printf(a, "%.*s\n", (int)n, text);
}

static void run_file(const char *path) {
    Arena *a = arena_new("pass test");
    Diag *d = diag_new(a);
    Bytes b;
    Str out = str_new(a);
    if (!CHECK(io_map(a, d, path, &b))) return;
    char *rest = arena_strndup(a, (const char *)b.data, b.n);
    if (strncmp(rest, "== ", 3)) rest = cut(rest, "\n== ");
    else rest += 3;
    while (rest) {
        char *text = rest;
        rest = cut(text, "\n== ");
        char *graph = cut(text, "\n"), *list = graph ? cut(graph, "\n--- ") : NULL;
        char *want = list ? cut(list, "\n") : NULL;
        if (!CHECK(want != NULL)) break;
        Case c = {.a = a, .file = path, .title = text, .graph = graph, .passes = list};
        c.want = without_blank_end(a, want);
        const char *now = run_case(&c);
        str_addf(&out, "%s== %s\n%s\n--- %s\n%s", out.n ? "\n" : "", text, graph, list, now);
    }
    if (bless) CHECK(io_write_file(a, d, path, out.at, out.n));
    arena_free(a);
}

static int by_name(const void *x, const void *y) { return strcmp(*(char *const *)x, *(char *const *)y); }

static void run_folder(const char *path) {
    Arena *a = arena_new("folder");
    Vec(char *) names = {0};
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        size_t n = strlen(e->d_name);
        if (n < 3 || strcmp(e->d_name + n - 2, ".t")) continue;
        vec_push(a, &names, arena_strdup(a, path_join(a, path, e->d_name)));
    }
    if (dir) closedir(dir);
    CHECK(names.n > 0);
    if (names.n) qsort(names.at, names.n, sizeof *names.at, by_name);
    for (uint32_t i = 0; i < names.n; i++) run_file(names.at[i]);
    arena_free(a);
}

/* Unknown names are refused with the list of those there are. */
static void test_options(void) {
    Arena *a = arena_new("options");
    Diag *d = diag_new(a);
    Graph *g = graph_new(a, d, "m", "g");
    CHECK(!passes_run(g, NULL, &(PassOptions){.stop_after = "nonsense"}, d));
    CHECK(diag_text(d, 0) && strstr(diag_text(d, 0), "nonsense") && strstr(diag_text(d, 0), "fold_batch_norm"));
    const char *skip[] = {"cse", "no_such", NULL};
    CHECK(!passes_run(g, NULL, &(PassOptions){.skip = skip}, d));
    arena_free(a);
}

/* A chain of element-wise nodes, a Transpose on top and a Slice below: time and memory grow with the nodes only. */
static void test_long_chain(uint32_t length) {
    Arena *a = arena_new("chain");
    Diag *d = diag_new(a);
    Graph *g = graph_new(a, d, "m", "chain");
    ValueId x = graph_value(g, "x", DT_f32, shape_of(2, (int64_t[]){4, 3}));
    graph_add_input(g, x);
    NodeId n = graph_node(g, OP_Transpose, "t", 1, &x, 1, NULL, NULL);
    attr_set_ints(a, &((Attr_Perm *)g->node.at[n].attr)->perm, 2, (int64_t[]){1, 0});
    CHECK(op_infer(g, n));
    for (uint32_t i = 0; i < length; i++) {
        ValueId v = g->node.at[n].out[0], c = graph_const_float(g, "c", DT_f32, 0.5);
        Op op = i % 3 == 0 ? OP_Tanh : i % 3 == 1 ? OP_Add : OP_Mul;
        n = graph_node(g, op, "e", op == OP_Tanh ? 1 : 2, (ValueId[]){v, c}, 1, NULL, NULL);
        op_infer(g, n);
    }
    ValueId v = g->node.at[n].out[0];
    n = graph_node(g, OP_Slice, "s", 1, &v, 1, NULL, NULL);
    Attr_Slice *s = g->node.at[n].attr;
    s->starts = (Dims){2, (Dim[]){1, 0}};
    s->counts = (Dims){2, (Dim[]){1, 4}};
    attr_set_ints(a, &s->steps, 2, (int64_t[]){1, 1});
    CHECK(op_infer(g, n));
    graph_add_output(g, g->node.at[n].out[0]);
    CHECK(graph_verify(g));
    CHECK(passes_run(g, NULL, &(PassOptions){.verify = true}, d));
    CHECK(g->node.at[0].op == OP_Slice);
    arena_free(a);
}

static void test_patterns(void) {
    Arena *a = arena_new("patterns");
#define UNARY(op, pattern) CHECK(pattern_parse(a, pattern) != NULL);
#define MAKE(function, pattern) CHECK(pattern_parse(a, pattern) != NULL);
#include "pass/substitute.def"
#undef UNARY
#undef MAKE
    CHECK(!pattern_parse(a, "Mul(x") && !pattern_parse(a, "Nothing(x)") && !pattern_parse(a, "x"));
    arena_free(a);
}

int main(int argc, char **argv) {
    int folders = 0;
    test_options();
    test_patterns();
    test_long_chain(20000);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--bless")) {
            bless = true;
            continue;
        }
        path_is_folder(argv[i]) ? run_folder(argv[i]) : run_file(argv[i]);
        folders++;
    }
    if (!folders) run_folder("test/pass");
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
