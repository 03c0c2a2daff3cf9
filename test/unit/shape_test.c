/* Shape inference, symbolic folding and expansions, with cases as data: every test/shape/NAME.t (or the files named as
 * arguments) holds cases of the form
 *     == title
 *     graph in text form; what it says of the outputs of nodes is forgotten first, unless `keep` is in the title
 *     ---
 *     expectations, one a line
 * An expectation is
 *     y : f32[1,8]     type and shape of value "y" after inference
 *     y = 1 2*H        its contents after folding every node in order (numbers or dims; floats to 1e-5)
 *     error TEXT       inference or expansion fails, a message contains TEXT; `error` alone: it fails
 *     ops A B C        operators in order after expanding, sorting and verifying; `ops *`: any
 *     attr TEXT        the graph's text after inference contains TEXT
 * Contents and operators are taken from the same graph, expansion first when both are asked for. */
#include "base/io.h"
#include "check.h"
#include "op/shape.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    Arena *a;
    Diag *diag;
    Graph *g;
    const char *file;
    char *title, *graph, *want;
    bool ok, expanded, folded;
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

static void forget(Graph *g) {
    for (NodeId n = 0; n < g->node.n; n++)
        for (unsigned i = 0; i < g->node.at[n].nout; i++) {
            if (g->node.at[n].out[i] == NO_VALUE) continue;
            Value *v = &g->value.at[g->node.at[n].out[i]];
            v->dtype = DT_none;
            v->shape.rank = -1;
        }
}

static bool infer_all(Graph *g) {
    bool ok = true;
    for (NodeId n = 0; ok && n < g->node.n; n++) ok = g->node.at[n].op == OP_none || op_infer(g, n);
    return ok;
}

static bool has_message(const Case *c, const char *part) {
    for (int i = 0; diag_text(c->diag, i); i++)
        if (strstr(diag_text(c->diag, i), part)) return true;
    return false;
}

static void expand_all(Case *c) {
    if (c->expanded) return;
    c->expanded = true;
    Graph *g = c->g;
    for (NodeId n = 0; c->ok && n < g->node.n; n++)
        if (g->node.at[n].op != OP_none && op_info[g->node.at[n].op].cls == CLASS_expand) c->ok = op_expand(g, n);
    if (c->ok) c->ok = graph_sort(g) && graph_verify(g);
}

static void fold_all(Case *c) {
    if (c->folded) return;
    c->folded = true;
    for (NodeId n = 0; n < c->g->node.n; n++)
        if (c->g->node.at[n].op != OP_none) op_fold(c->g, n, 1 << 20);
}

static bool near(const char *got, const char *want) {
    char *end_got, *end_want;
    double a = strtod(got, &end_got), b = strtod(want, &end_want);
    return !*end_got && !*end_want && end_got != got && end_want != want && fabs(a - b) <= 1e-5 * (1 + fabs(b));
}

/* Lists of words, equal or near. */
static bool same_words(Arena *a, const char *got, const char *want) {
    char *save_got, *save_want, *g = strtok_r(arena_strdup(a, got), " ", &save_got);
    char *w = strtok_r(arena_strdup(a, want), " ", &save_want);
    for (; g && w; g = strtok_r(NULL, " ", &save_got), w = strtok_r(NULL, " ", &save_want))
        if (strcmp(g, w) != 0 && !near(g, w)) return false;
    return !g && !w;
}

static const char *contents(Case *c, ValueId v) {
    const Value *value = &c->g->value.at[v];
    int64_t count = shape_count(&value->shape);
    const DimX *e = value_elements(c->g, v);
    if (!e && !value->data) return NULL;
    Str s = str_new(c->a);
    for (int64_t i = 0; i < count; i++) {
        if (i) str_add(&s, " ");
        if (value->data)
            str_add(&s, float_text(c->a, tensor_float(value->data, i), false));
        else if (e[i].is_number)
            str_addf(&s, "%lld", (long long)e[i].number);
        else
            dim_print(c->g->sym, e[i].sym, &s);
    }
    return s.at;
}

