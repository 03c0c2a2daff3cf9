/* A dimension is a number >= 0, or a symbolic expression such as N or 2*H+1 that lives in the graph's SymTable. */
#ifndef TENON_IR_DIM_H
#define TENON_IR_DIM_H
#include "base/str.h"
#include <stdint.h>

typedef int64_t Dim; /* >= 0: the number; < 0: symbol expression -1-id; DIM_BAD: overflow or contradiction */
#define DIM_BAD INT64_MIN
#define MAX_RANK 8

typedef struct SymTable SymTable; /* hash-consed expressions: name, +, *, floor division, modulo, max, min */

SymTable *sym_new(Arena *a);
SymTable *sym_copy(Arena *a, const SymTable *from);
Dim dim_symbol(SymTable *s, const char *name);
static inline bool dim_known(Dim d) { return d >= 0; }

/* Folded and put into a canonical form, so that equal expressions are equal numbers where that is decidable cheaply
 * (sums of products are sorted and merged). Overflow gives DIM_BAD. An intermediate may be a negative number: pass
 * and get those through DimX. */
typedef struct {
    bool is_number;
    int64_t number; /* any sign */
    Dim sym;        /* < 0 otherwise */
} DimX;
DimX dimx(Dim d);
DimX dimx_number(int64_t n);
Dim dim_of(DimX x); /* DIM_BAD for a negative number */
DimX dimx_add(SymTable *s, DimX a, DimX b);
DimX dimx_sub(SymTable *s, DimX a, DimX b);
DimX dimx_mul(SymTable *s, DimX a, DimX b);
DimX dimx_floordiv(SymTable *s, DimX a, DimX b);
DimX dimx_mod(SymTable *s, DimX a, DimX b);
DimX dimx_min(SymTable *s, DimX a, DimX b);
DimX dimx_max(SymTable *s, DimX a, DimX b);
bool dimx_bad(DimX x);

/* `2*H+1`; a number as itself. Reads back to the same Dim. */
void dim_print(const SymTable *s, Dim d, Str *out);
bool dim_parse(SymTable *s, const char **text, Dim *out); /* advances *text */

/* The expression with each symbol replaced: value_of(symbol name) or -1 to keep it. */
Dim dim_bind(SymTable *s, Dim d, int64_t (*value_of)(void *ctx, const char *name), void *ctx);

typedef struct {
    int8_t rank; /* -1: unknown */
    Dim dim[MAX_RANK];
} Shape;

bool shape_known(const Shape *s);                   /* rank and every dim a number */
bool shape_equal(const Shape *a, const Shape *b);
int64_t shape_count(const Shape *s);                /* elements; -1 if not known or more than INT64_MAX */
void shape_print(const SymTable *s, const Shape *shape, Str *out); /* [1,3,2*H+1]; unknown rank: [?] */
Shape shape_of(int rank, const int64_t *dims);
#endif
