/* --input-shape given several times for an input: a plan each. */
#ifndef TENON_CLI_PLANS_H
#define TENON_CLI_PLANS_H
#include "cli/cmd.h"
#include "cli/model.h"
#include "emit/emit.h"
#include "pass/compile.h"

/* How many plans there are: the most often that an input has an --input-shape, at least 1. */
uint32_t plans_count(Model *m, const Words *shapes);
/* The --input-shape of plan k: each input's k-th, or its last where it has fewer; `any` in place of the `*` of a batch of
 * any size, the largest size in place of a range. */
Words plans_shapes(Model *m, const Words *shapes, uint32_t k, int64_t any);
bool plans_any(Model *m, const Words *shapes, uint32_t k);    /* has plan k a `*`? */
bool plans_ranges(Model *m, const Words *shapes, uint32_t k); /* has it a range? */

typedef Vec(ShapeDim) ShapeDims;
/* What the model's inputs leave open, one a symbol (and one a dimension without a name or of unknown rank), with the
 * numbers of n graphs. */
ShapeDims plans_dims(const Model *m, Arena *a, Program *const *p, uint32_t n);
/* For the plan with ranges: the program for all sizes. *out has none where no plan has them. */
bool plans_general(Cli *c, const CompileOptions *how, const ShapeDims *dims, uint32_t n, ShapeGeneral *out);
/* For the plans with a `*`: proves that their batch may be of any size. Leaves *out empty where none has one. */
bool plans_batch(Cli *c, const ShapeDims *dims, uint32_t n, ShapeBatch *out);
#endif
