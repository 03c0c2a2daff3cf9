/* The step `block`, the reverse of `fuse`: one axis becomes two, of blocks and of the points in one, so that either can
 * be part of a register tile. */
#include "nest/step.h"

static bool block_legal(Plan *p, const StagePlan *s, const Piece *x, int64_t number, const char **why) {
    if (x->step != 1 || !x->outermost) return WHY("%s is split", x->name);
    if (x->reduce) return WHY("%s is reduced", x->name);
    if (p->nest->axis.at[x->root].kind == AXIS_serial) return WHY("%s runs in order", x->name);
    bool marked = x->unroll || x->parallel || x->vector;
    for (int i = 0; i < s->ninterior; i++) marked |= s->interior[i] == x->root;
    for (int i = 0; i < s->nedges; i++) marked |= s->edges[i] == x->root;
    if (marked) return WHY("%s is marked", x->name);
    if (number < 2) return WHY("blocks of 1 point change nothing");
    if (number >= x->size) return WHY("%s has only %lld points", x->name, (long long)x->size);
    if (x->size % number) return WHY("%lld does not divide %s", (long long)number, x->name);
    if (s->npiece == MAX_PIECES) return WHY("more than %d pieces", MAX_PIECES);
    return true;
}

bool plan_block(Plan *p, uint32_t stage, int at, int64_t number, const char **why) {
    Nest *n = p->nest;
    StagePlan *s = &p->stage[stage];
    Piece *x = &s->piece[at];
    if (!block_legal(p, s, x, number, why)) return false;
    AxisId b = nest_axis(n, arena_printf(n->arena, "%s_b", x->name), x->size / number, AXIS_spatial);
    AxisId l = nest_axis(n, arena_printf(n->arena, "%s_l", x->name), number, AXIS_spatial);
    ExprId *map = x_axis_table(n, n->arena, 0);
    map[x->root] = x_fn2(n, FN_add, x_fn2(n, FN_mul, x_axis(n, b), x_index(n, number)), x_axis(n, l));
    IdMap done = {0};
    Stage sg = n->stage.at[stage];
    sg.value = x_rewrite(n, sg.value, map, NULL, NULL, &done);
    if (sg.guard != NO_EXPR) sg.guard = x_rewrite(n, sg.guard, map, NULL, NULL, &done);
    for (int i = 0; i < sg.nindex; i++) sg.index[i] = x_rewrite(n, sg.index[i], map, NULL, NULL, &done);
    n->stage.at[stage] = sg;
    for (int i = s->npiece++; i > at + 1; i--) s->piece[i] = s->piece[i - 1];
    s->piece[at + 1] = *x;
    x->root = b;
    x->size /= number;
    x->name = n->axis.at[b].name;
    x[1].root = l;
    x[1].size = number;
    x[1].name = n->axis.at[l].name;
    return true;
}
