/* Dimension expressions as text, their evaluation, and shapes. */
#include "base/size.h"
#include "ir/dim_table.h"
#include "ir/internal.h"
#include <inttypes.h>
#include <string.h>

/* ---- print: sums of products as in C, `/` is floor division, `%` floor modulo ---- */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static void print_name(const char *name, Str *out) {
    bool plain = is_letter(*name) && strcmp(name, "min") != 0 && strcmp(name, "max") != 0;
    for (const char *c = name; *c && plain; c++) plain = is_letter(*c) || is_digit(*c) || *c == '.';
    if (plain)
        str_add(out, name);
    else
        str_add_quoted(out, name);
}

static void print_poly(const SymTable *s, uint32_t poly, Str *out);

/* An operand of / or %: in parentheses unless it is a name, a number >= 0 or a call. */
static void print_operand(const SymTable *s, uint32_t poly, Str *out) {
    const Poly *p = &s->poly.at[poly];
    bool bare = p->n == 0;
    if (p->n == 1) {
        const Mono *m = &s->mono.at[p->term[0].mono];
        AtomKind kind = m->n == 1 ? s->atom.at[m->atom[0]].kind : ATOM_div;
        bare = m->n == 0 ? p->term[0].coef > 0 : p->term[0].coef == 1 && kind != ATOM_div && kind != ATOM_mod;
    }
    if (!bare) str_add(out, "(");
    print_poly(s, poly, out);
    if (!bare) str_add(out, ")");
}

static void print_atom(const SymTable *s, uint32_t atom, bool alone, Str *out) {
    const Atom *x = &s->atom.at[atom];
    if (x->kind == ATOM_name) {
        print_name(x->name, out);
    } else if (x->kind == ATOM_div || x->kind == ATOM_mod) {
        if (!alone) str_add(out, "(");
        print_operand(s, x->arg[0], out);
        str_add(out, x->kind == ATOM_div ? "/" : "%");
        print_operand(s, x->arg[1], out);
        if (!alone) str_add(out, ")");
    } else {
        str_add(out, x->kind == ATOM_min ? "min" : "max");
        for (uint32_t i = 0; i < x->nargs; i++) {
            str_add(out, i ? "," : "(");
            print_poly(s, x->arg[i], out);
        }
        str_add(out, ")");
    }
}

static void print_poly(const SymTable *s, uint32_t poly, Str *out) {
    const Poly *p = &s->poly.at[poly];
    if (p->n == 0) str_add(out, "0");
    for (uint32_t i = 0; i < p->n; i++) {
        const Mono *m = &s->mono.at[p->term[i].mono];
        int64_t c = p->term[i].coef;
        if (c < 0)
            str_add(out, "-");
        else if (i)
            str_add(out, "+");
        int64_t size = c < 0 ? -c : c;
        bool number = size != 1 || m->n == 0;
        if (number) str_addf(out, "%" PRId64, size);
        for (uint32_t k = 0; k < m->n; k++) {
            if (k || number) str_add(out, "*");
            print_atom(s, m->atom[k], m->n == 1 && c == 1, out);
        }
    }
}

bool dim_valid(const SymTable *s, Dim d) {
    return d >= 0 || sym_has(s, d);
}

void dim_print(const SymTable *s, Dim d, Str *out) {
    if (d >= 0)
        str_addf(out, "%" PRId64, d);
    else if (!sym_has(s, d))
        str_add(out, "!");
    else
        print_poly(s, (uint32_t)(-1 - d), out);
}

/* ---- parse ---- */

enum { PARSE_DEPTH = 2 * MAX_DEPTH + 16 };

typedef struct {
    SymTable *s;
    const char *at;
    int depth;
} Reader;

static bool read_sum(Reader *r, DimX *out);

static void skip_space(Reader *r) {
    while (*r->at == ' ' || *r->at == '\t') r->at++;
}

