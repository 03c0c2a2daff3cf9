/* Constants of several programs of one library, each stored once: equal bytes in the order in which kernels read them. */
#include "emit/package.h"
#include <string.h>

/* A distinct constant. */
typedef struct {
    const Weight *weight;
    uint32_t *of;        /* one a program: its weight that this is, UINT32_MAX where it has none */
    uint32_t programs;   /* that have it */
    uint32_t first;      /* of them */
    uint32_t next;       /* of the same hash, UINT32_MAX at the end */
} Constant;

typedef struct {
    Arena *arena;
    Package *const *program;
    uint32_t n;
    Vec(Constant) list;
    Map by_hash;
} Once;

/* ---- which are equal ---- */

typedef struct {
    uint8_t *at;
    size_t n, place; /* so far */
    bool same;
} Memory;

static bool keep(void *ctx, const void *data, size_t n) {
    Memory *m = ctx;
    if (!n) return true;
    if (n > m->n - m->place) return false;
    memcpy(m->at + m->place, data, n);
    m->place += n;
    return true;
}

static bool compare(void *ctx, const void *data, size_t n) {
    Memory *m = ctx;
    m->same = m->same && n <= m->n - m->place && !memcmp(m->at + m->place, data, n);
    m->place += n;
    return m->same;
}

/* In the file of weights: strings are pointers, and no part of it. */
static size_t stored_bytes(const Weight *w) {
    if (w->dtype == DT_string) return 0;
    return (size_t)w->elements * (size_t)dtype_info[w->dtype].bytes;
}

/* The constant with the bytes and type of w, UINT32_MAX when there is none; m holds the bytes. */
static uint32_t find(const Once *o, const char *key, const Weight *w, Memory *m) {
    for (uint32_t i = map_get(&o->by_hash, key); i != UINT32_MAX; i = o->list.at[i].next) {
        const Weight *other = o->list.at[i].weight;
        if (other->dtype != w->dtype || other->elements != w->elements) continue;
        if (w->dtype == DT_string && !tensor_equal(other->tensor, w->tensor)) continue;
        m->place = 0;
        m->same = true;
        if (!m->n || (program_weight(other, compare, m) && m->place == m->n)) return i;
    }
    return UINT32_MAX;
}

static void add(Once *o, uint32_t program, uint32_t index) {
    const Weight *w = &o->program[program]->p->weight.at[index];
    Arena *tmp = arena_new("a constant");
    Memory m = {.n = stored_bytes(w)};
    m.at = arena_alloc(tmp, m.n + 1);
    if (m.n) program_weight(w, keep, &m);
    const char *key = arena_printf(tmp, "%016llx", (unsigned long long)hash_bytes(m.at, m.n, (uint64_t)w->dtype));
    uint32_t known = find(o, key, w, &m);
    if (known == UINT32_MAX) {
        Constant c = {.weight = w, .of = arena_array_of(o->arena, o->n, uint32_t), .first = program,
                      .next = map_get(&o->by_hash, key)};
        for (uint32_t i = 0; i < o->n; i++) c.of[i] = UINT32_MAX;
        known = o->list.n;
        vec_push(o->arena, &o->list, c);
        map_set(o->arena, &o->by_hash, key, known);
    }
    Constant *c = &o->list.at[known];
    c->programs += c->of[program] == UINT32_MAX;
    if (c->of[program] == UINT32_MAX) c->of[program] = index;
    o->program[program]->stored[index] = known;
    arena_free(tmp);
}

/* ---- what they are called ---- */

/* "NAME_w" where several programs have it, else as the one calls it, "NAME_v4_w". */
static const char *symbol(const Once *o, const Package *library, const Constant *c, Map *taken) {
    if (c->programs == 1) return o->program[c->first]->weight[c->of[c->first]];
    const char *wish = arena_printf(o->arena, "%s_%s", library->name, c->weight->name), *name;
    bool free;
    do {
        name = name_unique(o->arena, taken, wish);
        free = true;
        for (uint32_t i = 0; i < o->n; i++) free &= map_get(&o->program[i]->symbols, name) == MAP_NONE;
    } while (!free);
    return name;
}

/* "for 320x320, 480x640", NULL where it is of all. */
static const char *users(const Once *o, const Package *library, const Constant *c) {
    Str s = str_new(o->arena);
    if (c->programs == o->n) return NULL;
    for (uint32_t i = 0; i < o->n; i++)
        if (c->of[i] != UINT32_MAX)
            str_addf(&s, "%s%s", s.n ? ", " : "for ", o->program[i]->name + strlen(library->name) + 1);
    return s.at;
}

/* What all of its programs are guarded by, NULL where they have nothing in common. */
static const char *macro(const Once *o, const Constant *c) {
    const char *first = o->program[c->first]->macro;
    for (uint32_t i = 0; i < o->n && first; i++)
        if (c->of[i] != UINT32_MAX && (!o->program[i]->macro || strcmp(o->program[i]->macro, first))) return NULL;
    return first;
}

Package *weights_once(const Package *k, const char *name, Package *const *program, uint32_t n) {
    Arena *a = k->arena;
    Once o = {.arena = a, .program = program, .n = n};
    for (uint32_t i = 0; i < n; i++) {
        program[i]->stored = arena_array_of(a, program[i]->p->weight.n + 1, uint32_t);
        for (uint32_t w = 0; w < program[i]->p->weight.n; w++) add(&o, i, w);
    }
    Program *all = arena_copy(a, k->p, sizeof *all);
    Package *out = arena_copy(a, k, sizeof *out);
    *all = (Program){.graph = k->p->graph, .target = k->p->target, .name = name, .arena_align = k->p->arena_align};
    out->p = all;
    out->name = out->outer = out->library = name;
    out->upper = out->outer_upper = name_capitals(a, name);
    out->weight = arena_array_of(a, o.list.n + 1, const char *);
    out->users = arena_array_of(a, o.list.n + 1, const char *);
    out->macros = arena_array_of(a, o.list.n + 1, const char *);
    Map taken = {0};
    for (uint32_t i = 0; i < o.list.n; i++) {
        Weight w = *o.list.at[i].weight;
        w.offset = (all->weight_bytes + 63) / 64 * 64;
        all->weight_bytes = w.offset + (int64_t)stored_bytes(&w);
        vec_push(a, &all->weight, w);
        out->weight[i] = symbol(&o, out, &o.list.at[i], &taken);
        out->users[i] = users(&o, out, &o.list.at[i]);
        out->macros[i] = macro(&o, &o.list.at[i]);
    }
    out->weight_bytes = all->weight_bytes;
    out->has_bin = !k->o->text_weights && all->weight_bytes > 0;
    for (uint32_t i = 0; i < n; i++) {
        program[i]->library = name;
        program[i]->has_bin = out->has_bin;
        for (uint32_t w = 0; w < program[i]->p->weight.n; w++) program[i]->weight[w] = out->weight[program[i]->stored[w]];
    }
    for (uint32_t i = 0; i < n; i++) program[i]->once = out;
    return out;
}
