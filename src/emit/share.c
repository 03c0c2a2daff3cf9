/* Kernels whose C differs in numbers alone become one function with parameters: extents, distances in memory, scales. Their
 * bodies are rendered with the numbers marked; where the text between them is the same, each number that is not the same in
 * all of them is a parameter, a multiple of one, or a product of two. That is what the calls then say, and nothing has to be
 * proved: with its own numbers in their places the text is each kernel's C. */
#include "emit/c_number.h"
#include "emit/package.h"
#include "base/size.h"

/* A number of a family of kernels: one value a member. */
typedef struct {
    NumberKind kind;
    int64_t *value;     /* of integers; else texts */
    const char **text;
    const char *name;   /* wished for */
    uint32_t first;     /* place where it occurs first */
    const char *as;     /* what it is made of, NULL: it is a parameter */
    const char *called; /* that parameter */
} Quantity;

typedef struct {
    uint32_t function;
    Numbers number;
} Member;

typedef struct {
    Arena *arena;
    Program *p;
    const char *key, *index_type;
    Vec(Member) member;
    Vec(Quantity) quantity;
    uint32_t *of; /* one a number: its quantity, UINT32_MAX: the same in all members */
    int64_t *times; /* so many times that */
} Family;

static bool whole(NumberKind k) { return k == NUMBER_index || k == NUMBER_i32; }

static const char *text_of(const Family *f, uint32_t member, uint32_t number) {
    return f->member.at[member].number.at[number].text;
}

static bool varies(const Family *f, uint32_t number) {
    for (uint32_t i = 1; i < f->member.n; i++)
        if (strcmp(text_of(f, i, number), text_of(f, 0, number))) return true;
    return false;
}

/* ---- numbers that are multiples of each other ---- */

/* value = times * unit, with the first number that is not 0 positive. */
static int64_t in_units(int64_t *value, uint32_t n) {
    int64_t unit = 0;
    for (uint32_t i = 0; i < n; i++) unit = size_gcd(unit, value[i]);
    for (uint32_t i = 0; i < n; i++)
        if (value[i]) {
            unit = value[i] < 0 ? -unit : unit;
            break;
        }
    for (uint32_t i = 0; i < n; i++) value[i] /= unit;
    return unit;
}

static bool same_quantity(const Family *f, const Quantity *a, const Quantity *b) {
    if (a->kind != b->kind) return false;
    for (uint32_t i = 0; i < f->member.n; i++)
        if (whole(a->kind) ? a->value[i] != b->value[i] : strcmp(a->text[i], b->text[i]) != 0) return false;
    return true;
}

static bool ends_loop(const char *name) { return !strncmp(name, "n_", 2); }

/* The end of a loop names a number best. */
static bool better_name(const char *name, const char *than) {
    return (ends_loop(name) && !ends_loop(than)) || (!strcmp(than, "k") && strcmp(name, "k"));
}

static void add_number(Family *f, uint32_t number) {
    const Number *x = &f->member.at[0].number.at[number];
    Quantity q = {.kind = x->kind, .name = x->name, .first = number};
    f->of[number] = UINT32_MAX;
    f->times[number] = 1;
    if (!varies(f, number)) return;
    q.value = arena_array_of(f->arena, f->member.n, int64_t);
    q.text = arena_array_of(f->arena, f->member.n, const char *);
    for (uint32_t i = 0; i < f->member.n; i++) {
        q.text[i] = text_of(f, i, number);
        if (whole(q.kind)) int_parse(q.text[i], &q.value[i]);
    }
    if (whole(q.kind)) f->times[number] = in_units(q.value, f->member.n);
    for (uint32_t k = 0; k < f->quantity.n; k++)
        if (same_quantity(f, &q, &f->quantity.at[k])) {
            if (better_name(q.name, f->quantity.at[k].name)) f->quantity.at[k].name = q.name;
            f->of[number] = k;
            return;
        }
    f->of[number] = f->quantity.n;
    vec_push(f->arena, &f->quantity, q);
}

/* Units as large as all multiples of them allow: 676 and 1352 are one and two of 676, not 169 and 338 of 4. */
static void widen_units(Family *f) {
    for (uint32_t k = 0; k < f->quantity.n; k++) {
        int64_t unit = 0;
        for (uint32_t i = 0; i < f->member.at[0].number.n; i++)
            if (f->of[i] == k) unit = size_gcd(unit, f->times[i]);
        if (!whole(f->quantity.at[k].kind) || unit < 2) continue;
        for (uint32_t i = 0; i < f->member.at[0].number.n; i++)
            if (f->of[i] == k) f->times[i] /= unit;
        for (uint32_t i = 0; i < f->member.n; i++) f->quantity.at[k].value[i] *= unit;
    }
}

