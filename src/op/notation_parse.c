/* Text of the meaning column -> syntax tree. Recursive descent; the texts are those of ir/ops.def, not a user's. */
#include "base/str.h"
#include "base/vec.h"
#include "op/notation.h"
#include <ctype.h>

#define MAX_DEPTH 64

typedef struct {
    Arena *a;
    const char *text, *at;
    const char *error;
    int depth;
} Parser;

typedef Vec(const Nt *) NtVec;
typedef Vec(NtAxis) AxisVec;

static const Nt *parse_expr(Parser *p);

static void *fail(Parser *p, const char *expected) {
    if (!p->error) p->error = arena_printf(p->a, "%s expected at '%.20s'", expected, p->at);
    return NULL;
}

static void skip(Parser *p) {
    while (*p->at == ' ') p->at++;
}

static bool looking_at(Parser *p, const char *token) {
    skip(p);
    return !strncmp(p->at, token, strlen(token));
}

static bool accept(Parser *p, const char *token) {
    if (!looking_at(p, token)) return false;
    p->at += strlen(token);
    return true;
}

static bool expect(Parser *p, const char *token) {
    return accept(p, token) || fail(p, arena_printf(p->a, "'%s'", token)) != NULL;
}

static bool starts_name(int c) {
    return isalpha(c) || c == '_';
}

static const char *parse_name(Parser *p) {
    skip(p);
    const char *from = p->at;
    if (!starts_name((unsigned char)*from)) return fail(p, "a name");
    while (isalnum((unsigned char)*p->at) || *p->at == '_') p->at++;
    return arena_strndup(p->a, from, (size_t)(p->at - from));
}

static Nt *node(Parser *p, NtKind kind, int narg, const Nt *const *args) {
    Nt *t = arena_new_of(p->a, Nt);
    t->kind = kind;
    t->narg = narg;
    t->arg = arena_array_of(p->a, narg ? narg : 1, const Nt *);
    for (int i = 0; i < narg; i++) {
        if (!args[i]) return NULL;
        t->arg[i] = args[i];
    }
    return t;
}

static Nt *node_fn(Parser *p, Fn f, const Nt *x, const Nt *y) {
    const Nt *args[2] = {x, y};
    Nt *t = node(p, NT_fn, fn_info[f].arity, args);
    if (t) t->fn = f;
    return t;
}

static const Nt *parse_number(Parser *p) {
    Nt *t = node(p, NT_number, 0, NULL);
    char *end;
    if (!float_parse(p->at, &end, &t->number)) return fail(p, "a number");
    t->is_integer = true;
    for (const char *c = p->at; c < end; c++)
        if (!isdigit((unsigned char)*c)) t->is_integer = false;
    t->integer = t->is_integer ? (int64_t)t->number : 0;
    p->at = end;
    return t;
}

/* An expression that is one item of an index list or an argument list. */
static const Nt *parse_item(Parser *p) {
    if (!accept(p, "@")) return parse_expr(p);
    if (accept(p, "(")) {
        const Nt *e = parse_expr(p);
        if (!e || !expect(p, ")")) return NULL;
        return node(p, NT_each, 1, &e);
    }
    Nt *t = node(p, NT_list, 0, NULL);
    return (t->name = parse_name(p)) ? t : NULL;
}

static bool parse_items(Parser *p, const char *close, NtVec *out) {
    if (accept(p, close)) return true;
    do {
        const Nt *e = parse_item(p);
        if (!e) return false;
        vec_push(p->a, out, e);
    } while (accept(p, ","));
    return expect(p, close);
}

/* name | @name, each with an optional :extent */
static bool parse_axes(Parser *p, const char *close, bool extents, AxisVec *out) {
    if (accept(p, close)) return true;
    do {
        NtAxis x = {.list = accept(p, "@")};
        if (!(x.name = parse_name(p))) return false;
        if (extents && accept(p, ":") && !(x.extent = parse_expr(p))) return false;
        vec_push(p->a, out, x);
    } while (accept(p, ","));
    return expect(p, close);
}

