/* Nests: index arithmetic by random testing, schedules and loop trees with cases as data. Every test/nest/NAME.t (or
 * the files named as arguments) holds cases of the form
 *     == title
 *     graph in text form (values whose names begin with w are constants)
 *     --- TARGET: schedule, or `plain` for none
 *     the loop tree, or `refused: WHY`
 *     --- TARGET: default
 *     `schedule: STEPS` and the loop tree; `threads` as well: with loops that 3 threads share, of 100 operations or more
 *     --- TARGET: memory
 *     the values that would lie in memory as halves, were each node a kernel
 * with any number of --- parts. --bless writes what came out into the files. */
#include "base/io.h"
#include "base/size.h"
#include "check.h"
#include "nest/internal.h"
#include "nest/lower.h"
#include "nest_case.h"
#include "plan/half.h"
#include <dirent.h>
#include <math.h>

static Arena *arena;
static Diag *diag;

/* ---- schedules and loop trees ---- */

static const char *halves_in_memory(Graph *g) {
    Str s = str_new(arena);
    half_values(g, arena);
    str_add(&s, "halves:");
    for (ValueId v = 0; v < g->value.n; v++)
        if (value_stored(g, v) != g->value.at[v].dtype) str_addf(&s, " %s", g->value.at[v].name);
    str_add(&s, "\n");
    return s.at;
}

static const char *outcome(Graph *g, const char *target, const char *text) {
    if (!strcmp(text, "memory")) return halves_in_memory(g);
    Nest *n = case_nest(arena, g, diag);
    const Target *t = target_find(target);
    Str s = str_new(arena);
    if (!n || !t) return "no nest or no such target\n";
    if (t->halves) nest_halve(n);
    Plan *p = plan_new(arena, n, t);
    const char *why = NULL;
    bool threads = !strcmp(text, "threads");
    if (threads || !strcmp(text, "default")) {
        Schedule chosen = schedule_default(arena, p);
        if (threads) schedule_parallel(arena, p, 3, 100, &chosen);
        str_add(&s, "schedule: ");
        schedule_print(&chosen, &s);
        str_add(&s, "\n");
    } else {
        Schedule given;
        char *wrong = NULL;
        if (!strcmp(text, "plain")) text = "";
        if (!schedule_parse(arena, text, &given, &wrong)) return arena_printf(arena, "refused: %s\n", wrong);
        if (!plan_apply_all(p, &given, &why)) return arena_printf(arena, "refused: %s\n", why);
        Str back = str_new(arena);
        schedule_print(&given, &back);
        CHECK_TEXT(back.at, text);
    }
    loop_print(lower(arena, p), &s);
    return s.at;
}

/* The line at `p`, terminated, and where the next one begins. */
static char *take_line(char **p) {
    char *line = *p, *end = strchr(line, '\n');
    if (end) *end = 0;
    *p = end ? end + 1 : line + strlen(line);
    return line;
}

static bool is_head(const char *p) {
    return !strncmp(p, "== ", 3) || !strncmp(p, "--- ", 4);
}

static Str take_text(char **p) {
    Str s = str_new(arena);
    while (**p && !is_head(*p)) {
        str_add(&s, take_line(p));
        str_add(&s, "\n");
    }
    return s;
}

/* Without blank lines at the end, which only part the cases. */
static const char *trimmed(const char *text) {
    size_t n = strlen(text);
    while (n > 1 && text[n - 1] == '\n' && text[n - 2] == '\n') n--;
    return n == 1 && *text == '\n' ? "" : arena_strndup(arena, text, n);
}

