/* Loops that threads share. The loop becomes a function over a range of its iterations, what it needs of the kernel a
 * struct, and in the loop's place the pool is called:
 *     static void net_conv_part(const float *restrict x, float *restrict y, int begin, int end) {
 *         for (int oc = begin; oc < end; oc++) ...
 *     }
 *     struct net_conv_part { const float *x; float *y; };
 *     static void net_conv_part_call(const void *arg, int64_t begin, int64_t end, int thread) { ... }
 *     ... tenon_pool_run(pool, 2, net_conv_part_call, &(const struct net_conv_part){x, y}, 64);
 * Parameters of a function keep `restrict`, which compilers ignore elsewhere; therefore the two functions. */
#include "emit/c_internal.h"

enum { MAX_CHAIN = 2 * MAX_RANK };

const char *c_fresh(const Emit *m, const char *wish) {
    const char *name = wish;
    for (int k = 2;; k++) {
        bool free = c_name_free(m, name);
        for (uint32_t i = 0; free && i < m->n->axis.n; i++) /* loops that are not open yet want theirs */
            free = strcmp(m->n->axis.at[i].name, name) && strcmp(m->n->axis.at[i].base, name);
        if (free) return name;
        name = arena_printf(m->arena, "%s_%d", wish, k);
    }
}

/* ---- the loops ---- */

static bool has_numbers(const Nest *n, const LoopNode *x) {
    return x_get(n, x->lo)->kind == X_int && x_get(n, x->hi)->kind == X_int;
}

static int64_t iterations(const Nest *n, const LoopNode *x) {
    return x_get(n, x->hi)->i - x_get(n, x->lo)->i;
}

/* The loop and those straight inside it that are shared with it, as one. */
static int find_chain(const Nest *n, const LoopNode *x, const LoopNode **chain) {
    int count = 0;
    for (;; x = x->body.at[0]) {
        chain[count++] = x;
        if (count == MAX_CHAIN || x->body.n != 1) return count;
        const LoopNode *y = x->body.at[0];
        if (y->kind != LOOP_for || !y->parallel || !has_numbers(n, y)) return count;
    }
}

/* `const int oh = begin / 7 % 14;` for each loop of the chain. */
static void chain_places(Emit *m, const LoopNode *const *chain, int count, const char *at, Str *out) {
    int64_t below = 1;
    Str line[MAX_CHAIN];
    for (int i = count - 1; i >= 0; i--) {
        int64_t own = iterations(m->n, chain[i]), first = x_get(m->n, chain[i]->lo)->i;
        line[i] = str_new(m->arena);
        str_addf(&line[i], "        const %s %s = %s", m->index_type, c_axis_name(m, chain[i]->axis), at);
        if (below > 1) str_addf(&line[i], " / %lld", (long long)below);
        if (i > 0) str_addf(&line[i], " %% %lld", (long long)own);
        if (first) str_addf(&line[i], " + %lld", (long long)first);
        below *= own;
    }
    for (int i = 0; i < count; i++) str_addf(out, "%s;\n", line[i].at);
}

static void chain_open(Emit *m, const LoopNode *const *chain, int count) {
    for (int i = 0; i < count; i++) {
        c_call_axis(m, chain[i]->axis);
        vec_push(m->arena, &m->around, chain[i]->axis);
    }
}

static void loops(Emit *m, const LoopNode *const *chain, int count, Str *out) {
    const LoopNode *last = chain[count - 1];
    int64_t first = x_get(m->n, last->lo)->i;
    chain_open(m, chain, count);
    const char *at = c_axis_name(m, last->axis);
    Str places = str_new(m->arena), inner = str_new(m->arena);
    if (count > 1 || first) {
        at = c_fresh(m, "part");
        vec_push(m->arena, &m->open, at);
        chain_places(m, chain, count, at, &places);
    }
    for (int i = 0; i < count; i++) m->used_axis[chain[i]->axis] = false;
    for (uint32_t i = 0; i < last->body.n; i++) c_statement(m, last->body.at[i], 2, &inner);
    for (int i = 0; i < count && places.n; i++)
        if (!m->used_axis[chain[i]->axis]) str_addf(&places, "        (void)%s;\n", c_axis_name(m, chain[i]->axis));
    m->open.n -= (uint32_t)count + (count > 1 || first);
    m->around.n -= (uint32_t)count;
    str_addf(out, "    for (%s %s = %s; %s < %s; %s++) {\n%s%s    }\n", m->index_type, at, m->begin, at, m->end, at,
             places.at, inner.at);
}

/* ---- what they need of the kernel ---- */

typedef struct {
    const char *name, *parameter, *field; /* `x`, `const float *restrict x`, `const float *x` */
    bool scratch;
} Need;
typedef Vec(Need) Needs;

static void need_buffers(const Emit *m, Needs *out) {
    for (uint32_t i = 0; i < m->n->buf.n; i++) {
        const Buffer *b = &m->n->buf.at[i];
        if (!m->used[i] || b->kind == BUF_local || b->kind == BUF_table) continue;
        Str parameter = str_new(m->arena);
        c_parameter(m, i, &parameter);
        const char *field =
            arena_printf(m->arena, "%s%s", emit_pointer(b->dtype, b->kind == BUF_out), b->name);
        vec_push(m->arena, out, ((Need){b->name, parameter.at, field, false}));
    }
}