static bool eat(Reader *r, char c) {
    skip_space(r);
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static int hex(char c) {
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_quoted(Reader *r, Str *name) {
    for (r->at++; *r->at != '"'; r->at++) {
        char c = *r->at;
        if (!c) return false;
        if (c == '\\') {
            c = *++r->at;
            int high = c == 'x' ? hex(r->at[1]) : -1, low = high >= 0 ? hex(r->at[2]) : -1;
            if (c == 'x') {
                if (low < 0 || high * 16 + low == 0) return false;
                c = (char)(high * 16 + low);
                r->at += 2;
            } else if (c == 'n' || c == 't') {
                c = c == 'n' ? '\n' : '\t';
            } else if (c != '"' && c != '\\') {
                return false;
            }
        }
        str_addn(name, &c, 1);
    }
    r->at++;
    return true;
}

static bool read_number(Reader *r, DimX *out) {
    int64_t v = 0;
    for (; is_digit(*r->at); r->at++)
        if (!size_mul(v, 10, &v) || !size_add(v, *r->at - '0', &v)) return false;
    *out = dimx_number(v);
    return true;
}

static bool read_extreme(Reader *r, bool max, DimX *out) {
    DimX x;
    if (!read_sum(r, out)) return false;
    while (eat(r, ',')) {
        if (!read_sum(r, &x)) return false;
        *out = max ? dimx_max(r->s, *out, x) : dimx_min(r->s, *out, x);
    }
    return eat(r, ')');
}

static bool read_name(Reader *r, DimX *out) {
    const char *from = r->at;
    while (is_letter(*r->at) || is_digit(*r->at) || *r->at == '.') r->at++;
    size_t n = (size_t)(r->at - from);
    bool min = n == 3 && memcmp(from, "min", 3) == 0, max = n == 3 && memcmp(from, "max", 3) == 0;
    if ((min || max) && eat(r, '(')) return read_extreme(r, max, out);
    char small[64];
    char *name = n < sizeof small ? small : arena_alloc(r->s->arena, n + 1);
    memcpy(name, from, n);
    name[n] = 0;
    *out = dimx(dim_symbol(r->s, name));
    return true;
}

static bool read_primary(Reader *r, DimX *out) {
    skip_space(r);
    if (is_digit(*r->at)) return read_number(r, out);
    if (is_letter(*r->at)) return read_name(r, out);
    if (*r->at == '"') {
        Str name = str_new(r->s->arena);
        if (!read_quoted(r, &name)) return false;
        *out = dimx(dim_symbol(r->s, name.at));
        return true;
    }
    return eat(r, '(') && read_sum(r, out) && eat(r, ')');
}

static bool read_unary(Reader *r, DimX *out) {
    bool minus = false;
    while (eat(r, '-')) minus = !minus;
    if (!read_primary(r, out)) return false;
    if (minus) *out = dimx_sub(r->s, dimx_number(0), *out);
    return true;
}

static bool read_product(Reader *r, DimX *out) {
    DimX x;
    if (!read_unary(r, out)) return false;
    for (;;) {
        skip_space(r);
        char op = *r->at;
        if (op != '*' && op != '/' && op != '%') return true;
        r->at++;
        if (!read_unary(r, &x)) return false;
        *out = op == '*' ? dimx_mul(r->s, *out, x) : op == '/' ? dimx_floordiv(r->s, *out, x) : dimx_mod(r->s, *out, x);
    }
}

static bool read_sum(Reader *r, DimX *out) {
    DimX x;
    if (r->depth == PARSE_DEPTH) return false;
    r->depth++;
    bool ok = read_product(r, out);
    while (ok) {
        skip_space(r);
        char op = *r->at;
        if (op != '+' && op != '-') break;
        r->at++;
        ok = read_product(r, &x);
        if (ok) *out = op == '+' ? dimx_add(r->s, *out, x) : dimx_sub(r->s, *out, x);
    }
    r->depth--;
    return ok;
}

bool dim_parse(SymTable *s, const char **text, Dim *out) {
    Reader r = {.s = s, .at = *text};
    DimX x = {0};
    bool ok = read_sum(&r, &x);
    *text = r.at;
    *out = ok ? dim_of(x) : DIM_BAD;
    return *out != DIM_BAD;
}

/* ---- evaluate ---- */

typedef struct {
    SymTable *s;
    int64_t (*value_of)(void *ctx, const char *name);
    void *ctx;
} Bind;

static DimX bind_poly(const Bind *b, uint32_t poly);

static DimX bind_atom(const Bind *b, uint32_t atom) {
    const Atom x = b->s->atom.at[atom];
    if (x.kind == ATOM_name) {
        int64_t v = b->value_of(b->ctx, x.name);
        return v >= 0 ? dimx_number(v) : dimx(dim_symbol(b->s, x.name));
    }
    DimX r = bind_poly(b, x.arg[0]);
    for (uint32_t i = 1; i < x.nargs; i++) {
        DimX y = bind_poly(b, x.arg[i]);
        r = x.kind == ATOM_div   ? dimx_floordiv(b->s, r, y)
            : x.kind == ATOM_mod ? dimx_mod(b->s, r, y)
            : x.kind == ATOM_min ? dimx_min(b->s, r, y)
                                 : dimx_max(b->s, r, y);
    }
    return r;
}

/* Expressions are at most MAX_DEPTH deep and MAX_SIZE long. */
static DimX bind_poly(const Bind *b, uint32_t poly) {
    const Poly p = b->s->poly.at[poly];
    DimX sum = dimx_number(0);
    for (uint32_t i = 0; i < p.n; i++) {
        const Mono m = b->s->mono.at[p.term[i].mono];
        DimX product = dimx_number(p.term[i].coef);
        for (uint32_t k = 0; k < m.n; k++) product = dimx_mul(b->s, product, bind_atom(b, m.atom[k]));
        sum = dimx_add(b->s, sum, product);
    }
    return sum;
}

Dim dim_bind(SymTable *s, Dim d, int64_t (*value_of)(void *ctx, const char *name), void *ctx) {
    if (d >= 0) return d;
    if (!sym_has(s, d)) return DIM_BAD;
    Bind b = {s, value_of, ctx};
    return dim_of(bind_poly(&b, (uint32_t)(-1 - d)));
}

/* ---- shapes ---- */

bool shape_known(const Shape *s) {
    for (int i = 0; i < s->rank; i++)
        if (!dim_known(s->dim[i])) return false;
    return s->rank >= 0;
}

bool shape_equal(const Shape *a, const Shape *b) {
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}

int64_t shape_count(const Shape *s) {
    int64_t count;
    return shape_known(s) && size_product(s->dim, s->rank, &count) ? count : -1;
}

void shape_print(const SymTable *s, const Shape *shape, Str *out) {
    str_add(out, shape->rank < 0 ? "[?" : "[");
    for (int i = 0; i < shape->rank; i++) {
        if (i) str_add(out, ",");
        dim_print(s, shape->dim[i], out);
    }
    str_add(out, "]");
}

Shape shape_of(int rank, const int64_t *dims) {
    Shape s = {.rank = (int8_t)(rank < 0 || rank > MAX_RANK ? -1 : rank)};
    for (int i = 0; i < s.rank; i++) s.dim[i] = dims[i];
    return s;
}
