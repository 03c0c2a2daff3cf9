/* Programs traced as text and numbers; the numbers as polynomials of the sizes; the comparison of all sizes. */
#include "plan/general.h"
#include "base/size.h"
#include "nest/internal.h"
#include "plan/storage.h"

/* What a program is, but for numbers, as text; and the numbers in the same order. */
typedef struct {
    Arena *arena;
    Str text;
    Vec(int64_t) number;
    Vec(ExprId) at;     /* of each number: the expression that it is, NO_EXPR: none */
    Vec(uint32_t) of;   /* the function */
    Vec(size_t) begin;  /* of each function's text */
    Vec(int64_t) bytes; /* of arrays and tensors: not part of the code, and the largest count */
    Nest *n;
    const LoopTree *t;
    uint32_t function;
} Trace;

enum { POWERS = 3, TERMS = 27, MOST_TEXT = 64 << 20 };

/* A number as c[0] + c[1] u + c[2] u^2 + c[3] v + c[4] u v ...: digits of the place, to the base 3, are the powers. */
typedef struct {
    int64_t c[TERMS];
} Sum;

/* ---- programs as text and numbers ---- */

static void number(Trace *s, int64_t v, ExprId e) {
    str_addn(&s->text, "#", 1);
    vec_push(s->arena, &s->number, v);
    vec_push(s->arena, &s->at, e);
    vec_push(s->arena, &s->of, s->function);
}

/* Do divisions of indices print as C's? */
static bool plain_division(const Trace *s, ExprId e) {
    Range r;
    return x_range(s->n, x_arg(s->n, e, 0), &r) && r.lo >= 0 && x_range(s->n, x_arg(s->n, e, 1), &r) && r.lo > 0;
}

static void expression(Trace *s, ExprId e) {
    if (e == NO_EXPR || s->text.n > MOST_TEXT) {
        str_addn(&s->text, "_", 1);
        return;
    }
    Expr x = *x_get(s->n, e);
    str_addf(&s->text, "(%d %d%d ", x.kind, x.dtype, x.is_index);
    if (x.kind == X_int) {
        number(s, x.i, e);
    } else if (x.kind == X_real) {
        bool whole = x.f != 0 && x.f == (double)(int64_t)(x.f > -1e15 && x.f < 1e15 ? x.f : 0);
        if (whole)
            number(s, (int64_t)x.f, e);
        else
            str_addf(&s->text, "%a", x.f);
    } else if (x.kind == X_load) {
        str_addf(&s->text, "%u", x.id);
        expression(s, x_load_offset(s->n, e));
    } else {
        str_addf(&s->text, "%u", x.id);
        if (x.kind == X_var) str_addf(&s->text, "v%lld", (long long)x.i);
        if (x.kind == X_fn && x.is_index && (x.id == FN_div || x.id == FN_mod)) str_add(&s->text, plain_division(s, e) ? "+" : "-");
        for (int i = 0; i < x.narg; i++) expression(s, x_arg(s->n, e, i));
    }
    str_addn(&s->text, ")", 1);
}

static void node(Trace *s, const LoopNode *x) {
    bool has_var = x->kind == LOOP_var || x->kind == LOOP_set || x->kind == LOOP_fold;
    str_addf(&s->text, "\n%d a%u v%u b%u c%d %d%d %u{", x->kind, x->axis, has_var ? x->var : 0,
             x->kind == LOOP_store ? x->buf : 0, x->combine, x->unroll, x->parallel, x->body.n);
    expression(s, x->lo);
    expression(s, x->hi);
    expression(s, x->value);
    expression(s, x->offset);
    for (int i = 0; i < x->nindex; i++) expression(s, x->index[i]);
    for (uint32_t i = 0; i < x->body.n; i++) node(s, x->body.at[i]);
    str_addn(&s->text, "}", 1);
}

static void function(Trace *s, const Function *f) {
    s->n = f->nest;
    s->t = f->tree;
    for (uint32_t i = 0; i < f->nest->buf.n; i++) {
        const Buffer *b = &f->nest->buf.at[i];
        str_addf(&s->text, "\nbuf %d %d %d %d", b->kind, b->dtype, b->rank, f->tree->scratch_offset[i] >= 0);
        if (b->kind == BUF_table) str_addn(&s->text, b->table, (size_t)(buffer_elements(b) * dtype_info[b->dtype].bytes));
        int64_t bytes = dtype_info[b->dtype].bytes;
        for (int k = 0; k < b->rank; k++)
            if (b->stride[k]) bytes *= b->dim[k]; /* of the others there is one slice */
        if (f->tree->scratch_offset[i] >= 0) vec_push(s->arena, &s->bytes, bytes);
    }
    for (uint32_t i = 0; i < f->tree->var.n; i++) {
        const LoopVar *v = &f->tree->var.at[i];
        str_addf(&s->text, "\nvar %d %d %d", v->dtype, v->lanes, v->ndim);
        for (int k = 0; k < v->ndim; k++) str_addf(&s->text, " %lld", (long long)v->dim[k]);
    }
    node(s, f->tree->root);
}