static void run_file(const char *path, bool bless) {
    Bytes b = {0};
    if (!CHECK(io_map(arena, diag, path, &b))) return;
    char *p = arena_strndup(arena, (const char *)b.data, b.n);
    Str out = str_new(arena);
    Graph *g = NULL;
    const char *title = "";
    while (*p) {
        char *line = take_line(&p);
        if (!strncmp(line, "== ", 3)) {
            title = line + 3;
            Str text = take_text(&p);
            g = case_graph(arena, diag, title, text.at, text.n);
            if (!g) fprintf(stderr, "%s: %s: no graph\n", path, title), failed++;
            str_addf(&out, "%s%s\n%s", out.n ? "\n" : "", line, trimmed(text.at));
            continue;
        }
        Str want = take_text(&p);
        char *target = arena_strdup(arena, line + 4), *colon = strstr(target, ": ");
        if (!CHECK(g && !strncmp(line, "--- ", 4) && colon)) continue;
        *colon = 0;
        const char *got = outcome(g, target, colon + 2);
        str_addf(&out, "%s\n%s", line, got);
        if (strcmp(got, trimmed(want.at)) == 0) {
            passed++;
        } else if (!bless) {
            failed++;
            fprintf(stderr, "%s: %s: %s\n  got:\n%s  want:\n%s", path, title, line, got, want.at);
        }
    }
    if (bless && !io_write_file(arena, diag, path, out.at, out.n)) failed++;
}

static void run_folder(const char *folder, bool bless) {
    DIR *d = opendir(folder);
    if (!CHECK(d != NULL)) return;
    for (struct dirent *e; (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n > 2 && !strcmp(e->d_name + n - 2, ".t")) run_file(path_join(arena, folder, e->d_name), bless);
    }
    closedir(d);
}

/* ---- random index expressions ----
 * A formula is built twice: as an expression, which simplifies, and as a tree that is evaluated as it was written. */

typedef struct Formula {
    int op; /* Fn, or -1 number, -2 axis */
    int64_t number;
    const struct Formula *arg[3];
    bool condition;
} Formula;

enum { AXES = 4 };
static const int64_t extents[AXES] = {3, 5, 1, 8};

static int64_t apply(int op, const int64_t *a) {
    switch (op) {
    case FN_add: return a[0] + a[1];
    case FN_sub: return a[0] - a[1];
    case FN_mul: return a[0] * a[1];
    case FN_neg: return -a[0];
    case FN_div: return floor_div(a[0], a[1]);
    case FN_mod: return floor_mod(a[0], a[1]);
    case FN_min: return a[0] < a[1] ? a[0] : a[1];
    case FN_max: return a[0] > a[1] ? a[0] : a[1];
    case FN_lt: return a[0] < a[1];
    case FN_le: return a[0] <= a[1];
    case FN_gt: return a[0] > a[1];
    case FN_ge: return a[0] >= a[1];
    case FN_eq: return a[0] == a[1];
    case FN_ne: return a[0] != a[1];
    case FN_and: return a[0] && a[1];
    case FN_or: return a[0] || a[1];
    case FN_not: return !a[0];
    default: return a[0] ? a[1] : a[2];
    }
}

static int64_t formula_value(const Formula *f, const int64_t *at) {
    int64_t a[3] = {0};
    if (f->op == -1) return f->number;
    if (f->op == -2) return at[f->number];
    for (int i = 0; i < fn_info[f->op].arity; i++) a[i] = formula_value(f->arg[i], at);
    return apply(f->op, a);
}

/* What became of it. */
static int64_t expr_value(const Nest *n, ExprId e, const int64_t *at) {
    const Expr *x = x_get(n, e);
    int64_t a[3] = {0};
    if (x->kind == X_int) return x->i;
    if (x->kind == X_axis) return at[x->id];
    for (int i = 0; i < x->narg; i++) a[i] = expr_value(n, x_arg(n, e, i), at);
    return apply((int)x->id, a);
}

static Formula *number_formula(int64_t v) {
    Formula *f = arena_new_of(arena, Formula);
    f->op = -1;
    f->number = v;
    return f;
}

