/* Dimension expressions as sums of products with integer coefficients. What is no polynomial (floor division, modulo,
 * min, max) is an atom over canonical operands, so that equal polynomials over equal atoms are equal ids. */
#include "ir/dim.h"
#include "base/size.h"
#include "ir/dim_table.h"
#include <string.h>

/* ---- the table ---- */

SymTable *sym_new(Arena *a) {
    SymTable *s = arena_new_of(a, SymTable);
    s->arena = a;
    Mono one = {0};
    vec_push(a, &s->mono, one);
    return s;
}

SymTable *sym_copy(Arena *a, const SymTable *from) {
    SymTable *s = arena_new_of(a, SymTable);
    s->arena = a;
    for (uint32_t i = 0; i < from->atom.n; i++) {
        Atom x = from->atom.at[i];
        if (x.name) x.name = arena_strdup(a, x.name);
        x.arg = arena_copy(a, x.arg, x.nargs * sizeof *x.arg);
        vec_push(a, &s->atom, x);
        idmap_set(a, &s->atom_of, x.hash, i);
    }
    for (uint32_t i = 0; i < from->mono.n; i++) {
        Mono m = from->mono.at[i];
        m.atom = arena_copy(a, m.atom, m.n * sizeof *m.atom);
        vec_push(a, &s->mono, m);
        if (m.n) idmap_set(a, &s->mono_of, m.hash, i);
    }
    for (uint32_t i = 0; i < from->poly.n; i++) {
        Poly p = from->poly.at[i];
        p.term = arena_copy(a, p.term, p.n * sizeof *p.term);
        vec_push(a, &s->poly, p);
        idmap_set(a, &s->poly_of, p.hash, i);
    }
    return s;
}

bool sym_has(const SymTable *s, Dim d) {
    return d < 0 && d != DIM_BAD && (uint64_t)(-1 - d) < s->poly.n;
}

/* ---- order: decides how things print, so it must not depend on ids ---- */

static int poly_compare(const SymTable *s, uint32_t a, uint32_t b);

/* Recursion is as deep as expressions are, and those are at most MAX_DEPTH. */
static int atom_compare(const SymTable *s, uint32_t a, uint32_t b) {
    if (a == b) return 0;
    const Atom *x = &s->atom.at[a], *y = &s->atom.at[b];
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->kind == ATOM_name) return strcmp(x->name, y->name);
    for (uint32_t i = 0; i < x->nargs && i < y->nargs; i++) {
        int order = poly_compare(s, x->arg[i], y->arg[i]);
        if (order) return order;
    }
    return x->nargs < y->nargs ? -1 : 1;
}

/* Higher degree first, then in the alphabet: the constant is last. A monomial order. */
static int mono_compare(const SymTable *s, uint32_t a, uint32_t b) {
    if (a == b) return 0;
    const Mono *x = &s->mono.at[a], *y = &s->mono.at[b];
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    for (uint32_t i = 0; i < x->n; i++) {
        int order = atom_compare(s, x->atom[i], y->atom[i]);
        if (order) return order;
    }
    return 0;
}

static int poly_compare(const SymTable *s, uint32_t a, uint32_t b) {
    if (a == b) return 0;
    const Poly *x = &s->poly.at[a], *y = &s->poly.at[b];
    for (uint32_t i = 0; i < x->n && i < y->n; i++) {
        int order = mono_compare(s, x->term[i].mono, y->term[i].mono);
        if (order) return order;
        if (x->term[i].coef != y->term[i].coef) return x->term[i].coef < y->term[i].coef ? -1 : 1;
    }
    return x->n > y->n ? -1 : 1;
}

/* ---- bounds, symbols being >= 0; beyond 2^62 counts as none ---- */

__extension__ typedef __int128 Wide;

static int64_t clamp_lo(Wide v) {
    return v < -FAR ? NO_LO : v > FAR ? FAR : (int64_t)v;
}
static int64_t clamp_hi(Wide v) {
    return v > FAR ? NO_HI : v < -FAR ? -FAR : (int64_t)v;
}

static Range range_scale(Range r, int64_t by) {
    int64_t at_lo = by < 0 ? r.hi : r.lo, at_hi = by < 0 ? r.lo : r.hi;
    bool no_lo = by < 0 ? r.hi == NO_HI : r.lo == NO_LO, no_hi = by < 0 ? r.lo == NO_LO : r.hi == NO_HI;
    return (Range){no_lo ? NO_LO : clamp_lo((Wide)at_lo * by), no_hi ? NO_HI : clamp_hi((Wide)at_hi * by)};
}