/* Inputs and outputs first: their numbers come before all others. */
static void ports(Trace *s, const Graph *g) {
    for (uint32_t i = 0; i < g->input.n + g->output.n; i++) {
        const Value *v = &g->value.at[i < g->input.n ? g->input.at[i] : g->output.at[i - g->input.n]];
        str_addf(&s->text, "port %d %d ", v->dtype, v->shape.rank);
        for (int k = 0; k < v->shape.rank; k++) number(s, v->shape.dim[k], NO_EXPR);
    }
}

static void trace(Trace *s, Arena *a, const Program *p) {
    *s = (Trace){.arena = a, .text = str_new(a), .function = UINT32_MAX};
    ports(s, p->graph);
    for (uint32_t i = 0; i < p->weight.n; i++) str_addf(&s->text, "\nweight %d", p->weight.at[i].dtype);
    for (uint32_t i = 0; i < p->step.n; i++) {
        const ProgramStep *x = &p->step.at[i];
        str_addf(&s->text, "\nstep %d %u:", x->kind, x->function);
        for (uint32_t k = 0; k < x->narg; k++) {
            const Arg *g = &x->arg[k];
            bool arena = g->kind == ARG_arena;
            str_addf(&s->text, " %d %u %u %lld", g->kind, g->index, g->value, arena ? 0 : (long long)g->offset);
            if (arena && g->value != NO_VALUE)
                vec_push(a, &s->bytes, value_bytes(p->graph, g->value));
        }
    }
    for (s->function = 0; s->function < p->function.n; s->function++) {
        vec_push(a, &s->begin, s->text.n);
        function(s, &p->function.at[s->function]);
    }
}

/* Where the texts begin to differ: a function's name, or "the list of kernels". */
static const char *difference(const Trace *x, const Trace *y, const Program *p) {
    size_t at = 0;
    uint32_t f = 0;
    while (at < x->text.n && at < y->text.n && x->text.at[at] == y->text.at[at]) at++;
    while (f < x->begin.n && x->begin.at[f] <= at) f++;
    return f ? arena_printf(x->arena, "kernel %s is another", p->function.at[f - 1].name) : "other kernels or constants are needed";
}

static bool same_text(const Trace *x, const Trace *y) {
    return x->text.n == y->text.n && x->number.n == y->number.n && x->bytes.n == y->bytes.n &&
           !memcmp(x->text.at, y->text.at, x->text.n);
}

/* ---- numbers as sums ---- */

typedef struct {
    Arena *arena;
    const SizeRange *range;
    uint32_t n;
    GeneralBuild *build;
    void *ctx;
    Diag *diag;
    int64_t u[GENERAL_SIZES][POWERS]; /* in steps: where the sums are found */
    uint32_t terms;                   /* POWERS to the power of n */
    Program *program[TERMS], *most;   /* at the points, and at the largest sizes */
    Trace trace[TERMS], largest;
    Sum *sum; /* one a number */
} General;

static const char *size_text(const General *q, const int64_t *u) {
    Str s = str_new(q->arena);
    for (uint32_t i = 0; i < q->n; i++)
        str_addf(&s, "%s%s %lld", i ? ", " : "", q->range[i].name, (long long)(u[i] * q->range[i].step));
    return s.at;
}

static Program *at_size(General *q, Arena *a, const int64_t *u, bool memory) {
    int64_t size[GENERAL_SIZES];
    for (uint32_t i = 0; i < q->n; i++) size[i] = u[i] * q->range[i].step;
    return q->build(q->ctx, a, size, memory);
}

static bool prime(int64_t v) {
    for (int64_t d = 2; d * d <= v; d++)
        if (v % d == 0) return false;
    return true;
}

/* Sizes that have little in common with each other and with the model's numbers; they may lie outside the ranges. */
static void choose(General *q) {
    int64_t next = 11;
    for (uint32_t i = 0; i < q->n; i++) {
        int64_t lo = q->range[i].low / q->range[i].step;
        for (int k = 0; k < POWERS; k++, next++) {
            if (next < lo) next = lo;
            while (!prime(next)) next++;
            q->u[i][k] = next;
        }
    }
}