/* ---- numbers that are made of others ---- */

static int64_t largest(const Family *f, const Quantity *q) {
    int64_t most = 0;
    for (uint32_t i = 0; i < f->member.n && whole(q->kind); i++) {
        int64_t v = q->value[i] < 0 ? -q->value[i] : q->value[i];
        if (v > most) most = v;
    }
    return most;
}

static const char *times_text(Arena *a, int64_t times, const char *what) {
    if (times == 1) return what;
    return arena_printf(a, times == -1 ? "-%s%s" : "%s%s", times == -1 ? "" : arena_printf(a, "%lld * ", (long long)times),
                        c_number_in_place(a, what, P_UNARY));
}

/* q = times * x * y, none of these 0 */
static bool product_of(const Family *f, const Quantity *q, const Quantity *x, const Quantity *y, int64_t *times) {
    *times = 0;
    for (uint32_t i = 0; i < f->member.n; i++) {
        int64_t v;
        if (!size_mul(x->value[i], y->value[i], &v) || v <= 0 || q->value[i] <= 0 || q->value[i] % v) return false;
        if (*times && q->value[i] / v != *times) return false;
        *times = q->value[i] / v;
    }
    return true;
}

#define SMALL_NUMBER 64

/* q = times * x + more, a number of the size of a window or a tile */
static bool sum_of(const Family *f, const Quantity *q, const Quantity *x, int64_t *times, int64_t *more) {
    uint32_t k = 1;
    while (k < f->member.n && x->value[k] == x->value[0]) k++;
    if (k == f->member.n || (q->value[k] - q->value[0]) % (x->value[k] - x->value[0])) return false;
    *times = (q->value[k] - q->value[0]) / (x->value[k] - x->value[0]);
    int64_t product;
    for (uint32_t i = 0; i < f->member.n; i++) {
        if (!size_mul(*times, x->value[i], &product) || (i && q->value[i] - product != *more)) return false;
        *more = q->value[i] - product;
    }
    return *times > 0 && *more >= -SMALL_NUMBER && *more <= SMALL_NUMBER;
}

static void make_of(Family *f, Quantity *q, const uint32_t *kept, uint32_t n) {
    Arena *a = f->arena;
    int64_t number = 1, more = 0;
    for (uint32_t i = 0; i < n && !q->as; i++) {
        const Quantity *x = &f->quantity.at[kept[i]];
        if (x->kind == q->kind && sum_of(f, q, x, &number, &more))
            q->as = arena_printf(a, "%s %c %lld", times_text(a, number, x->called), more < 0 ? '-' : '+', (long long)(more < 0 ? -more : more));
    }
    for (uint32_t i = 0; i < n && !q->as; i++)
        for (uint32_t j = i; j < n && !q->as; j++) {
            const Quantity *x = &f->quantity.at[kept[i]], *y = &f->quantity.at[kept[j]];
            if (x->kind == q->kind && y->kind == q->kind && product_of(f, q, x, y, &number))
                q->as = times_text(a, number, arena_printf(a, "%s * %s", x->called, y->called));
        }
}

/* Ends of loops, then from the smallest on: the others are made of them where they can be. */
static int64_t rank(const Family *f, const Quantity *q) {
    return ends_loop(q->name) ? 0 : largest(f, q);
}

static uint32_t choose_parameters(Family *f, uint32_t *kept) {
    Map taken = {0};
    uint32_t n = 0, *order = arena_array_of(f->arena, f->quantity.n + 1, uint32_t);
    names_take(f->arena, &taken, f->key);
    for (uint32_t i = 0; i < f->quantity.n; i++) {
        uint32_t at = i;
        int64_t own = rank(f, &f->quantity.at[i]);
        while (at > 0 && rank(f, &f->quantity.at[order[at - 1]]) > own) order[at] = order[at - 1], at--;
        order[at] = i;
    }
    for (uint32_t i = 0; i < f->quantity.n; i++) {
        Quantity *q = &f->quantity.at[order[i]];
        if (whole(q->kind) && !ends_loop(q->name)) make_of(f, q, kept, n);
        if (q->as) continue;
        q->called = name_unique(f->arena, &taken, q->name);
        q->as = q->called;
        kept[n++] = order[i];
    }
    return n;
}

/* ---- families ---- */

/* Bytes of machine code, about: letters of C. */
static int64_t code_bytes(const char *text) {
    int64_t n = 0;
    for (; *text; text++) n += *text > ' ';
    return n / 3;
}

enum { PARAMETER_BYTES = 8 }; /* of each in each call */