/* Variables of the kernel that were declared before the loops, and the loops around. */
static void need_others(Emit *m, const bool *declared, Needs *out) {
    for (uint32_t i = 0; i < m->t->var.n; i++) {
        const LoopVar *v = &m->t->var.at[i];
        if (!m->used_var[i] || !declared[i]) continue;
        const char *text = arena_printf(m->arena, "%s %s%s", c_register_type(v->dtype), v->ndim ? "*" : "", v->name);
        vec_push(m->arena, out, ((Need){v->name, text, text, false}));
    }
    for (uint32_t i = 0; i < m->around.n; i++) {
        AxisId a = m->around.at[i];
        if (!m->used_axis[a]) continue;
        const char *name = c_axis_name(m, a), *text = arena_printf(m->arena, "%s %s", m->index_type, name);
        vec_push(m->arena, out, ((Need){name, text, text, false}));
    }
    const char *memory = "unsigned char *";
    if (m->scratch)
        vec_push(m->arena, out,
                 ((Need){"scratch", arena_printf(m->arena, "%srestrict scratch", memory),
                         arena_printf(m->arena, "%sscratch", memory), true}));
}

/* ---- the functions ---- */

static void write_part(Emit *m, const char *name, const Needs *needs, const Str *text) {
    Str *out = &m->parts;
    str_addf(out, "static void %s(", name);
    for (uint32_t i = 0; i < needs->n; i++) str_addf(out, "%s, ", needs->at[i].parameter);
    str_addf(out, "%s %s, %s %s) {\n%s}\n\n", m->index_type, m->begin, m->index_type, m->end, text->at);
}

static void write_call(Emit *m, const char *name, const Needs *needs) {
    Str *out = &m->parts;
    bool thread = false;
    if (needs->n) {
        str_addf(out, "struct %s {\n", name);
        for (uint32_t i = 0; i < needs->n; i++) str_addf(out, "    %s;\n", needs->at[i].field);
        str_add(out, "};\n\n");
    }
    str_addf(out, "static void %s_call(const void *arg, int64_t begin, int64_t end, int thread) {\n", name);
    if (needs->n) str_addf(out, "    const struct %s *const a = arg;\n", name);
    Str list = str_new(m->arena);
    for (uint32_t i = 0; i < needs->n; i++) {
        const Need *x = &needs->at[i];
        str_addf(&list, "a->%s", x->name);
        if (x->scratch && m->t->scratch_each) {
            str_addf(&list, " + (int64_t)thread * %lld", (long long)m->t->scratch_bytes);
            thread = true;
        }
        str_add(&list, ", ");
    }
    if (!needs->n) str_add(out, "    (void)arg;\n");
    if (!thread) str_add(out, "    (void)thread;\n");
    bool narrow = strcmp(m->index_type, "int") == 0;
    str_addf(out, "    %s(%s%s);\n}\n\n", name, list.at, narrow ? "(int)begin, (int)end" : "begin, end");
}

static void write_run(const Emit *m, const char *name, const Needs *needs, int64_t count, Str *out) {
    str_addf(out, "tenon_pool_run(%s, %d, %s_call, ", m->pool, m->p->threads, name);
    if (!needs->n) str_add(out, "NULL");
    if (needs->n) str_addf(out, "&(const struct %s){", name);
    for (uint32_t i = 0; i < needs->n; i++) str_addf(out, "%s%s", i ? ", " : "", needs->at[i].name);
    str_addf(out, "%s, %lld);\n", needs->n ? "}" : "", (long long)count);
}

/* The variables that the loops declare. */
static void declared_in(const LoopNode *x, bool *declared) {
    if (x->kind == LOOP_var) declared[x->var] = true;
    for (uint32_t i = 0; i < x->body.n; i++) declared_in(x->body.at[i], declared);
}

int c_parallel(Emit *m, const LoopNode *x, Str *out) {
    const Emit outside = *m;
    const LoopNode *chain[MAX_CHAIN];
    Needs needs = {0};
    Str inner = str_new(m->arena), text = str_new(m->arena);
    int count = find_chain(m->n, x, chain);
    int64_t total = 1;
    for (int i = 0; i < count; i++) total *= iterations(m->n, chain[i]);
    m->used = arena_array_of(m->arena, m->n->buf.n + 1, bool);
    m->used_axis = arena_array_of(m->arena, m->n->axis.n + 1, bool);
    m->used_var = arena_array_of(m->arena, m->t->var.n + 1, bool);
    m->inside = true;
    m->scratch = false;
    loops(m, chain, count, &inner);
    c_locals(m, &text);
    str_addn(&text, inner.at, inner.n);
    bool *before = arena_array_of(m->arena, m->t->var.n + 1, bool);
    declared_in(x, before);
    for (uint32_t i = 0; i < m->t->var.n; i++) before[i] = !before[i];
    need_buffers(m, &needs);
    need_others(m, before, &needs);
    const char *name = arena_printf(m->arena, "%s_%s", m->p->name, m->f->part[m->part++]);
    write_part(m, name, &needs, &text);
    write_call(m, name, &needs);
    for (uint32_t i = 0; i < m->n->buf.n; i++)
        outside.used[i] |= m->used[i] && m->n->buf.at[i].kind != BUF_local && m->n->buf.at[i].kind != BUF_table;
    for (uint32_t i = 0; i < m->t->var.n; i++) outside.used_var[i] |= m->used_var[i];
    m->scratch |= outside.scratch;
    m->used = outside.used;
    m->used_axis = outside.used_axis;
    m->used_var = outside.used_var;
    m->inside = false;
    write_run(m, name, &needs, total, out);
    return 1;
}