static bool combine_of(const char *name, Combine *c) {
    static const char *const names[] = {"sum", "prod", "max", "min"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(names[i], name)) {
            *c = (Combine)i;
            return true;
        }
    return false;
}

static const Nt *parse_unary(Parser *p);

/* Factors joined by '*': what a reduction runs over. */
static const Nt *parse_product(Parser *p) {
    const Nt *t = parse_unary(p);
    while (t && accept(p, "*")) {
        const Nt *y = parse_unary(p);
        if (!y) return NULL;
        t = node_fn(p, FN_mul, t, y);
    }
    return t;
}

/* max(k) x is a reduction, max(a, 0) a call: an operand follows the closing parenthesis of the former. */
static const Nt *parse_reduce(Parser *p, Combine c) {
    const char *start = p->at, *error = p->error;
    AxisVec axes = {0};
    bool ok = expect(p, "(") && parse_axes(p, ")", true, &axes);
    skip(p);
    if (!ok ||
        !(starts_name((unsigned char)*p->at) || isdigit((unsigned char)*p->at) || *p->at == '(' || *p->at == '#')) {
        p->at = start;
        p->error = error;
        return NULL;
    }
    const Nt *body = parse_product(p);
    Nt *t = node(p, NT_reduce, 1, &body);
    if (!t) return NULL;
    t->combine = c;
    t->axis = axes.at;
    t->naxis = (int)axes.n;
    return t;
}

static const Nt *parse_named(Parser *p) {
    const char *name = parse_name(p);
    Combine c;
    if (!name) return NULL;
    if (combine_of(name, &c) && looking_at(p, "(")) {
        const Nt *r = parse_reduce(p, c);
        if (r || p->error) return r;
    }
    NtVec args = {0};
    bool maybe = !strncmp(p->at, "?[", 2);
    NtKind kind = NT_name;
    if (maybe) p->at++;
    if (maybe || looking_at(p, "[")) {
        kind = NT_index;
        if (!expect(p, "[") || !parse_items(p, "]", &args)) return NULL;
    } else if (accept(p, "(")) {
        kind = NT_call;
        if (!parse_items(p, ")", &args)) return NULL;
    }
    Nt *t = node(p, kind, (int)args.n, args.at);
    t->name = name;
    t->maybe = maybe;
    return t;
}

static const Nt *parse_primary(Parser *p) {
    skip(p);
    if (accept(p, "(")) {
        const Nt *e = parse_expr(p);
        return e && expect(p, ")") ? e : NULL;
    }
    if (accept(p, "#")) {
        Nt *t = node(p, NT_extent, 0, NULL);
        return (t->name = parse_name(p)) ? t : NULL;
    }
    if (accept(p, "\"")) {
        size_t len = strcspn(p->at, "\"");
        Nt *t = node(p, NT_string, 0, NULL);
        t->name = arena_strndup(p->a, p->at, len);
        p->at += len;
        return expect(p, "\"") ? t : NULL;
    }
    if (isdigit((unsigned char)*p->at)) return parse_number(p);
    return parse_named(p);
}

static const Nt *parse_unary(Parser *p) {
    static const struct {
        const char *token;
        Fn fn;
    } prefix[] = {{"-", FN_neg}, {"!", FN_not}, {"~", FN_bitnot}};
    if (++p->depth > MAX_DEPTH) return fail(p, "less nesting");
    const Nt *t = NULL;
    size_t i = 0;
    while (i < 3 && !accept(p, prefix[i].token)) i++;
    if (i < 3) {
        const Nt *x = parse_unary(p);
        t = x ? node_fn(p, prefix[i].fn, x, NULL) : NULL;
    } else {
        t = parse_primary(p);
    }
    p->depth--;
    return t;
}

