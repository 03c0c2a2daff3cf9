/* One program for all sizes of some dimensions: the loops of plain programs at several sizes differ in numbers alone, and
 * these numbers become sums of products of the sizes. */
#ifndef TENON_PLAN_GENERAL_H
#define TENON_PLAN_GENERAL_H
#include "plan/program.h"

enum { GENERAL_SIZES = 3 };

/* low, low + step ... high */
typedef struct {
    const char *name; /* of the dimension; a C identifier */
    int64_t low, high, step;
} SizeRange;

/* The program at these sizes, made with ProgramOptions.general in arena `a`; NULL with diagnostics. `memory`: with its
 * arena planned, which is for the largest sizes. */
typedef Program *GeneralBuild(void *ctx, Arena *a, const int64_t *size, bool memory);

/* NULL with diagnostics. Every size is compared (of very many: those at the bounds, and some hundred between them). */
Program *program_general(Arena *a, const SizeRange *range, uint32_t n, GeneralBuild *build, void *ctx, Diag *d);
#endif
