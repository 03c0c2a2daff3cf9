/* Meanings of operators, with cases as data: every test/op/NAME.t (or the files and folders named as arguments) holds
 *     == title
 *     statements of the graph's text form; shapes of node outputs are inferred
 *     ---
 *     expectations, one a line
 * Graph inputs hold 1, 2, 3, ..., as strings too. An expectation is
 *     y = 1 2.5 nan    contents of value "y" after running the graph, floats to 1e-5; strings without spaces, _ is none
 *     nest TEXT        the loop nests of the nodes, printed, contain TEXT
 *     error TEXT       inference, building or running fails, a message contains TEXT */
#include "base/io.h"
#include "check.h"
#include "op/notation.h"
#include "op/op.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    Arena *a;
    Diag *diag;
    Graph *g;
    const Tensor **value;
    const char *file;
    char *title, *graph, *want;
    bool ok;
} Case;

static void fail(const Case *c, const char *what, const char *got) {
    failed++;
    fprintf(stderr, "%s: %s: want `%s`, got `%s`\n", c->file, c->title, what, got ? got : "nothing");
    for (int i = 0; diag_text(c->diag, i); i++) fprintf(stderr, "    %s\n", diag_text(c->diag, i));
}

static void expect(const Case *c, bool good, const char *what, const char *got) {
    if (good)
        passed++;
    else
        fail(c, what, got);
}

/* Types and shapes of node outputs, which the text need not give. */
static bool infer_all(Graph *g) {
    for (NodeId n = 0; n < g->node.n; n++)
        for (unsigned i = 0; i < g->node.at[n].nout; i++) {
            if (g->node.at[n].out[i] == NO_VALUE) continue;
            g->value.at[g->node.at[n].out[i]].dtype = DT_none;
            g->value.at[g->node.at[n].out[i]].shape.rank = -1;
        }
    for (NodeId n = 0; n < g->node.n; n++)
        if (!op_infer(g, n)) return false;
    return true;
}

static bool run_graph(Case *c) {
    Graph *g = c->g;
    c->value = arena_array_of(c->a, g->value.n + 1, const Tensor *);
    for (uint32_t i = 0; i < g->input.n; i++) {
        const Value *v = &g->value.at[g->input.at[i]];
        Tensor *t = tensor_new(c->a, v->dtype, v->shape);
        for (int64_t k = 0; k < shape_count(&v->shape); k++)
            if (v->dtype == DT_string)
                ((const char **)(uintptr_t)t->data)[k] = arena_printf(c->a, "%lld", (long long)k + 1);
            else
                tensor_set_float(t, k, (double)(k + 1));
        c->value[g->input.at[i]] = t;
    }
    return graph_eval(g, c->value, c->a, c->diag, NULL);
}

static bool near(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= 1e-5 * (1 + fabs(b));
}

static const char *element(const Case *c, const Tensor *t, int64_t i) {
    if (t->dtype != DT_string) return float_text(c->a, tensor_float(t, i), false);
    const char *s = ((const char *const *)t->data)[i];
    return s && *s ? s : "_";
}

static void check_value(Case *c, char *line) {
    char *name = arena_strdup(c->a, line), *want = strstr(name, " = ") + 3, *save;
    want[-3] = 0;
    ValueId v = graph_find(c->g, name);
    const Tensor *t = v == NO_VALUE || !c->ok ? NULL : c->value[v];
    if (!t) {
        fail(c, line, "no contents");
        return;
    }
    Str got = str_new(c->a);
    int64_t count = shape_count(&t->shape), k = 0;
    bool same = true;
    for (int64_t i = 0; i < count; i++) str_addf(&got, "%s%s", i ? " " : "", element(c, t, i));
    for (char *w = strtok_r(want, " ", &save); w; w = strtok_r(NULL, " ", &save), k++)
        same = same && k < count && (t->dtype == DT_string ? !strcmp(element(c, t, k), w) : near(tensor_float(t, k), strtod(w, NULL)));
    expect(c, same && k == count, line, got.at);
}

