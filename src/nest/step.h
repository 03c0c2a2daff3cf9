/* What the files that apply schedule steps share: plan.c calls the others. A step is false, and *why says why, when it is
 * illegal; plan_apply puts back what it changed. */
#ifndef TENON_NEST_STEP_H
#define TENON_NEST_STEP_H
#include "nest/internal.h"
#include "nest/schedule.h"

/* return WHY("...", ...): inside functions with p and why */
#define WHY(...) (*why = arena_printf(p->nest->arena, __VA_ARGS__), false)

/* The k-th axis of a check, of that extent: the same one in every check, so that nests do not grow by being checked. */
AxisId plan_probe(Nest *n, int k, int64_t extent);
/* The buffer of that name which is a constant and not packed yet. */
bool plan_constant(Plan *p, const char *name, BufId *b, const char **why);

/* `block` (block.c) on piece `at` of the stage. */
bool plan_block(Plan *p, uint32_t stage, int at, int64_t number, const char **why);
/* Is `turn` (turn.c) legal on the last two pieces of the stage? */
bool turn_legal(Plan *p, uint32_t stage, const char **why);
/* `stream` (stream.c): Buffer.phys follows the loops. */
bool plan_stream(Plan *p, const char *buffer, const char **why);
/* `dot` (dot.c) on reduced piece `at`. */
bool plan_dot(Plan *p, StagePlan *s, int at, const Step *st, const char **why);
/* May piece `at` be one? map: the stage's axes as those of a check, in `lane` and plan_probe(2 + piece). */
bool dot_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, AxisId lane, const ExprId *map, const char **why);
/* `mmla` (mmla.c) on reduced piece `at`, which is one of `dot` as well; what must hold then, a being its axis and x and w the
 * operands, and the piece of pixels, NULL where there is none. */
bool plan_mmla(Plan *p, StagePlan *s, int at, const Step *st, const char **why);
bool mmla_legal(Plan *p, const StagePlan *s, ExprId x, ExprId w, AxisId a, const char **why);
const Piece *mmla_piece(const StagePlan *s);
/* `elements` (elements.c) on reduced piece `at`; may it be one? As with dot_legal. */
bool plan_elements(Plan *p, StagePlan *s, int at, const char **why);
bool elements_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, AxisId lane, const ExprId *map, const char **why);
/* `pair` and `twos` (pair.c) on reduced piece `at`, and what must hold of it after each step. */
bool plan_pair(Plan *p, StagePlan *s, uint32_t stage, int at, const Step *st, const char **why);
bool plan_twos(Plan *p, StagePlan *s, uint32_t stage, int at, const char **why);
bool pair_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, const char **why);
/* May piece `at` be what `row` (rows.c) makes of it? */
bool row_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, const char **why);
/* `parallel` (parallel.c). */
bool plan_parallel(Plan *p, const char *axis, const char **why);
#endif