static const Formula *random_formula(int depth, bool condition) {
    static const int plain[] = {FN_add, FN_add, FN_sub, FN_sub, FN_mul, FN_div,   FN_div,
                                FN_mod, FN_mod, FN_min, FN_max, FN_neg, FN_select};
    static const int truth[] = {FN_lt, FN_le, FN_gt, FN_ge, FN_eq, FN_ne, FN_and, FN_or, FN_not};
    Formula *f = arena_new_of(arena, Formula);
    f->condition = condition;
    if (condition) {
        f->op = truth[random_below(depth > 0 ? 9 : 6)];
        for (int i = 0; i < fn_info[f->op].arity; i++)
            f->arg[i] = random_formula(depth - 1, f->op == FN_and || f->op == FN_or || f->op == FN_not);
        return f;
    }
    if (depth <= 0) {
        bool axis = random_below(3) > 0;
        f->op = axis ? -2 : -1;
        f->number = axis ? random_below(AXES) : (int64_t)random_below(17) - 8;
        return f;
    }
    f->op = plain[random_below(sizeof plain / sizeof *plain)];
    for (int i = 0; i < fn_info[f->op].arity; i++) f->arg[i] = random_formula(depth - 1, f->op == FN_select && i == 0);
    if (f->op == FN_div || f->op == FN_mod) f->arg[1] = number_formula(1 + random_below(12));
    if (f->op == FN_mul) f->arg[random_below(2)] = number_formula((int64_t)random_below(25) - 12);
    return f;
}

static ExprId formula_build(Nest *n, const Formula *f, const ExprId *axis) {
    ExprId a[3] = {0};
    if (f->op == -1) return x_index(n, f->number);
    if (f->op == -2) return axis[f->number];
    for (int i = 0; i < fn_info[f->op].arity; i++) a[i] = formula_build(n, f->arg[i], axis);
    return x_fn(n, (Fn)f->op, a);
}

static bool next_point(int64_t *at, const int64_t *extent) {
    for (int i = AXES - 1; i >= 0; i--) {
        if (++at[i] < extent[i]) return true;
        at[i] = 0;
    }
    return false;
}

static bool tell(const Nest *n, ExprId e, const char *what, const int64_t *at, int64_t got, int64_t want) {
    Str s = str_new(arena);
    x_print(n, e, &s);
    fprintf(stderr, "failed: %s: %s at %lld,%lld,%lld,%lld is %lld, want %lld\n", what, s.at, (long long)at[0],
            (long long)at[1], (long long)at[2], (long long)at[3], (long long)got, (long long)want);
    failed++;
    return false;
}

/* One formula: simplification, range, coefficients, bounds and substitution against evaluation at every point. */
static bool check_formula(bool condition) {
    Nest *n = nest_new(arena, "random");
    ExprId axis[AXES], moved[AXES + 1];
    for (int i = 0; i < AXES; i++) axis[i] = x_axis(n, nest_axis(n, "abcd" + i, extents[i], AXIS_spatial));
    const Formula *f = random_formula(1 + (int)random_below(4), condition);
    ExprId e = formula_build(n, f, axis);
    Range r = {0};
    bool ranged = !condition && x_range(n, e, &r);
    int64_t coef[AXES + 1] = {0}, constant = 0, one = 0, at[AXES] = {0}, bound = 0;
    bool linear = !condition && x_linear(n, e, coef, &constant), single = !condition && x_coefficient(n, e, 3, &one);
    ExprId rest = NO_EXPR;
    bool bounded = condition && x_bound(n, e, 3, &bound, &rest);
    /* d becomes a + b, which stays in d's range */
    for (int i = 0; i < AXES; i++) moved[i] = NO_EXPR;
    moved[3] = x_fn2(n, FN_add, axis[0], axis[1]);
    ExprId sub = x_substitute(n, e, moved);
    do {
        int64_t want = formula_value(f, at), got = expr_value(n, e, at);
        if (got != want) return tell(n, e, "simplified", at, got, want);
        if (ranged && (got < r.lo || got > r.hi)) return tell(n, e, "range", at, got, got < r.lo ? r.lo : r.hi);
        if (linear) {
            int64_t sum = constant;
            for (int i = 0; i < AXES; i++) sum += coef[i] * at[i];
            if (sum != got) return tell(n, e, "linear", at, sum, got);
        }
        if (single) {
            int64_t zero[AXES] = {at[0], at[1], at[2], 0}, moves = got - expr_value(n, e, zero);
            if (moves != one * at[3]) return tell(n, e, "coefficient", at, moves, one * at[3]);
        }
        if (bounded && (bound * at[3] + expr_value(n, rest, at) >= 0) != (got != 0))
            return tell(n, e, "bound", at, !got, got);
        int64_t there[AXES] = {at[0], at[1], at[2], at[0] + at[1]};
        got = expr_value(n, sub, at), want = formula_value(f, there);
        if (got != want) return tell(n, sub, "substituted", at, got, want);
    } while (next_point(at, extents));
    passed++;
    return true;
}