/* The power of size i in term k, which is also the place among its three of point k. */
static uint32_t power(uint32_t k, uint32_t i) {
    while (i--) k /= POWERS;
    return k % POWERS;
}

static void point(const General *q, uint32_t k, int64_t *u) {
    for (uint32_t i = 0; i < q->n; i++) u[i] = q->u[i][power(k, i)];
}

static bool refuse(const General *q, const int64_t *u, const char *why) {
    return diag_error(q->diag, (Loc){.field = "--input-shape"}, "give another range or step, or each size a plan of its own",
                      "there is no code for all sizes: at %s %s", size_text(q, u), why);
}

/* Values at three sizes become c[0] + c[step] u + c[2 step] u^2. */
static bool fit_one(const int64_t *u, int64_t *c, uint32_t step) {
    int64_t f = c[0], g = c[step] - f, h = c[2 * step] - c[step];
    if (g % (u[1] - u[0]) || h % (u[2] - u[1])) return false;
    int64_t rise = g / (u[1] - u[0]), bend = h / (u[2] - u[1]) - rise;
    if (bend % (u[2] - u[0])) return false;
    bend /= u[2] - u[0];
    c[0] = f - rise * u[0] + bend * u[0] * u[1];
    c[step] = rise - bend * (u[0] + u[1]);
    c[2 * step] = bend;
    return true;
}

/* The sum that has these values at the points; false where there is none with whole numbers. */
static bool fit(const General *q, int64_t *c) {
    for (uint32_t i = 0, step = 1; i < q->n; i++, step *= POWERS)
        for (uint32_t k = 0; k < q->terms; k++)
            if (!power(k, i) && !fit_one(q->u[i], c + k, step)) return false;
    return true;
}

static int64_t value(const General *q, const Sum *s, const int64_t *u) {
    int64_t total = 0;
    for (uint32_t k = 0; k < q->terms; k++) {
        int64_t product = s->c[k];
        for (uint32_t i = 0; i < q->n; i++)
            for (uint32_t e = power(k, i); e; e--) product *= u[i];
        total += product;
    }
    return total;
}

static const char *number_trouble(const General *q, const Trace *t, uint32_t i, const Program *p) {
    const char *where = t->of.at[i] == UINT32_MAX ? "the shape of an input or output"
                                                  : arena_printf(q->arena, "a number of kernel %s", p->function.at[t->of.at[i]].name);
    return arena_printf(q->arena, "%s, %lld, is no sum of products of the sizes", where, (long long)t->number.at[i]);
}

/* Constants are those of the largest sizes: the others' are their first elements. NULL, or the name of one that is not. */
static const char *other_constant(const General *q, const Program *p) {
    Arena *tmp = arena_new("constants");
    const char *name = NULL;
    for (uint32_t i = 0; i < p->weight.n && !name; i++) {
        const Tensor *x = tensor_contents(p->weight.at[i].tensor, tmp), *y = tensor_contents(q->most->weight.at[i].tensor, tmp);
        size_t bytes = x->bytes < y->bytes ? x->bytes : y->bytes;
        if (bytes && memcmp(x->data, y->data, bytes))
            name = arena_printf(q->arena, "the constant '%s' is another", name_comment(q->arena, p->weight.at[i].source));
    }
    arena_free(tmp);
    return name;
}

/* NULL, or why the program p, which is t, needs other code than that at the largest sizes. */
static const char *trouble(const General *q, const Trace *t, const Program *p) {
    if (!same_text(t, &q->largest)) return difference(t, &q->largest, p);
    return other_constant(q, p);
}

static bool find_sums(General *q) {
    int64_t u[GENERAL_SIZES];
    for (uint32_t k = 0; k < q->terms; k++) {
        point(q, k, u);
        q->program[k] = at_size(q, q->arena, u, false);
        if (!q->program[k]) return refuse(q, u, "the model cannot be compiled");
        for (uint32_t i = 0; i < q->program[k]->step.n; i++)
            if (q->program[k]->step.at[i].kind != CALL_call) return refuse(q, u, "there is an If or a Loop");
        trace(&q->trace[k], q->arena, q->program[k]);
        if (q->trace[k].text.n > MOST_TEXT) return refuse(q, u, "a kernel is too long");
        const char *why = trouble(q, &q->trace[k], q->program[k]);
        if (why) return refuse(q, u, why);
    }
    q->sum = arena_array_of(q->arena, q->trace[0].number.n + 1, Sum);
    for (uint32_t i = 0; i < q->trace[0].number.n; i++) {
        for (uint32_t k = 0; k < q->terms; k++) q->sum[i].c[k] = q->trace[k].number.at[i];
        if (!fit(q, q->sum[i].c)) return refuse(q, u, number_trouble(q, &q->trace[0], i, q->program[0]));
    }
    return true;
}