static const struct {
    const char *token;
    Fn fn;
    int level;
} infix[] = {{"||", FN_or, 0},    {"&&", FN_and, 1}, {"|", FN_bitor, 2}, {"^", FN_bitxor, 3},
             {"&", FN_bitand, 4}, {"==", FN_eq, 5},  {"!=", FN_ne, 5},   {"<=", FN_le, 6},
             {">=", FN_ge, 6},    {"<", FN_lt, 6},   {">", FN_gt, 6},    {"+", FN_add, 7},
             {"-", FN_sub, 7},    {"*", FN_mul, 8},  {"/", FN_div, 8},   {"%", FN_mod, 8}};
#define INFIX_COUNT (sizeof infix / sizeof *infix)
#define INFIX_LEVELS 9

static const Nt *parse_infix(Parser *p, int level) {
    if (level == INFIX_LEVELS) return parse_unary(p);
    const Nt *t = parse_infix(p, level + 1);
    while (t) {
        size_t i = 0;
        while (i < INFIX_COUNT && !looking_at(p, infix[i].token)) i++;
        if (i == INFIX_COUNT || infix[i].level != level) break;
        p->at += strlen(infix[i].token);
        const Nt *y = parse_infix(p, level + 1);
        t = y ? node_fn(p, infix[i].fn, t, y) : NULL;
    }
    return t;
}

static const Nt *parse_expr(Parser *p) {
    if (++p->depth > MAX_DEPTH) return fail(p, "less nesting");
    const Nt *t = parse_infix(p, 0);
    if (t && accept(p, "?")) {
        const Nt *x = parse_expr(p);
        const Nt *y = x && expect(p, ":") ? parse_expr(p) : NULL;
        const Nt *args[3] = {t, x, y};
        t = y ? node(p, NT_cond, 3, args) : NULL;
    }
    p->depth--;
    return t;
}

static bool parse_names(Parser *p, const char *const **names, int *count) {
    Vec(const char *) v = {0};
    do {
        const char *s = parse_name(p);
        if (!s) return false;
        vec_push(p->a, &v, s);
    } while (accept(p, ","));
    *names = v.at;
    *count = (int)v.n;
    return true;
}

static bool parse_stage(Parser *p, NtStage *s) {
    AxisVec axes = {0};
    if (!(s->target = parse_name(p)) || !expect(p, "[") || !parse_axes(p, "]", false, &axes)) return false;
    s->axis = axes.at;
    s->naxis = (int)axes.n;
    if (accept(p, ":")) {
        const char *t = parse_name(p);
        if (!t) return false;
        if ((s->dtype = dtype_parse(t)) == DT_none) return fail(p, "an element type") != NULL;
    }
    return expect(p, "=") && (s->value = parse_expr(p)) != NULL;
}

static bool parse_notation(Parser *p, Notation *n) {
    if (!parse_names(p, &n->in, &n->nin) || !expect(p, "->") || !parse_names(p, &n->out, &n->nout)) return false;
    if (accept(p, "[")) {
        n->view = VIEW_axis;
        if (!(n->view_attr = parse_name(p))) return false;
        if (!strcmp(n->view_attr, "from")) {
            n->view = VIEW_from;
            if (!(n->view_attr = parse_name(p))) return false;
        }
        if (!expect(p, "]")) return false;
    }
    if (!expect(p, ":")) return false;
    Vec(NtStage) stages = {0};
    do {
        NtStage s = {0};
        if (!parse_stage(p, &s)) return false;
        vec_push(p->a, &stages, s);
    } while (accept(p, ";"));
    n->stage = stages.at;
    n->nstage = (int)stages.n;
    return true;
}

static bool at_end(Parser *p) {
    skip(p);
    return !*p->at || fail(p, "the end") != NULL;
}

const Notation *notation_parse(Arena *a, const char *text, const char **error) {
    Parser p = {.a = a, .text = text, .at = text};
    Notation *n = arena_new_of(a, Notation);
    bool ok = parse_notation(&p, n) && at_end(&p);
    *error = p.error;
    return ok ? n : NULL;
}

const Nt *notation_parse_expr(Arena *a, const char *text, const char **error) {
    Parser p = {.a = a, .text = text, .at = text};
    const Nt *t = parse_expr(&p);
    if (t && !at_end(&p)) t = NULL;
    *error = p.error;
    return t;
}