/* ---- what the simplifier must reach ---- */

static const char *text_of(Nest *n, ExprId e) {
    Str s = str_new(arena);
    x_print(n, e, &s);
    return s.at;
}

static void test_simplify(void) {
    Nest *n = nest_new(arena, "simplify");
    ExprId a = x_axis(n, nest_axis(n, "a", 4, AXIS_spatial)), b = x_axis(n, nest_axis(n, "b", 6, AXIS_spatial));
    ExprId c6 = x_index(n, 6), flat = x_fn2(n, FN_add, x_fn2(n, FN_mul, a, c6), b);
    CHECK(x_fn2(n, FN_div, flat, c6) == a);
    CHECK(x_fn2(n, FN_mod, flat, c6) == b);
    CHECK(x_fn2(n, FN_add, x_fn2(n, FN_mul, x_fn2(n, FN_div, a, x_index(n, 3)), x_index(n, 3)),
                x_fn2(n, FN_mod, a, x_index(n, 3))) == a);
    CHECK_TEXT(text_of(n, x_fn2(n, FN_div, x_fn2(n, FN_div, flat, x_index(n, 4)), x_index(n, 2))),
               "(((a * 6) + b) / 8)");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_sub, x_index(n, 1), b)), "(1 - b)");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_lt, b, c6)), "1");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_min, b, c6)), "b");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_lt, x_int(n, DT_u64, -1), x_int(n, DT_u64, 1))), "0");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_lt, x_int(n, DT_i64, INT64_MAX - 1), x_int(n, DT_i64, INT64_MAX))), "1");
    BufId u = nest_buffer(n, "u", BUF_in, DT_u8, 1, (int64_t[]){6}, UINT32_MAX);
    ExprId load = x_load(n, u, &b);
    CHECK_TEXT(text_of(n, x_fn2(n, FN_lt, load, x_int(n, DT_u8, 0))), "0");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_ge, x_int(n, DT_u8, 255), load)), "1");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_gt, load, x_int(n, DT_u8, 254))), "(u[b] > 254)");
    CHECK_TEXT(text_of(n, x_neutral(n, COMBINE_min, DT_i64)), "9223372036854775807");
    CHECK_TEXT(text_of(n, x_neutral(n, COMBINE_max, DT_i8)), "-128");
    CHECK_TEXT(text_of(n, x_neutral(n, COMBINE_max, DT_f16)), "-inf");
    CHECK_TEXT(text_of(n, x_fn2(n, FN_min, x_real(n, DT_f32, (double)NAN), x_real(n, DT_f32, 1))), "nan");
    /* sums too large for 64 bits stay as they are written */
    ExprId huge = x_fn2(n, FN_mul, a, x_index(n, INT64_MAX));
    CHECK_TEXT(text_of(n, x_fn2(n, FN_add, huge, huge)), "((a * 9223372036854775807) + (a * 9223372036854775807))");
}

/* ---- steps that no operator's nest reaches ---- */

static Nest *two_stages(BufId *local, ExprId (*value)(Nest *, BufId, ExprId)) {
    Nest *n = nest_new(arena, "two");
    int64_t dim[1] = {16};
    BufId x = nest_buffer(n, "x", BUF_in, DT_f32, 1, dim, UINT32_MAX),
          y = nest_buffer(n, "y", BUF_out, DT_f32, 1, dim, UINT32_MAX);
    *local = nest_buffer(n, "m", BUF_local, DT_f32, 1, dim, UINT32_MAX);
    AxisId i = nest_axis(n, "i", 16, AXIS_spatial), k = nest_axis(n, "k", 16, AXIS_spatial);
    ExprId ie = x_axis(n, i), ke = x_axis(n, k);
    nest_stage(n, *local, 1, &i, value(n, x, ie));
    ExprId m = x_load(n, *local, &ke);
    nest_stage(n, y, 1, &k, x_fn2(n, FN_mul, m, m));
    return n;
}