/* ---- is it so at other sizes? ---- */

static bool check(General *q, const int64_t *u) {
    Arena *tmp = arena_new("a size");
    Program *p = at_size(q, tmp, u, false);
    Trace t;
    const char *why = p ? NULL : "the model cannot be compiled";
    if (p) trace(&t, tmp, p);
    if (p) why = trouble(q, &t, p);
    for (uint32_t i = 0; !why && i < t.number.n; i++)
        if (value(q, &q->sum[i], u) != t.number.at[i]) why = number_trouble(q, &t, i, p);
    for (uint32_t i = 0; !why && i < p->weight.n; i++)
        if (p->weight.at[i].elements > q->most->weight.at[i].elements) why = "a constant is larger than at the largest sizes";
    for (uint32_t i = 0; !why && i < t.bytes.n; i++)
        if (t.bytes.at[i] > q->largest.bytes.at[i]) why = "a tensor is larger than at the largest sizes";
    bool ok = !why || refuse(q, u, why);
    arena_free(tmp);
    return ok;
}

/* All sizes, or every so many of them and the bounds. */
static bool check_all(General *q) {
    int64_t limit = (int64_t)2000000000 / (q->most->weight_bytes + 1), total = 1, count[GENERAL_SIZES], u[GENERAL_SIZES];
    limit = limit > 512 ? 512 : limit < 32 ? 32 : limit;
    for (uint32_t i = 0; i < q->n; i++) {
        count[i] = q->range[i].high / q->range[i].step - q->range[i].low / q->range[i].step + 1;
        if (!size_mul(total, count[i], &total)) total = INT64_MAX;
    }
    for (uint32_t k = 0; k < 1u << q->n; k++) { /* the bounds */
        for (uint32_t i = 0; i < q->n; i++) u[i] = (k >> i & 1 ? q->range[i].high : q->range[i].low) / q->range[i].step;
        if (!check(q, u)) return false;
    }
    for (int64_t at = 0; at < (total < limit ? total : limit); at++) {
        int64_t rest = total <= limit ? at : (int64_t)((double)total / (double)limit * (double)at) + at % 7;
        for (uint32_t i = 0; i < q->n; i++) {
            u[i] = q->range[i].low / q->range[i].step + rest % count[i];
            rest /= count[i];
        }
        if (!check(q, u)) return false;
    }
    return true;
}

/* ---- the program ---- */

/* `8 * height * width + 3` */
static const char *sum_text(const General *q, Program *p, const Sum *s, uint32_t *used) {
    Str out = str_new(q->arena);
    int terms = 0;
    for (uint32_t k = q->terms; k-- > 0;) {
        int64_t c = s->c[k];
        if (!c) continue;
        str_add(&out, terms ? (c < 0 ? " - " : " + ") : c < 0 ? "-" : "");
        if (c < 0) c = -c;
        bool first = !k || c != 1;
        if (first) str_addf(&out, "%lld", (long long)c);
        for (uint32_t i = 0; i < q->n; i++)
            for (uint32_t e = power(k, i); e; e--) {
                str_addf(&out, "%s%s", first ? " * " : "", p->size.at[i].name);
                first = true;
                *used |= 1u << i;
            }
        terms++;
    }
    return terms ? out.at : "0";
}

static bool constant(const Sum *s) {
    for (int k = 1; k < TERMS; k++)
        if (s->c[k]) return false;
    return true;
}

static bool same_sum(const Sum *x, const Sum *y) { return !memcmp(x, y, sizeof *x); }

/* The texts for the numbers of the program at point k; false where one number would have two. */
static bool lift(General *q, uint32_t k, Program *out) {
    const Trace *t = &q->trace[k];
    for (uint32_t f = 0; f < out->function.n; f++) {
        Function *x = &out->function.at[f];
        *x = q->program[k]->function.at[f];
        x->nlift = x->nest->expr.n;
        x->lift = arena_array_of(q->arena, x->nlift + 1, const char *);
        x->lift_uses = arena_array_of(q->arena, x->nlift + 1, uint32_t);
        x->sizes = arena_new_of(q->arena, uint32_t);
    }
    IdMap seen = {0};
    for (uint32_t i = 0; i < t->number.n; i++) {
        if (t->at.at[i] == NO_EXPR) continue;
        uint64_t key = (uint64_t)t->of.at[i] << 32 | t->at.at[i];
        uint32_t before = idmap_get(&seen, key);
        if (before != MAP_NONE && !same_sum(&q->sum[before], &q->sum[i])) return false;
        idmap_set(q->arena, &seen, key, i);
        if (before != MAP_NONE || constant(&q->sum[i])) continue;
        Function *x = &out->function.at[t->of.at[i]];
        x->lift_wide |= !x_get(x->nest, t->at.at[i])->is_index;
        x->lift[t->at.at[i]] = sum_text(q, out, &q->sum[i], &x->lift_uses[t->at.at[i]]);
    }
    return true;
}

