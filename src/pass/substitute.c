#include "pass/substitute.h"

typedef struct {
    const char *pattern;
    Op unary; /* or */
    MakeFn *make;
} Rule;

#define UNARY(op, pattern) {pattern, OP_##op, NULL},
#define MAKE(function, pattern) {pattern, OP_none, make_##function},
static const Rule rule[] = {
#include "pass/substitute.def"
};
#undef UNARY
#undef MAKE
#define RULES (sizeof rule / sizeof *rule)

static bool apply(Rw *r, const Rule *rule_, const Match *m) {
    if (rule_->make) return rule_->make(r, m);
    return make_elementwise(r, m, rule_->unary, NO_VALUE, NULL);
}

/* The root keeps its name; where it has none, that of the first node inside that has one. */
static const char *name_of(Rw *r, const Match *m) {
    for (int i = 0; i < m->n; i++)
        if (*rw_at(r, m->node[i])->name) return rw_at(r, m->node[i])->name;
    return "";
}

static bool substitute(Rw *r, const Pattern *const *pattern, NodeId n) {
    Op op = rw_at(r, n)->op;
    for (size_t k = 0; k < RULES; k++) {
        Match m;
        if (pattern_root(pattern[k]) != op || !pattern_match(r, pattern[k], n, &m)) continue;
        const char *name = name_of(r, &m);
        if (!apply(r, &rule[k], &m)) continue;
        if (!*rw_at(r, n)->name) r->g->node.at[n].name = name;
        return true;
    }
    return false;
}

bool pass_substitute(Graph *g, PassContext *c) {
    const Pattern *pattern[RULES];
    for (size_t k = 0; k < RULES; k++) {
        pattern[k] = pattern_parse(c->tmp, rule[k].pattern);
        if (pattern[k]) continue;
        return diag_error(c->diag, (Loc){.file = g->file}, NULL, "bad pattern %s", rule[k].pattern);
    }
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n; n++) {
        if (rw_at(&r, n)->op == OP_none || rw_out(&r, n) == NO_VALUE) continue;
        if (!dtype_is_float(g->value.at[rw_out(&r, n)].dtype)) continue;
        while (rw_at(&r, n)->op != OP_none && substitute(&r, pattern, n)) c->hits++;
    }
    return rw_end(&r);
}
