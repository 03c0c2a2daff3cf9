/* The representation of dimension expressions, shared by dim.c and dim_text.c. */
#ifndef TENON_IR_DIM_TABLE_H
#define TENON_IR_DIM_TABLE_H
#include "base/map.h"
#include "base/vec.h"
#include "ir/dim.h"

/* What one expression may grow to: terms of a sum, factors of a product, operands of min or max, nesting of atoms, and
 * nodes when shared parts are written out; and the terms that one operation may make on the way. Beyond: DIM_BAD. */
enum { MAX_TERMS = 256, MAX_DEGREE = 32, MAX_ARGS = 16, MAX_DEPTH = 32, MAX_SIZE = 1024, MAX_STEPS = 4096 };
enum { MONO_ONE = 0 }; /* the empty product */
#define NO_POLY UINT32_MAX
#define NO_LO INT64_MIN
#define NO_HI INT64_MAX
#define FAR (INT64_C(1) << 62)

typedef enum { ATOM_name, ATOM_div, ATOM_mod, ATOM_min, ATOM_max } AtomKind;

typedef struct {
    int64_t lo, hi; /* NO_LO, NO_HI: unbounded */
} Range;

typedef struct {
    AtomKind kind;
    uint32_t nargs;
    const char *name;    /* ATOM_name only */
    const uint32_t *arg; /* polynomials: dividend and divisor, or the operands in order */
    Range range;
    uint32_t depth, size;
    uint64_t hash;
    uint32_t next; /* with the same hash */
} Atom;

typedef struct {
    uint32_t n;
    const uint32_t *atom; /* in order, repeated for powers */
    uint64_t hash;
    uint32_t next;
} Mono;

typedef struct {
    int64_t coef; /* not 0, not INT64_MIN */
    uint32_t mono;
} Term;

typedef struct {
    uint32_t n;
    const Term *term; /* in order */
    Range range;
    uint32_t depth, size;
    uint64_t hash;
    uint32_t next;
} Poly;

struct SymTable {
    Arena *arena;
    Vec(Atom) atom;
    Vec(Mono) mono;
    Vec(Poly) poly;
    IdMap atom_of, mono_of, poly_of; /* hash -> newest with it */
};

/* Whether d is an expression of this table. */
bool sym_has(const SymTable *s, Dim d);
#endif