static ExprId add_one(Nest *n, BufId x, ExprId i) {
    return x_fn2(n, FN_add, x_load(n, x, &i), x_real(n, DT_f32, 1));
}
static ExprId sine(Nest *n, BufId x, ExprId i) {
    return x_fn1(n, FN_sin, x_load(n, x, &i));
}

static const char *apply_text(Nest *n, const char *text) {
    Plan *p = plan_new(arena, n, target_find("x86-64-v1"));
    Schedule s;
    char *wrong = NULL;
    const char *why = NULL;
    if (!schedule_parse(arena, text, &s, &wrong)) return wrong;
    if (!plan_apply_all(p, &s, &why)) return why;
    Str out = str_new(arena);
    loop_print(lower(arena, p), &out);
    return out.at;
}

static void test_inline(void) {
    BufId m;
    CHECK_TEXT(apply_text(two_stages(&m, add_one), "inline(m)"), "for k 0..16\n  y[k] = ((x[k] + 1) * (x[k] + 1))\n");
    CHECK_TEXT(apply_text(two_stages(&m, add_one), "tile(k,4) vector(k.i) inline(m)"),
               "for k_o 0..4\n  vector k_i 0..4\n    y[((k_o * 4) + k_i)] = ((x[((k_o * 4) + k_i)] + 1) * (x[((k_o * "
               "4) + k_i)] + 1))\n");
    CHECK_TEXT(apply_text(two_stages(&m, sine), "tile(k,4) vector(k.i) inline(m)"),
               "inline: the value cannot be computed in lanes of k.i");
    Nest *n = two_stages(&m, add_one);
    n->stage.at[0].combine = COMBINE_sum;
    CHECK_TEXT(apply_text(n, "inline(m)"), "inline: m is not simply assigned");
    n = two_stages(&m, add_one);
    n->stage.at[0].index[0] = x_fn2(n, FN_sub, x_index(n, 15), n->stage.at[0].index[0]);
    CHECK_TEXT(apply_text(n, "inline(m)"), "inline: m is not assigned axis by axis");
    n = two_stages(&m, add_one);
    ExprId i = n->stage.at[0].index[0];
    n->stage.at[0].value = x_fn2(n, FN_add, n->stage.at[0].value, x_load(n, m, &i));
    CHECK_TEXT(apply_text(n, "inline(m)"), "inline: m reads what changes later");
}

/* Splits until nothing more fits. */
static void test_many_pieces(void) {
    Nest *n = nest_new(arena, "many");
    AxisId axis[6];
    int64_t dim[6];
    for (int i = 0; i < 6; i++) {
        dim[i] = 1 << 8;
        axis[i] = nest_axis(n, arena_printf(arena, "a%d", i), dim[i], AXIS_spatial);
    }
    BufId y = nest_buffer(n, "y", BUF_out, DT_f32, 6, dim, UINT32_MAX);
    nest_stage(n, y, 6, axis, x_real(n, DT_f32, 0));
    Plan *p = plan_new(arena, n, target_find("c99"));
    const char *why = "";
    for (int i = 0; i < 6; i++) {
        const char *name = arena_printf(arena, "a%d", i);
        for (int64_t size = 128; size >= 2; size /= 2) {
            Step s = {.kind = STEP_split, .naxis = 1, .axis = {name}, .number = size};
            if (!plan_apply(p, &s, &why)) break;
            name = arena_printf(arena, "%s.i", name);
        }
    }
    CHECK_TEXT(why, "split: more than 40 pieces");
    CHECK(lower(arena, p) != NULL);
}

int main(int argc, char **argv) {
    bool bless = argc > 1 && !strcmp(argv[1], "--bless");
    arena = arena_new("nests");
    diag = diag_new(arena);
    random_state = 7;
    for (int i = 0; i < 30000; i++) check_formula(i % 5 == 0);
    test_simplify();
    test_inline();
    test_many_pieces();
    if (argc > 1 + bless)
        for (int i = 1 + bless; i < argc; i++) run_file(argv[i], bless);
    else
        run_folder("test/nest", bless);
    if (diag_errors(diag)) diag_print(diag, stderr);
    printf("%d passed, %d failed\n", passed, failed);
    arena_free(arena);
    return failed != 0;
}