static bool worth_it(const Family *f, uint32_t parameters) {
    int64_t calls = 0;
    for (uint32_t i = 0; i < f->member.n; i++) calls += f->p->function.at[f->member.at[i].function].calls;
    return calls * parameters * PARAMETER_BYTES < (f->member.n - 1) * code_bytes(f->key);
}

static const char *c_type(const Family *f, NumberKind k) {
    return k == NUMBER_index ? f->index_type : k == NUMBER_i32 ? "int32_t" : k == NUMBER_f64 ? "double" : "float";
}

static void write_shared(Arena *a, Family *f, const uint32_t *kept, uint32_t n) {
    SharedFunction *s = arena_new_of(a, SharedFunction);
    const char **parameter = arena_array_of(a, n + 1, const char *), **name = arena_array_of(a, n + 1, const char *);
    uint32_t count = f->member.at[0].number.n;
    const char **number = arena_array_of(a, count + 1, const char *);
    for (uint32_t i = 0; i < n; i++) {
        const Quantity *q = &f->quantity.at[kept[i]];
        name[i] = arena_strdup(a, q->called);
        parameter[i] = arena_printf(a, "%s %s", c_type(f, q->kind), q->called);
    }
    for (uint32_t i = 0; i < count; i++)
        if (f->of[i] != UINT32_MAX) number[i] = arena_strdup(a, times_text(f->arena, f->times[i], f->quantity.at[f->of[i]].as));
    *s = (SharedFunction){f->member.at[0].function, n, parameter, name, number};
    Function *first = &f->p->function.at[s->first];
    for (uint32_t i = 0; i < f->member.n; i++) {
        Function *x = &f->p->function.at[f->member.at[i].function];
        const char **given = arena_array_of(a, n + 1, const char *);
        for (uint32_t k = 0; k < n; k++) {
            const Quantity *q = &f->quantity.at[kept[k]];
            given[k] = whole(q->kind) ? arena_printf(a, "%lld", (long long)q->value[i]) : arena_strdup(a, q->text[i]);
        }
        x->shared = s;
        x->given = given;
        for (uint32_t k = 0; k < x->nest->buf.n; k++) first->aliased[k] |= x->aliased[k];
    }
}

static void share_family(Arena *a, Family *f) {
    uint32_t count = f->member.at[0].number.n;
    f->of = arena_array_of(f->arena, count + 1, uint32_t);
    f->times = arena_array_of(f->arena, count + 1, int64_t);
    for (uint32_t i = 0; i < count; i++) add_number(f, i);
    widen_units(f);
    uint32_t *kept = arena_array_of(f->arena, f->quantity.n + 1, uint32_t);
    uint32_t n = choose_parameters(f, kept);
    for (uint32_t i = 1; i < n; i++) /* in the order in which they occur */
        for (uint32_t k = i; k > 0 && f->quantity.at[kept[k - 1]].first > f->quantity.at[kept[k]].first; k--) {
            uint32_t t = kept[k];
            kept[k] = kept[k - 1];
            kept[k - 1] = t;
        }
    if (worth_it(f, n)) write_shared(a, f, kept, n);
}

/* The signature and the body without numbers. */
static const char *family_key(Arena *a, const Program *p, const Function *f, Member *m, const char **index_type) {
    Str marked = str_new(a), key = str_new(a);
    c_marked_body(p, f, index_type, &marked);
    str_addf(&key, "%s %d", *index_type, f->scratch_bytes > 0);
    for (uint32_t i = 0; i < f->nest->buf.n; i++) {
        const Buffer *b = &f->nest->buf.at[i];
        bool inside = b->kind == BUF_local || b->kind == BUF_table;
        str_addf(&key, " %d %d %s", b->kind, b->dtype, inside ? "" : b->name);
    }
    str_add(&key, "\n");
    c_numbers_split(marked.at, &key, &m->number);
    return key.at;
}

void emit_share(Arena *a, Program *p) {
    Arena *tmp = arena_new("kernels that differ in numbers");
    Map known = {0};
    Vec(Family) family = {0};
    for (uint32_t i = 0; i < p->function.n; i++) {
        const Function *f = &p->function.at[i];
        if (f->parallel || f->lift || f->rows) continue;
        Member m = {.function = i};
        const char *index_type, *key = family_key(tmp, p, f, &m, &index_type);
        uint32_t at = map_get(&known, key);
        if (at == MAP_NONE) {
            const Family alone = {.arena = tmp, .p = p, .key = key, .index_type = index_type};
            map_set(tmp, &known, key, at = family.n);
            vec_push(tmp, &family, alone);
        }
        vec_push(tmp, &family.at[at].member, m);
    }
    for (uint32_t i = 0; i < family.n; i++)
        if (family.at[i].member.n > 1) share_family(a, &family.at[i]);
    arena_free(tmp);
}
