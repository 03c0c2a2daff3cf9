/* Diagnostics are collected, never exit(). One line each:
 *     tenon: FILE: node 'N' (Op): FIELD: message; HINT */
#ifndef TENON_BASE_DIAG_H
#define TENON_BASE_DIAG_H
#include "base/arena.h"
#include <stdio.h>

typedef enum { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE } DiagLevel;

/* Where a message belongs; any part may be NULL. */
typedef struct {
    const char *file, *node, *op, *field;
} Loc;

typedef struct Diag Diag;

Diag *diag_new(Arena *a);
/* hint may be NULL; control characters of model strings in the formatted text are shown as \xNN.
 * Returns false, so that `return diag_error(...)` reads well. Equal lines are kept once; after 1000 only counted. */
bool diag_error(Diag *d, Loc loc, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
void diag_warn(Diag *d, Loc loc, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
int diag_errors(const Diag *d);
/* Prints what was not printed before. */
void diag_print(Diag *d, FILE *to);
/* The text of message i (0-based), or NULL. */
const char *diag_text(const Diag *d, int i);
#endif