static void check_value(Case *c, char *line, bool shape) {
    char *name = arena_strdup(c->a, line);
    *strstr(name, shape ? " : " : " = ") = 0;
    const char *want = strstr(line, shape ? " : " : " = ") + 3, *got = NULL;
    if (!shape) fold_all(c);
    ValueId v = graph_find(c->g, name);
    if (v == NO_VALUE) {
        fail(c, line, "no such value");
    } else if (shape) {
        Str s = str_new(c->a);
        const Value *value = &c->g->value.at[v];
        str_add(&s, value->dtype == DT_none ? "?" : dtype_info[value->dtype].name);
        shape_print(c->g->sym, &value->shape, &s);
        expect(c, strcmp(s.at, want) == 0, line, s.at);
    } else {
        got = contents(c, v);
        expect(c, got && same_words(c->a, got, want), line, got);
    }
}

static void check_ops(Case *c, const char *want) {
    Str s = str_new(c->a);
    expand_all(c);
    for (NodeId n = 0; n < c->g->node.n; n++) {
        if (c->g->node.at[n].op == OP_none) continue;
        if (s.n) str_add(&s, " ");
        str_add(&s, op_info[c->g->node.at[n].op].name);
    }
    expect(c, c->ok && (strcmp(want, "*") == 0 || strcmp(s.at, want) == 0), want, s.at);
}

static void check_line(Case *c, char *line) {
    if (strcmp(line, "error") == 0 || strncmp(line, "error ", 6) == 0) {
        if (c->ok) expand_all(c);
        expect(c, !c->ok && diag_errors(c->diag) > 0 && (line[5] == 0 || has_message(c, line + 6)), line,
               c->ok ? "no error" : "another message");
        c->ok = true; /* as wanted */
    } else if (strncmp(line, "ops ", 4) == 0) {
        check_ops(c, line + 4);
    } else if (strncmp(line, "attr ", 5) == 0) {
        Str s = str_new(c->a);
        graph_print(c->g, &s);
        expect(c, strstr(s.at, line + 5) != NULL, line, s.at);
    } else if (strstr(line, " : ")) {
        check_value(c, line, true);
    } else if (strstr(line, " = ")) {
        check_value(c, line, false);
    } else {
        fail(c, "an expectation", line);
    }
}

static void run_case(Case *c) {
    c->diag = diag_new(c->a);
    c->g = graph_parse(c->a, c->diag, c->file, c->graph, strlen(c->graph));
    c->expanded = c->folded = false;
    if (!c->g) {
        fail(c, "a graph", NULL);
        return;
    }
    if (!strstr(c->title, "keep")) forget(c->g);
    c->ok = infer_all(c->g);
    char *save;
    if (strstr(c->want, "\nops ")) {
        expand_all(c);
    }
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
    if (!io_map(a, d, path, &b)) {
        diag_print(d, stderr);
        failed++;
        arena_free(a);
        return;
    }
    char *rest, *text = arena_printf(a, "\n%.*s", (int)b.n, (const char *)b.data);
    cut(text, "\n== ", &rest);
    while (rest) {
        Case c = {.a = arena_new("case"), .file = path, .title = rest};
        cut(c.title, "\n== ", &rest);
        cut(c.title, "\n", &c.graph);
        if (c.graph) cut(c.graph, "\n---", &c.want);
        c.diag = d;
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
        if (n > 2 && strcmp(e->d_name + n - 2, ".t") == 0)
            vec_push(a, &name, arena_printf(a, "%s/%s", folder, e->d_name));
    }
    if (d) closedir(d);
    if (name.n) qsort(name.at, name.n, sizeof *name.at, by_name);
    if (!CHECK(name.n > 0)) fprintf(stderr, "no cases in %s\n", folder);
    for (uint32_t i = 0; i < name.n; i++) run_file(name.at[i]);
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
    if (argc < 2) run_folder("test/shape");
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
