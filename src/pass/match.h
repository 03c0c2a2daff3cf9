/* Patterns of a few nodes as text, for substitute.
 *   Op(a, b)   a node; operands of commutative operators in any order
 *   x          any value; the same letter, the same value
 *   d:Op(..)   d is the value that Op makes
 *   @s         a constant tensor        #e  a constant number        0.5  that number */
#ifndef TENON_PASS_MATCH_H
#define TENON_PASS_MATCH_H
#include "pass/rewrite.h"

#define MATCH_NODES 24

typedef struct {
    ValueId value[26]; /* by letter; NO_VALUE: not in the pattern */
    double number[26];
    NodeId node[MATCH_NODES]; /* the nodes of the pattern, root first */
    int n;
} Match;

typedef struct Pattern Pattern;
/* NULL when the text is not a pattern (a test goes through all of them). */
const Pattern *pattern_parse(Arena *a, const char *text);
Op pattern_root(const Pattern *p);
/* n is the root of a match, everything inside is read inside only. */
bool pattern_match(Rw *r, const Pattern *p, NodeId n, Match *m);

static inline ValueId match_value(const Match *m, char letter) { return m->value[letter - 'a']; }
static inline double match_number(const Match *m, char letter) { return m->number[letter - 'a']; }
/* The node behind a label. */
static inline NodeId match_node(const Rw *r, const Match *m, char letter) {
    return r->g->value.at[m->value[letter - 'a']].producer;
}
#endif