static Range range_add(Range a, Range b) {
    return (Range){a.lo == NO_LO || b.lo == NO_LO ? NO_LO : clamp_lo((Wide)a.lo + b.lo),
                   a.hi == NO_HI || b.hi == NO_HI ? NO_HI : clamp_hi((Wide)a.hi + b.hi)};
}

static Range mono_range(const SymTable *s, uint32_t mono) {
    const Mono *m = &s->mono.at[mono];
    Range r = {1, 1};
    for (uint32_t i = 0; i < m->n; i++) {
        Range x = s->atom.at[m->atom[i]].range;
        if (m->n == 1) return x;
        if (x.lo < 0) return (Range){NO_LO, NO_HI};
        r.lo = clamp_lo((Wide)r.lo * x.lo);
        r.hi = r.hi == NO_HI || x.hi == NO_HI ? NO_HI : clamp_hi((Wide)r.hi * x.hi);
    }
    return r;
}

static Range range_div(Range p, Range d) {
    if (d.lo < 0) return (Range){NO_LO, NO_HI};
    if (d.lo == 0) d.lo = 1;
    if (d.hi < d.lo) d.hi = NO_HI;
    Range r = {NO_LO, NO_HI};
    if (p.lo >= 0)
        r.lo = d.hi == NO_HI ? 0 : p.lo / d.hi;
    else if (p.lo != NO_LO)
        r.lo = floor_div(p.lo, d.lo);
    if (p.hi < 0)
        r.hi = d.hi == NO_HI ? -1 : floor_div(p.hi, d.hi);
    else if (p.hi != NO_HI)
        r.hi = p.hi / d.lo;
    return r;
}

static Range range_mod(Range p, Range d) {
    if (d.lo < 0) return (Range){NO_LO, NO_HI};
    Range r = {0, d.hi == NO_HI ? NO_HI : d.hi > 0 ? d.hi - 1 : 0};
    if (p.lo >= 0 && p.hi < r.hi) r.hi = p.hi;
    return r;
}