static bool has_message(const Case *c, const char *part) {
    for (int i = 0; diag_text(c->diag, i); i++)
        if (strstr(diag_text(c->diag, i), part)) return true;
    return false;
}

static void check_nest(Case *c, const char *want) {
    Str s = str_new(c->a);
    for (NodeId n = 0; n < c->g->node.n; n++) {
        Nest *nest = op_nest(c->a, c->g, n, c->diag);
        if (nest) nest_print(nest, &s);
    }
    expect(c, strstr(s.at, want) != NULL, want, s.at);
}

static void check_line(Case *c, char *line) {
    if (!strncmp(line, "error ", 6)) {
        expect(c, !c->ok && has_message(c, line + 6), line, c->ok ? "no error" : "another message");
        c->ok = true; /* as wanted */
    } else if (!strncmp(line, "nest ", 5)) {
        check_nest(c, line + 5);
    } else if (strstr(line, " = ")) {
        check_value(c, line);
    } else {
        fail(c, "an expectation", line);
    }
}

static void run_case(Case *c) {
    char *save, *text = arena_printf(c->a, "graph \"t\"\n%s", c->graph);
    c->diag = diag_new(c->a);
    c->g = graph_parse(c->a, c->diag, c->file, text, strlen(text));
    if (!c->g) {
        fail(c, "a graph", NULL);
        return;
    }
    c->ok = infer_all(c->g) && run_graph(c);
    for (char *line = strtok_r(c->want, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) check_line(c, line);
    if (!c->ok) fail(c, "no error", "an error");
}

/* The text up to a line that starts with `mark`, which is cut off; *rest is what follows that line's mark. */
static void cut(char *text, const char *mark, char **rest) {
    char *at = strstr(text, mark);
    *rest = at ? at + strlen(mark) : NULL;
    if (at) *at = 0;
}

static void run_file(const char *path) {
    Arena *a = arena_new("cases");
    Diag *d = diag_new(a);
    Bytes b;
    if (!CHECK(io_map(a, d, path, &b))) {
        diag_print(d, stderr);
        arena_free(a);
        return;
    }
    char *rest, *text = arena_printf(a, "\n%.*s", (int)b.n, (const char *)b.data);
    cut(text, "\n== ", &rest);
    while (rest) {
        Case c = {.a = arena_new("case"), .file = path, .title = rest, .diag = d};
        cut(c.title, "\n== ", &rest);
        cut(c.title, "\n", &c.graph);
        if (c.graph) cut(c.graph, "\n---", &c.want);
        if (!c.graph || !c.want)
            fail(&c, "title, graph, ---, expectations", c.title);
        else
            run_case(&c);
        arena_free(c.a);
    }
    arena_free(a);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void run_folder(const char *folder) {
    Arena *a = arena_new("folder");
    Vec(char *) name = {0};
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        size_t n = strlen(e->d_name);
        if (n > 2 && !strcmp(e->d_name + n - 2, ".t")) vec_push(a, &name, arena_printf(a, "%s/%s", folder, e->d_name));
    }
    if (d) closedir(d);
    if (name.n) qsort(name.at, name.n, sizeof *name.at, by_name);
    CHECK(name.n > 0);
    for (uint32_t i = 0; i < name.n; i++) run_file(name.at[i]);
    arena_free(a);
}

/* Every text of the table parses; what is wrong is told with its place. */
static void test_notation(void) {
    Arena *a = arena_new("notation");
    const char *error = NULL;
    for (int op = OP_none + 1; op < OP_count; op++) {
        const OpInfo *i = &op_info[op];
        bool good = true;
        if (i->meaning == MEANING_expr) good = notation_parse_expr(a, i->text, &error) != NULL;
        if (i->meaning == MEANING_notation) good = notation_parse(a, i->text, &error) != NULL;
        if (!CHECK(good)) fprintf(stderr, "  %s: %s\n", i->name, error);
    }
    static const char *const wrong[] = {"",    "a +", "max(a,", "a[1",   "(a",    "a ? b",
                                        "a b", "\"x", "#",      "sum(k", "1.5.2", "@a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = NULL;
        CHECK(!notation_parse_expr(a, wrong[i], &error) && error);
    }
    CHECK(!notation_parse(a, "x -> y: y[i] = x[i];", &error));
    CHECK(!notation_parse(a, "x -> y y[i] = x[i]", &error));
    CHECK(!notation_parse(a, "x -> y: y[i]:f99 = x[i]", &error));
    char *deep = arena_alloc(a, 5001);
    memset(deep, '(', 5000);
    CHECK(!notation_parse_expr(a, deep, &error) && strstr(error, "nesting"));
    arena_free(a);
}

static void test_manual(void) {
    Arena *a = arena_new("manual");
    for (int op = OP_none + 1; op < OP_count; op++) {
        Str s = str_new(a);
        op_manual((Op)op, &s);
        CHECK(strstr(s.at, op_info[op].name) == s.at + 3);
    }
    Str s = str_new(a);
    op_manual(OP_Softmax, &s);
    CHECK_TEXT(
        s.at, "## Softmax\n\nNormalisation, 1 input, 1 output.\n\n| attribute | type | default |\n| --- | --- | --- |\n"
              "| axis | integer | 0 |\n\n    x -> y [axis]:\n        m[@a,@b] = max(k) x[@a,k,@b];\n"
              "        s[@a,@b] = sum(k) rounded(exp(rounded(x[@a,k,@b] - m[@a,@b])));\n"
              "        y[@a,k,@b] = rounded(exp(rounded(x[@a,k,@b] - m[@a,@b]))) / rounded(s[@a,@b])\n\n");
    arena_free(a);
}

/* Nests that no operator makes: a guarded reduction inside a conditional arm, and a load outside its buffer. */
static void test_interpreter(void) {
    Arena *a = arena_new("nest");
    Nest *n = nest_new(a, "t");
    int64_t dim[1] = {300};
    float x[300], y[300];
    for (int i = 0; i < 300; i++) x[i] = (float)i;
    BufId in = nest_buffer(n, "x", BUF_in, DT_f32, 1, dim, 0), out = nest_buffer(n, "y", BUF_out, DT_f32, 1, dim, 1);
    AxisId i = nest_axis(n, "i", 300, AXIS_spatial), k = nest_axis(n, "k", 3, AXIS_reduce);
    ExprId at = x_fn2(n, FN_add, x_axis(n, i), x_axis(n, k)), last = x_fn2(n, FN_lt, at, x_index(n, 300));
    ExprId sum = x_reduce(n, COMBINE_sum, x_load(n, in, &at), last, 1, &k);
    ExprId far = x_fn2(n, FN_ge, x_axis(n, i), x_index(n, 297));
    nest_stage(n, out, 1, &i, x_select(n, far, sum, x_real(n, DT_f32, -1)));
    void *data[] = {x, y};
    CHECK(nest_eval(n, data, a) && y[0] == -1 && y[297] == 297 + 298 + 299 && y[299] == 299);
    n->stage.n = 0;
    nest_stage(n, out, 1, &i, x_reduce(n, COMBINE_sum, x_load(n, in, &at), NO_EXPR, 1, &k));
    CHECK(!nest_eval(n, data, a));
    n->stage.n = 0;
    Stage *s = nest_stage(n, out, 1, &i, x_real(n, DT_f32, 1));
    s->index[0] = x_fn2(n, FN_add, x_axis(n, i), x_index(n, 1));
    CHECK(!nest_eval(n, data, a));
    s->guard = x_fn2(n, FN_lt, s->index[0], x_index(n, 300));
    CHECK(nest_eval(n, data, a) && y[1] == 1);
    arena_free(a);
}

int main(int argc, char **argv) {
    if (setjmp(*mem_guard())) return 1;
    for (int i = 1; i < argc; i++) {
        if (path_is_folder(argv[i]))
            run_folder(argv[i]);
        else
            run_file(argv[i]);
    }
    if (argc < 2) {
        run_folder("test/op");
        test_notation();
        test_manual();
        test_interpreter();
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