/* A name that no kernel has. */
static const char *free_name(General *q, const Program *out, const char *wish) {
    static const char *const own[] = {"io", "dims", "arena", "base", "scratch"};
    for (int k = 1;; k++) {
        const char *name = k == 1 ? wish : arena_printf(q->arena, "%s_%d", wish, k);
        bool taken = name[0] == 't' && name[1] && !name[1 + strspn(name + 1, "0123456789")]; /* as temporaries are called */
        for (size_t i = 0; i < sizeof own / sizeof *own; i++) taken |= !strcmp(own[i], name);
        for (uint32_t i = 0; i < out->size.n; i++) taken |= !strcmp(out->size.at[i].name, name);
        for (uint32_t f = 0; f < q->program[0]->function.n; f++) {
            const Function *x = &q->program[0]->function.at[f];
            for (uint32_t i = 0; i < x->nest->buf.n; i++) taken |= !strcmp(x->nest->buf.at[i].name, name);
            for (uint32_t i = 0; i < x->nest->axis.n; i++)
                taken |= !strcmp(x->nest->axis.at[i].name, name) || !strcmp(x->nest->axis.at[i].base, name);
            for (uint32_t i = 0; i < x->tree->var.n; i++) taken |= !strcmp(x->tree->var.at[i].name, name);
        }
        if (!taken) return name;
    }
}

/* Scratch memory and arguments are those of the largest sizes. */
static bool assemble(General *q, Program **result) {
    const Program *most = q->most;
    Program *out = arena_copy(q->arena, most, sizeof *out);
    memset(&out->function, 0, sizeof out->function);
    memset(&out->size, 0, sizeof out->size);
    for (uint32_t i = 0; i < q->n; i++) {
        const SizeRange *r = &q->range[i];
        const char *name = r->step == 1 ? r->name : arena_printf(q->arena, "%s_%lld", r->name, (long long)r->step);
        const ProgramSize size = {free_name(q, out, name), r->name, r->step};
        vec_push(q->arena, &out->size, size);
    }
    for (uint32_t f = 0; f < most->function.n; f++) vec_push(q->arena, &out->function, most->function.at[f]);
    for (uint32_t k = 0; k < q->terms; k++) {
        if (!lift(q, q->terms - 1 - k, out)) continue;
        for (uint32_t f = 0; f < most->function.n; f++) {
            Function *x = &out->function.at[f];
            const Function *large = &most->function.at[f];
            x->name = large->name;
            x->meaning = large->meaning;
            x->macs = large->macs;
            x->scratch_bytes = large->scratch_bytes;
            x->tree->scratch_offset = large->tree->scratch_offset;
            x->largest = large->nest;
        }
        out->port_dim = arena_array_of(q->arena, q->trace[0].number.n + 1, const char *);
        for (uint32_t i = 0, used = 0; i < q->trace[0].number.n && q->trace[0].at.at[i] == NO_EXPR; i++)
            out->port_dim[i] = sum_text(q, out, &q->sum[i], &used);
        *result = out;
        return true;
    }
    int64_t u[GENERAL_SIZES];
    point(q, 0, u);
    return refuse(q, u, "a number has two meanings");
}

Program *program_general(Arena *a, const SizeRange *range, uint32_t n, GeneralBuild *build, void *ctx, Diag *d) {
    General q = {.arena = a, .range = range, .n = n, .build = build, .ctx = ctx, .diag = d, .terms = 1};
    int64_t high[GENERAL_SIZES];
    Program *out = NULL;
    choose(&q);
    for (uint32_t i = 0; i < n; i++) q.terms *= POWERS;
    for (uint32_t i = 0; i < n; i++) high[i] = range[i].high / range[i].step;
    if (!(q.most = at_size(&q, a, high, true))) return refuse(&q, high, "the model cannot be compiled"), NULL;
    trace(&q.largest, a, q.most);
    return find_sums(&q) && check_all(&q) && assemble(&q, &out) ? out : NULL;
}