static Range range_min(Range a, Range b, bool max) {
    if (max) return (Range){a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
    return (Range){a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}

/* ---- interning ---- */

static uint32_t mono_intern(SymTable *s, const uint32_t *atom, uint32_t n) {
    if (n == 0) return MONO_ONE;
    if (n > MAX_DEGREE) return NO_POLY;
    uint64_t h = hash_bytes(atom, n * sizeof *atom, 1);
    uint32_t head = idmap_get(&s->mono_of, h);
    for (uint32_t i = head; i != MAP_NONE; i = s->mono.at[i].next)
        if (s->mono.at[i].n == n && memcmp(s->mono.at[i].atom, atom, n * sizeof *atom) == 0) return i;
    Mono m = {n, arena_copy(s->arena, atom, n * sizeof *atom), h, head};
    vec_push(s->arena, &s->mono, m);
    idmap_set(s->arena, &s->mono_of, h, s->mono.n - 1);
    return s->mono.n - 1;
}

static uint32_t mono_mul(SymTable *s, uint32_t a, uint32_t b) {
    if (a == MONO_ONE) return b;
    if (b == MONO_ONE) return a;
    const Mono x = s->mono.at[a], y = s->mono.at[b];
    uint32_t atom[2 * MAX_DEGREE], n = 0, i = 0, j = 0;
    while (i < x.n || j < y.n) {
        bool first = j == y.n || (i < x.n && atom_compare(s, x.atom[i], y.atom[j]) <= 0);
        atom[n++] = first ? x.atom[i++] : y.atom[j++];
    }
    return mono_intern(s, atom, n);
}

/* a / b, or NO_POLY where b does not divide a. */
static uint32_t mono_div(SymTable *s, uint32_t a, uint32_t b) {
    const Mono x = s->mono.at[a], y = s->mono.at[b];
    if (y.n > x.n) return NO_POLY;
    uint32_t atom[MAX_DEGREE], n = 0, j = 0;
    for (uint32_t i = 0; i < x.n; i++) {
        if (j < y.n && x.atom[i] == y.atom[j])
            j++;
        else
            atom[n++] = x.atom[i];
    }
    return j == y.n ? mono_intern(s, atom, n) : NO_POLY;
}

/* A sum that is being made: terms in order, no zero coefficients. */
typedef struct {
    SymTable *s;
    bool bad;
    uint32_t n;
    Term term[MAX_TERMS];
} Sum;

static void sum_add(Sum *to, int64_t coef, uint32_t mono) {
    if (mono == NO_POLY) to->bad = true;
    if (to->bad || coef == 0) return;
    uint32_t lo = 0, hi = to->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = mono_compare(to->s, mono, to->term[mid].mono);
        if (order == 0) {
            int64_t *c = &to->term[mid].coef;
            if (!size_add(*c, coef, c) || *c == INT64_MIN) to->bad = true;
            if (*c == 0) memmove(&to->term[mid], &to->term[mid + 1], (--to->n - mid) * sizeof *to->term);
            return;
        }
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    if (to->n == MAX_TERMS || coef == INT64_MIN) {
        to->bad = true;
        return;
    }
    memmove(&to->term[lo + 1], &to->term[lo], (to->n++ - lo) * sizeof *to->term);
    to->term[lo] = (Term){coef, mono};
}

/* to += p * coef * mono */
static void sum_add_poly(Sum *to, uint32_t p, int64_t coef, uint32_t mono) {
    if (p == NO_POLY) to->bad = true;
    for (uint32_t i = 0; !to->bad && i < to->s->poly.at[p].n; i++) {
        Term t = to->s->poly.at[p].term[i];
        if (!size_mul(t.coef, coef, &t.coef)) to->bad = true;
        sum_add(to, t.coef, mono_mul(to->s, t.mono, mono));
    }
}

static uint32_t sum_done(Sum *sum) {
    SymTable *s = sum->s;
    if (sum->bad) return NO_POLY;
    Poly p = {.n = sum->n, .range = {0, 0}};
    uint64_t h = 2;
    for (uint32_t i = 0; i < p.n; i++) {
        uint64_t word[2] = {(uint64_t)sum->term[i].coef, sum->term[i].mono};
        h = hash_bytes(word, sizeof word, h);
    }
    uint32_t head = idmap_get(&s->poly_of, h);
    for (uint32_t i = head; i != MAP_NONE; i = s->poly.at[i].next) {
        const Poly *q = &s->poly.at[i];
        uint32_t same = 0;
        while (same < p.n && q->n == p.n && q->term[same].coef == sum->term[same].coef &&
               q->term[same].mono == sum->term[same].mono)
            same++;
        if (same == p.n && q->n == p.n) return i;
    }
    for (uint32_t i = 0; i < p.n; i++) {
        const Mono *m = &s->mono.at[sum->term[i].mono];
        p.range = range_add(p.range, range_scale(mono_range(s, sum->term[i].mono), sum->term[i].coef));
        p.size++;
        for (uint32_t k = 0; k < m->n; k++) {
            const Atom *x = &s->atom.at[m->atom[k]];
            p.size += x->size;
            if (x->depth > p.depth) p.depth = x->depth;
        }
        if (p.size > MAX_SIZE) return NO_POLY;
    }
    p.term = arena_copy(s->arena, sum->term, p.n * sizeof *p.term);
    p.hash = h;
    p.next = head;
    vec_push(s->arena, &s->poly, p);
    idmap_set(s->arena, &s->poly_of, h, s->poly.n - 1);
    return s->poly.n - 1;
}

static uint32_t poly_of_atom(SymTable *s, uint32_t atom) {
    Sum sum = {.s = s};
    sum_add(&sum, 1, mono_intern(s, &atom, 1));
    return sum_done(&sum);
}

static uint32_t poly_number(SymTable *s, int64_t v) {
    Sum sum = {.s = s};
    sum_add(&sum, v, MONO_ONE);
    return sum_done(&sum);
}

static uint32_t atom_intern(SymTable *s, AtomKind kind, const char *name, const uint32_t *arg, uint32_t n) {
    uint64_t h = name ? hash_bytes(name, strlen(name), kind) : hash_bytes(arg, n * sizeof *arg, kind);
    uint32_t head = idmap_get(&s->atom_of, h);
    for (uint32_t i = head; i != MAP_NONE; i = s->atom.at[i].next) {
        const Atom *x = &s->atom.at[i];
        if (x->kind != kind || x->nargs != n) continue;
        if (name ? strcmp(x->name, name) == 0 : memcmp(x->arg, arg, n * sizeof *arg) == 0) return poly_of_atom(s, i);
    }
    Atom x = {.kind = kind, .nargs = n, .size = 1, .depth = 1, .range = {0, NO_HI}, .hash = h, .next = head};
    for (uint32_t i = 0; i < n; i++) {
        const Poly *p = &s->poly.at[arg[i]];
        x.size += p->size;
        if (p->depth >= x.depth) x.depth = p->depth + 1;
        if (i == 0)
            x.range = p->range;
        else if (kind == ATOM_div)
            x.range = range_div(x.range, p->range);
        else if (kind == ATOM_mod)
            x.range = range_mod(x.range, p->range);
        else
            x.range = range_min(x.range, p->range, kind == ATOM_max);
    }
    if (x.depth > MAX_DEPTH || x.size > MAX_SIZE) return NO_POLY;
    x.name = name ? arena_strdup(s->arena, name) : NULL;
    x.arg = arena_copy(s->arena, arg, n * sizeof *arg);
    vec_push(s->arena, &s->atom, x);
    idmap_set(s->arena, &s->atom_of, h, s->atom.n - 1);
    return poly_of_atom(s, s->atom.n - 1);
}

/* ---- in and out ---- */

DimX dimx_number(int64_t n) {
    return (DimX){.is_number = true, .number = n};
}

static const DimX bad = {.sym = DIM_BAD};

bool dimx_bad(DimX x) {
    return !x.is_number && (x.sym >= 0 || x.sym == DIM_BAD);
}

DimX dimx(Dim d) {
    return d >= 0 ? dimx_number(d) : (DimX){.sym = d};
}

Dim dim_of(DimX x) {
    if (dimx_bad(x) || (x.is_number && x.number < 0)) return DIM_BAD;
    return x.is_number ? x.number : x.sym;
}

static uint32_t poly_of(SymTable *s, DimX x) {
    if (dimx_bad(x)) return NO_POLY;
    if (x.is_number) return poly_number(s, x.number);
    return sym_has(s, x.sym) ? (uint32_t)(-1 - x.sym) : NO_POLY;
}

static bool poly_is_number(const SymTable *s, uint32_t p, int64_t *v) {
    const Poly *x = &s->poly.at[p];
    if (x->n > 1 || (x->n == 1 && x->term[0].mono != MONO_ONE)) return false;
    *v = x->n ? x->term[0].coef : 0;
    return true;
}

static DimX dimx_of(const SymTable *s, uint32_t p) {
    int64_t v;
    if (p == NO_POLY) return bad;
    return poly_is_number(s, p, &v) ? dimx_number(v) : (DimX){.sym = -1 - (Dim)p};
}

Dim dim_symbol(SymTable *s, const char *name) {
    return dim_of(dimx_of(s, atom_intern(s, ATOM_name, name, NULL, 0)));
}

/* ---- + - * ---- */

/* a * ka + b * kb */
static uint32_t poly_combine(SymTable *s, uint32_t a, int64_t ka, uint32_t b, int64_t kb) {
    Sum sum = {.s = s};
    sum_add_poly(&sum, a, ka, MONO_ONE);
    sum_add_poly(&sum, b, kb, MONO_ONE);
    return sum_done(&sum);
}

DimX dimx_add(SymTable *s, DimX a, DimX b) {
    int64_t v;
    if (a.is_number && b.is_number) return size_add(a.number, b.number, &v) ? dimx_number(v) : bad;
    return dimx_of(s, poly_combine(s, poly_of(s, a), 1, poly_of(s, b), 1));
}

DimX dimx_sub(SymTable *s, DimX a, DimX b) {
    int64_t v;
    if (a.is_number && b.is_number) return size_sub(a.number, b.number, &v) ? dimx_number(v) : bad;
    return dimx_of(s, poly_combine(s, poly_of(s, a), 1, poly_of(s, b), -1));
}

DimX dimx_mul(SymTable *s, DimX a, DimX b) {
    int64_t v;
    if (a.is_number && b.is_number) return size_mul(a.number, b.number, &v) ? dimx_number(v) : bad;
    uint32_t p = poly_of(s, a), q = poly_of(s, b);
    if (p == NO_POLY || q == NO_POLY || s->poly.at[p].n * s->poly.at[q].n > MAX_STEPS) return bad;
    Sum sum = {.s = s};
    for (uint32_t i = 0; i < s->poly.at[q].n && !sum.bad; i++)
        sum_add_poly(&sum, p, s->poly.at[q].term[i].coef, s->poly.at[q].term[i].mono);
    return dimx_of(s, sum_done(&sum));
}

/* ---- division by a number ---- */

/* The only atom of a term that is 1 * atom, if it is of this kind with a number as its divisor. */
static const Atom *sole_atom(const SymTable *s, Term t, AtomKind kind, int64_t *divisor) {
    const Mono *m = &s->mono.at[t.mono];
    if (t.coef != 1 || m->n != 1) return NULL;
    const Atom *x = &s->atom.at[m->atom[0]];
    return x->kind == kind && poly_is_number(s, x->arg[1], divisor) ? x : NULL;
}

/* r with 0 <= coefficients < c: the greatest common divisor of c and the coefficients beside symbols goes out of r and
 * *c; *rest is what the constant leaves. */
static uint32_t reduce(SymTable *s, Sum *r, int64_t *c, int64_t *factor, int64_t *rest) {
    int64_t g = *c;
    for (uint32_t i = 0; i < r->n; i++)
        if (r->term[i].mono != MONO_ONE) g = size_gcd(g, r->term[i].coef);
    *factor = g;
    *rest = 0;
    *c /= g;
    Sum out = {.s = s};
    for (uint32_t i = 0; i < r->n; i++) {
        if (r->term[i].mono == MONO_ONE) *rest = r->term[i].coef % g;
        sum_add(&out, r->term[i].coef / g, r->term[i].mono);
    }
    return sum_done(&out);
}

/* Splits p in q * c + r with the coefficients of r in [0, c). */
static void split_by(SymTable *s, uint32_t p, int64_t c, Sum *q, Sum *r) {
    for (uint32_t i = 0; i < s->poly.at[p].n; i++) {
        Term t = s->poly.at[p].term[i];
        sum_add(q, floor_div(t.coef, c), t.mono);
        sum_add(r, floor_mod(t.coef, c), t.mono);
    }
}

static int64_t constant_of(const SymTable *s, uint32_t p) {
    const Poly *x = &s->poly.at[p];
    return x->n && x->term[x->n - 1].mono == MONO_ONE ? x->term[x->n - 1].coef : 0;
}

/* floor(p / c), c > 0. Recursion: through atoms inside p, at most MAX_DEPTH. */
static uint32_t div_number(SymTable *s, uint32_t p, int64_t c) {
    if (p == NO_POLY || c == 1) return p;
    Sum q = {.s = s}, r = {.s = s};
    int64_t factor, rest, inner, product, shift;
    split_by(s, p, c, &q, &r);
    uint32_t left = reduce(s, &r, &c, &factor, &rest), quotient = sum_done(&q), part;
    if (left == NO_POLY || quotient == NO_POLY) return NO_POLY;
    Range range = s->poly.at[left].range;
    if (range.lo >= 0 && range.hi < c) return quotient;
    const Poly *l = &s->poly.at[left];
    int64_t k = constant_of(s, left);
    const Atom *x = l->n == 1u + (k != 0) ? sole_atom(s, l->term[0], ATOM_div, &inner) : NULL;
    if (c == 1) {
        part = left;
    } else if (x && size_mul(inner, c, &product) && size_mul(inner, k, &shift)) {
        /* floor((floor(y / inner) + k) / c) = floor((y + inner * k) / (inner * c)) */
        part = div_number(s, poly_combine(s, x->arg[0], 1, poly_number(s, shift), 1), product);
    } else {
        uint32_t arg[2] = {left, poly_number(s, c)};
        part = arg[1] == NO_POLY ? NO_POLY : atom_intern(s, ATOM_div, NULL, arg, 2);
    }
    return poly_combine(s, quotient, 1, part, 1);
}

/* p mod c, c > 0. */
static uint32_t mod_number(SymTable *s, uint32_t p, int64_t c) {
    if (p == NO_POLY) return NO_POLY;
    Sum q = {.s = s}, r = {.s = s};
    int64_t factor, rest, inner;
    split_by(s, p, c, &q, &r);
    uint32_t left = reduce(s, &r, &c, &factor, &rest), part;
    if (left == NO_POLY) return NO_POLY;
    Range range = s->poly.at[left].range;
    const Poly *l = &s->poly.at[left];
    int64_t k = constant_of(s, left);
    const Atom *x = l->n == 1u + (k != 0) ? sole_atom(s, l->term[0], ATOM_mod, &inner) : NULL;
    if (c == 1) {
        part = poly_number(s, 0);
    } else if (range.lo >= 0 && range.hi < c) {
        part = left;
    } else if (x && inner > 0 && inner % c == 0) {
        part = mod_number(s, poly_combine(s, x->arg[0], 1, poly_number(s, k), 1), c);
    } else {
        uint32_t arg[2] = {left, poly_number(s, c)};
        part = arg[1] == NO_POLY ? NO_POLY : atom_intern(s, ATOM_mod, NULL, arg, 2);
    }
    return poly_combine(s, part, factor, poly_number(s, rest), 1);
}

/* ---- division by an expression ---- */

/* p / d where d divides p, else NO_POLY: long division by the leading term. */
static uint32_t div_exact(SymTable *s, uint32_t p, uint32_t d) {
    Sum rest = {.s = s}, q = {.s = s};
    sum_add_poly(&rest, p, 1, MONO_ONE);
    Term lead = s->poly.at[d].term[0];
    uint32_t steps = 0;
    while (rest.n && !rest.bad && !q.bad && (steps += s->poly.at[d].n) <= MAX_STEPS) {
        Term t = rest.term[0];
        uint32_t mono = mono_div(s, t.mono, lead.mono);
        if (mono == NO_POLY || t.coef % lead.coef != 0) return NO_POLY;
        sum_add(&q, t.coef / lead.coef, mono);
        sum_add_poly(&rest, d, -(t.coef / lead.coef), mono);
    }
    return rest.n || rest.bad ? NO_POLY : sum_done(&q);
}

/* The common factor of all coefficients of p and d, with the sign of d's first. */
static int64_t common_factor(const SymTable *s, uint32_t p, uint32_t d) {
    int64_t g = 0;
    for (uint32_t i = 0; i < s->poly.at[p].n; i++) g = size_gcd(g, s->poly.at[p].term[i].coef);
    for (uint32_t i = 0; i < s->poly.at[d].n; i++) g = size_gcd(g, s->poly.at[d].term[i].coef);
    return s->poly.at[d].term[0].coef < 0 ? -g : g;
}

static uint32_t poly_shrink(SymTable *s, uint32_t p, int64_t g) {
    Sum sum = {.s = s};
    for (uint32_t i = 0; i < s->poly.at[p].n; i++)
        sum_add(&sum, s->poly.at[p].term[i].coef / g, s->poly.at[p].term[i].mono);
    return sum_done(&sum);
}

/* The terms of p that the one term of d divides, divided: q; the others: r. */
static void split_by_term(SymTable *s, uint32_t p, uint32_t d, Sum *q, Sum *r) {
    Term by = s->poly.at[d].term[0];
    bool single = s->poly.at[d].n == 1;
    for (uint32_t i = 0; i < s->poly.at[p].n; i++) {
        Term t = s->poly.at[p].term[i];
        uint32_t mono = single && t.coef % by.coef == 0 ? mono_div(s, t.mono, by.mono) : NO_POLY;
        if (mono != NO_POLY)
            sum_add(q, t.coef / by.coef, mono);
        else
            sum_add(r, t.coef, t.mono);
    }
}

/* Floor division (mod false) or modulo of p by an expression that is no number. */
static uint32_t div_poly(SymTable *s, uint32_t p, uint32_t d, bool mod) {
    int64_t v;
    if (p == NO_POLY || d == NO_POLY) return NO_POLY;
    uint32_t exact = div_exact(s, p, d);
    if (exact != NO_POLY) return mod ? poly_number(s, 0) : exact;
    Sum q = {.s = s}, r = {.s = s};
    split_by_term(s, p, d, &q, &r);
    uint32_t quotient = sum_done(&q), left = sum_done(&r);
    if (quotient == NO_POLY || left == NO_POLY) return NO_POLY;
    int64_t g = common_factor(s, left, d);
    left = poly_shrink(s, left, g);
    d = poly_shrink(s, d, g);
    if (left == NO_POLY || d == NO_POLY) return NO_POLY;
    Range lr = s->poly.at[left].range, dr = s->poly.at[d].range;
    bool small = lr.lo >= 0 && lr.hi < dr.lo;
    uint32_t arg[2] = {left, d}, part;
    if (small || (poly_is_number(s, left, &v) && v == 0))
        part = mod ? left : poly_number(s, 0);
    else
        part = atom_intern(s, mod ? ATOM_mod : ATOM_div, NULL, arg, 2);
    return mod ? poly_combine(s, part, g, poly_number(s, 0), 1) : poly_combine(s, quotient, 1, part, 1);
}

static DimX divide(SymTable *s, DimX a, DimX b, bool mod) {
    if (dimx_bad(a) || dimx_bad(b)) return bad;
    if (!b.is_number) return dimx_of(s, div_poly(s, poly_of(s, a), poly_of(s, b), mod));
    int64_t c = b.number;
    if (c == 0 || c == INT64_MIN || (a.is_number && a.number == INT64_MIN)) return bad;
    if (a.is_number) return dimx_number(mod ? floor_mod(a.number, c) : floor_div(a.number, c));
    uint32_t p = poly_of(s, a), zero = poly_number(s, 0);
    if (c < 0) p = poly_combine(s, p, -1, zero, 1);
    uint32_t r = mod ? mod_number(s, p, c < 0 ? -c : c) : div_number(s, p, c < 0 ? -c : c);
    return dimx_of(s, mod && c < 0 ? poly_combine(s, r, -1, zero, 1) : r);
}

DimX dimx_floordiv(SymTable *s, DimX a, DimX b) {
    return divide(s, a, b, false);
}

DimX dimx_mod(SymTable *s, DimX a, DimX b) {
    return divide(s, a, b, true);
}

/* ---- min, max ---- */

/* 1: a >= b everywhere, -1: a <= b everywhere, 0: not known. */
static int known_order(SymTable *s, uint32_t a, uint32_t b) {
    uint32_t d = poly_combine(s, a, 1, b, -1);
    if (d == NO_POLY) return 0;
    return s->poly.at[d].range.lo >= 0 ? 1 : s->poly.at[d].range.hi <= 0 ? -1 : 0;
}

/* Adds p to the operands of a min or max in order, leaving out what another one decides. */
static bool extreme_add(SymTable *s, uint32_t *arg, uint32_t *n, uint32_t p, bool max) {
    int order[MAX_ARGS];
    for (uint32_t i = 0; i < *n; i++) {
        order[i] = p == arg[i] ? 1 : known_order(s, arg[i], p);
        if (p == arg[i] || (max ? order[i] > 0 : order[i] < 0)) return true;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++)
        if (order[i] == 0) arg[kept++] = arg[i];
    *n = kept;
    if (kept == MAX_ARGS) return false;
    uint32_t at = kept;
    while (at > 0 && poly_compare(s, p, arg[at - 1]) < 0) {
        arg[at] = arg[at - 1];
        at--;
    }
    arg[at] = p;
    ++*n;
    return true;
}

static DimX extreme(SymTable *s, DimX a, DimX b, bool max) {
    if (dimx_bad(a) || dimx_bad(b)) return bad;
    AtomKind kind = max ? ATOM_max : ATOM_min;
    uint32_t arg[MAX_ARGS], n = 0, side[2] = {poly_of(s, a), poly_of(s, b)};
    for (int i = 0; i < 2; i++) {
        if (side[i] == NO_POLY) return bad;
        const Poly *p = &s->poly.at[side[i]];
        const Mono *m = p->n == 1 && p->term[0].coef == 1 ? &s->mono.at[p->term[0].mono] : NULL;
        const Atom *x = m && m->n == 1 ? &s->atom.at[m->atom[0]] : NULL;
        const uint32_t *from = x && x->kind == kind ? x->arg : &side[i];
        uint32_t count = x && x->kind == kind ? x->nargs : 1;
        for (uint32_t k = 0; k < count; k++)
            if (!extreme_add(s, arg, &n, from[k], max)) return bad;
    }
    return dimx_of(s, n == 1 ? arg[0] : atom_intern(s, kind, NULL, arg, n));
}

DimX dimx_min(SymTable *s, DimX a, DimX b) {
    return a.is_number && b.is_number ? (a.number < b.number ? a : b) : extreme(s, a, b, false);
}

DimX dimx_max(SymTable *s, DimX a, DimX b) {
    return a.is_number && b.is_number ? (a.number > b.number ? a : b) : extreme(s, a, b, true);
}
