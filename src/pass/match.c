#include "pass/match.h"
#include "base/str.h"
#include <ctype.h>
#include <string.h>

typedef enum { PART_NODE, PART_ANY, PART_TENSOR, PART_NUMBER, PART_LITERAL } PartKind;

typedef struct {
    PartKind kind;
    Op op;
    int letter; /* -1: none */
    int swap;   /* bit of a commutative node in the mask of operand orders, -1: none */
    int narg, arg[3];
    double literal;
} Part;

struct Pattern {
    Part part[40];
    int n, root, swaps;
};

typedef struct {
    const char *at;
    Pattern *p;
    bool ok;
} Reader;

static void space(Reader *t) {
    while (*t->at == ' ') t->at++;
}

static int read_part(Reader *t, int depth);

static void read_node(Reader *t, int id, int depth) {
    char name[40];
    size_t k = strspn(t->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    Part *part = &t->p->part[id];
    if (k >= sizeof name || t->at[k] != '(') {
        t->ok = false;
        return;
    }
    memcpy(name, t->at, k);
    name[k] = 0;
    part->kind = PART_NODE;
    part->op = op_find(name);
    t->ok &= part->op != OP_none;
    part->swap = op_commutes(part->op) ? t->p->swaps++ : -1;
    for (t->at += k; t->ok && (*t->at == '(' || *t->at == ',') && part->narg < 3;) {
        t->at++;
        space(t);
        part->arg[part->narg++] = read_part(t, depth + 1);
        space(t);
    }
    t->ok &= *t->at == ')';
    if (t->ok) t->at++;
}

static int read_part(Reader *t, int depth) {
    if (t->p->n == (int)(sizeof t->p->part / sizeof *t->p->part) || depth > 16) {
        t->ok = false;
        return 0;
    }
    int id = t->p->n++;
    Part *part = &t->p->part[id];
    *part = (Part){.kind = PART_ANY, .letter = -1, .swap = -1};
    if (*t->at == '@' || *t->at == '#') part->kind = *t->at++ == '@' ? PART_TENSOR : PART_NUMBER;
    if (islower((unsigned char)*t->at)) {
        part->letter = *t->at++ - 'a';
        if (*t->at != ':') return id;
        t->at++;
    }
    if (isupper((unsigned char)*t->at)) {
        read_node(t, id, depth);
    } else {
        char *end;
        part->kind = PART_LITERAL;
        t->ok &= float_parse(t->at, &end, &part->literal);
        t->at = end;
    }
    return id;
}

const Pattern *pattern_parse(Arena *a, const char *text) {
    Reader t = {text, arena_new_of(a, Pattern), true};
    t.p->root = read_part(&t, 0);
    return t.ok && !*t.at && t.p->part[t.p->root].kind == PART_NODE && t.p->swaps < 10 ? t.p : NULL;
}

Op pattern_root(const Pattern *p) { return p->part[p->root].op; }

/* ---- matching -------------------------------------------------------------------------------------------------- */

/* First meeting of a letter notes the value, later ones compare. */
static bool bind(Match *m, int letter, ValueId v) {
    if (letter < 0) return true;
    if (m->value[letter] == NO_VALUE) m->value[letter] = v;
    return m->value[letter] == v;
}

static bool add_node(Match *m, NodeId n) {
    for (int i = 0; i < m->n; i++)
        if (m->node[i] == n) return true;
    if (m->n == MATCH_NODES) return false;
    m->node[m->n++] = n;
    return true;
}

static bool match_part(Rw *r, const Pattern *p, int id, ValueId v, unsigned mask, Match *m);

static bool match_operands(Rw *r, const Pattern *p, const Part *part, NodeId n, unsigned mask, Match *m) {
    const Node *node = rw_at(r, n);
    if (node->op != part->op || node->nin != part->narg || !add_node(m, n)) return false;
    bool swap = part->swap >= 0 && (mask >> part->swap & 1);
    for (int i = 0; i < part->narg; i++)
        if (!match_part(r, p, part->arg[i], rw_in(r, n, (unsigned)(swap ? 1 - i : i)), mask, m)) return false;
    return true;
}

static bool match_part(Rw *r, const Pattern *p, int id, ValueId v, unsigned mask, Match *m) {
    const Part *part = &p->part[id];
    double x;
    if (v == NO_VALUE) return false;
    DType t = r->g->value.at[v].dtype;
    switch (part->kind) {
    case PART_ANY: return bind(m, part->letter, v);
    case PART_TENSOR: return value_data(r->g, v) && bind(m, part->letter, v);
    case PART_NUMBER:
        if (!const_scalar(r->g, v, &x)) return false;
        m->number[part->letter] = x;
        return bind(m, part->letter, v);
    case PART_LITERAL: return const_scalar(r->g, v, &x) && near_const(t, x, part->literal);
    case PART_NODE: {
        NodeId n = rw_def(r, v);
        return n != NO_NODE && bind(m, part->letter, v) && match_operands(r, p, part, n, mask, m);
    }
    }
    return false;
}

/* Every value made inside, but the root's, is read inside only. */
static bool closed(Rw *r, const Match *m) {
    for (int i = 1; i < m->n; i++) {
        ValueId v = rw_out(r, m->node[i]);
        uint32_t reads = 0;
        for (int k = 0; k < m->n; k++)
            for (unsigned j = 0; j < rw_at(r, m->node[k])->nin; j++) reads += rw_in(r, m->node[k], j) == v;
        if (reads != r->uses.at[v] || r->g->value.at[v].is_output) return false;
    }
    return true;
}

static bool alike(Rw *r, const Part *part, ValueId v) {
    if (part->kind == PART_ANY) return true;
    if (v == NO_VALUE) return false;
    if (part->kind != PART_NODE) return value_data(r->g, v) != NULL;
    NodeId n = rw_def(r, v);
    return n != NO_NODE && rw_at(r, n)->op == part->op;
}

/* A look at the operands of the root, before all orders of all nodes are tried. */
static bool plausible(Rw *r, const Pattern *p, NodeId n) {
    const Part *root = &p->part[p->root];
    for (int swap = 0; swap <= (root->swap >= 0); swap++) {
        bool ok = true;
        for (int i = 0; i < root->narg && ok; i++)
            ok = alike(r, &p->part[root->arg[i]], rw_in(r, n, (unsigned)(swap ? 1 - i : i)));
        if (ok) return true;
    }
    return false;
}

bool pattern_match(Rw *r, const Pattern *p, NodeId n, Match *m) {
    const Part *root = &p->part[p->root];
    if (rw_at(r, n)->nout != 1 || !plausible(r, p, n)) return false;
    for (unsigned mask = 0; mask < 1u << p->swaps; mask++) {
        m->n = 0;
        for (int i = 0; i < 26; i++) m->value[i] = NO_VALUE;
        if (match_operands(r, p, root, n, mask, m) && closed(r, m)) return true;
    }
    return false;
}
