/* Nodes -> a deterministic machine: a state is a set of nodes and what kind of character came before. */
#include "import/onnx/regex.h"
#include "base/map.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

/* What stands before or behind a place; assertions ask. */
typedef enum { KIND_other, KIND_word, KIND_newline, KIND_edge, KINDS } Kind;

enum { MOST_STATES = 4000, MOST_BYTES = 1 << 20 };
#define MOST_WORK ((int64_t)200000000)

typedef struct {
    uint32_t *node, n; /* in order */
    Kind before;
    bool accepts;
} State;

typedef struct {
    Regex r;
    Arena *a;
    Vec(State) state;
    Map known; /* the nodes and the kind -> state */
    uint8_t kind_of_byte[256], example[256]; /* bytes that nothing tells apart are one kind, from 0 on */
    int kinds;
    uint32_t *mark, marking, *todo, *closed, nclosed;
    int64_t work;
    Vec(uint32_t) next; /* [state][kind] */
} Machine;

static Kind kind_of(const Machine *m, int byte) {
    bool word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    return !m->r.asserts ? KIND_other : word ? KIND_word : byte == '\n' ? KIND_newline : KIND_other;
}

static void tell_apart(Machine *m) {
    bool begins[257] = {false};
    for (uint32_t i = 0; i < m->r.node.n; i++) {
        const RegexNode *x = &m->r.node.at[i];
        if (x->kind != RE_byte) continue;
        begins[x->lo] = begins[x->hi + 1] = true;
    }
    for (int b = 2; b < 256; b++) begins[b] |= kind_of(m, b) != kind_of(m, b - 1);
    m->kinds = 1;
    m->example[0] = 1;
    for (int b = 2; b < 256; b++) {
        if (begins[b]) m->example[m->kinds++] = (uint8_t)b;
        m->kind_of_byte[b] = (uint8_t)(m->kinds - 1);
    }
}

static bool holds(RegexKind what, Kind before, Kind behind) {
    switch (what) {
    case RE_begin: return before == KIND_edge;
    case RE_end: return behind == KIND_edge;
    case RE_line_begin: return before == KIND_edge || before == KIND_newline;
    case RE_line_end: return behind == KIND_edge || behind == KIND_newline;
    case RE_word: return (before == KIND_word) != (behind == KIND_word);
    default: return (before == KIND_word) == (behind == KIND_word);
    }
}

/* The nodes that state s reaches without a byte, `behind` being the kind of the next one: closed[]. */
static void close_over(Machine *m, uint32_t s, Kind behind) {
    uint32_t n = 0;
    m->nclosed = 0;
    m->marking++;
    for (uint32_t i = m->state.at[s].n; i-- > 0;) m->todo[n++] = m->state.at[s].node[i];
    while (n) {
        uint32_t at = m->todo[--n];
        if (m->mark[at] == m->marking) continue;
        m->mark[at] = m->marking;
        m->work++;
        const RegexNode *x = &m->r.node.at[at];
        if (x->kind == RE_byte || x->kind == RE_match)
            m->closed[m->nclosed++] = at;
        else if (x->kind <= RE_split || holds((RegexKind)x->kind, m->state.at[s].before, behind))
            m->todo[n++] = x->next;
        if (x->kind == RE_split) m->todo[n++] = x->other;
    }
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The state of these nodes, made when it is new. */
static uint32_t state_of(Machine *m, uint32_t *node, uint32_t n, Kind before) {
    Str key = str_new(m->a);
    uint32_t unique = 0;
    qsort(node, n, sizeof *node, by_number);
    for (uint32_t i = 0; i < n; i++)
        if (!unique || node[unique - 1] != node[i]) node[unique++] = node[i];
    str_addf(&key, "%d", (int)(unique ? before : KIND_other));
    for (uint32_t i = 0; i < unique; i++) str_addf(&key, " %u", node[i]);
    uint32_t known = map_get(&m->known, key.at);
    if (known != MAP_NONE) return known;
    State s = {arena_copy(m->a, node, unique * sizeof *node), unique, before, false};
    map_set(m->a, &m->known, key.at, m->state.n);
    vec_push(m->a, &m->state, s);
    return m->state.n - 1;
}

static void step(Machine *m, uint32_t s, uint32_t *reached) {
    Kind closed_for = KINDS;
    for (int k = 0; k < m->kinds; k++) {
        Kind behind = kind_of(m, m->example[k]);
        uint32_t n = 0;
        if (behind != closed_for) close_over(m, s, behind);
        closed_for = behind;
        for (uint32_t i = 0; i < m->nclosed; i++) {
            const RegexNode *x = &m->r.node.at[m->closed[i]];
            if (x->kind == RE_byte && m->example[k] >= x->lo && m->example[k] <= x->hi) reached[n++] = x->next;
        }
        m->work += m->nclosed;
        uint32_t to = state_of(m, reached, n, behind);
        vec_push(m->a, &m->next, to);
    }
    close_over(m, s, KIND_edge);
    for (uint32_t i = 0; i < m->nclosed; i++) m->state.at[s].accepts |= m->r.node.at[m->closed[i]].kind == RE_match;
}

static const char *written(const Machine *m, Arena *a) {
    size_t row = 1 + 2 * (size_t)m->kinds, bytes = 256 + row * m->state.n;
    unsigned char *out = arena_alloc(a, bytes + 1), *at = out + 256;
    out[0] = (unsigned char)m->kinds;
    for (int b = 1; b < 256; b++) out[b] = (unsigned char)(m->kind_of_byte[b] + 1);
    for (uint32_t s = 0; s < m->state.n; s++) {
        *at++ = m->state.at[s].accepts ? 2 : 1;
        for (int k = 0; k < m->kinds; k++) {
            uint32_t to = m->next.at[s * (uint32_t)m->kinds + (uint32_t)k];
            *at++ = (unsigned char)(to / 128 + 1);
            *at++ = (unsigned char)(to % 128 + 1);
        }
    }
    return (const char *)out;
}

const char *regex_machine(Arena *a, Arena *tmp, const char *pattern, const char **error) {
    Machine m = {.r = {.a = tmp}, .a = tmp};
    if (!regex_parse(&m.r, pattern)) {
        *error = m.r.error;
        return NULL;
    }
    tell_apart(&m);
    m.mark = arena_array_of(tmp, m.r.node.n, uint32_t);
    m.todo = arena_array_of(tmp, 3 * (size_t)m.r.node.n + 1, uint32_t);
    m.closed = arena_array_of(tmp, m.r.node.n, uint32_t);
    uint32_t *reached = arena_array_of(tmp, m.r.node.n + 1, uint32_t);
    reached[0] = m.r.start;
    state_of(&m, reached, 1, m.r.asserts ? KIND_edge : KIND_other);
    for (uint32_t s = 0; s < m.state.n; s++) {
        if (m.state.n > MOST_STATES || m.work > MOST_WORK || (int64_t)m.state.n * m.kinds * 2 > MOST_BYTES) {
            *error = "its machine is too large";
            return NULL;
        }
        step(&m, s, reached);
    }
    return written(&m, a);
}
