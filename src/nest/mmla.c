/* The step `mmla`: eight products of bytes for each of two pixels and two lanes, which one instruction adds up. */
#include "nest/step.h"

bool mmla_fours(Nest *n, ExprId at, AxisId a, int64_t *four) {
    ExprId *map = x_axis_table(n, n->tmp, 0);
    map[a] = x_index(n, 0);
    ExprId first = x_substitute(n, at, map);
    *four = 0;
    for (int i = 1; i < MMLA_POINTS; i++) {
        map[a] = x_index(n, i);
        const Expr *d = x_get(n, x_fn2(n, FN_sub, x_substitute(n, at, map), first));
        if (d->kind != X_int) return false;
        if (i == 4) *four = d->i;
        if (d->i != (i < 4 ? i : *four + i - 4)) return false;
    }
    return true;
}

const Piece *mmla_piece(const StagePlan *s) {
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].mmla) return &s->piece[i];
    return NULL;
}

bool mmla_legal(Plan *p, const StagePlan *s, ExprId x, ExprId w, AxisId a, const char **why) {
    Nest *n = p->nest;
    const Piece *pixel = mmla_piece(s);
    int at = (int)(pixel - s->piece);
    AxisId moved = pixel->outermost ? pixel->root : plan_probe(n, at + 2, pixel->size);
    int64_t coef, four;
    if (!p->target->mmla || p->target->dot_by != DT_u8) return WHY("the target has no such instruction");
    if (at != s->npiece - 2 || pixel->reduce || pixel->step != 1 || s->piece[at].vector) return WHY("%s is not the innermost but the lanes", pixel->name);
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].apart) return WHY("%s has accumulators of its own", s->piece[i].name);
    if (!x_coefficient(n, x_load_offset(n, x), moved, &coef) || x_uses_axis(n, w, moved)) return WHY("%s does not move one operand evenly", pixel->name);
    if (!mmla_fours(n, x_load_offset(n, x), a, &four)) return WHY("neighbours do not lie in fours");
    return true;
}

bool plan_mmla(Plan *p, StagePlan *s, int at, const Step *st, const char **why) {
    Piece *lane = &s->piece[s->npiece - 1], *pixel = lane - 1;
    if (!s->piece[at].reduce) return WHY("%s is not reduced", s->piece[at].name);
    if (s->npiece < 3 || strcmp(lane->name, st->axis[2]) || lane->reduce) return WHY("%s is not innermost", st->axis[2]);
    if (strcmp(pixel->name, st->axis[1]) || pixel->reduce) return WHY("%s is not the innermost but the lanes", st->axis[1]);
    s->piece[at].dot = pixel->mmla = lane->vector = true;
    return plan_stream(p, st->buffer, why);
}
