/* The step `turn`: a stage that only moves or maps elements, read along one axis and written along another. */
#include "nest/rule.h"
#include "nest/step.h"

bool turn_legal(Plan *p, uint32_t stage, const char **why) {
    Nest *n = p->nest;
    const StagePlan *s = &p->stage[stage];
    const Stage st = n->stage.at[stage];
    const Piece *last = &s->piece[s->npiece - 2];
    int64_t most = target_lanes(p->target, DT_f32), coef;
    AxisId lane[2];
    if (s->npiece < 2 || s->ninterior || s->nedges) return WHY("the stage has borders");
    ExprId *map = x_axis_table(n, p->scratch, 4), index[MAX_RANK];
    for (int i = 0; i < 2; i++) {
        const Piece *x = &last[i];
        int64_t size = x->size;
        if (x->step != 1 || x->vector || x->reduce || size < 4 || size > most || (size & (size - 1)) || size != last->size)
            return WHY("%s has %lld points, the target %lld lanes", x->name, (long long)size, (long long)most);
        if (n->axis.at[x->root].kind == AXIS_serial) return WHY("%s runs in order", x->name);
        lane[i] = plan_probe(n, i, size);
        ExprId block = x_axis(n, plan_probe(n, i + 2, ceil_div(n->axis.at[x->root].extent, size)));
        map[x->root] = x_fn2(n, FN_add, x_fn2(n, FN_mul, block, x_index(n, size)), x_axis(n, lane[i]));
    }
    if (st.combine != COMBINE_store || st.guard != NO_EXPR || n->buf.at[st.out].dtype != DT_f32 ||
        x_get(n, st.value)->dtype != DT_f32 || x_reductions(n, st.value, NULL, 0) > 0)
        return WHY("not a plain float store");
    IdMap done = {0};
    ExprId v = x_rewrite(n, st.value, map, NULL, NULL, &done);
    for (int i = 0; i < st.nindex; i++) index[i] = x_rewrite(n, st.index[i], map, NULL, NULL, &done);
    if (!x_varies(n, v, lane[0]) || !x_lanes(n, v, lane[0], LANES_neighbours))
        return WHY("the value cannot be computed in lanes of %s", last[0].name);
    if (!x_coefficient(n, buffer_offset(n, st.out, index), lane[1], &coef) || coef != 1)
        return WHY("%s is not contiguous in the target", last[1].name);
    return true;
}

static bool tile_and_name(Rule *r, const char *axis, int64_t lanes, const char **inner) {
    if (!rule_step1(r, STEP_tile, axis, lanes, NULL)) return false;
    *inner = rule_name(r, -1);
    return true;
}

bool rule_turn(Rule *r) {
    const RuleMark before = rule_mark(r);
    const Piece last = before.plan.piece[before.plan.npiece - 1];
    for (int i = before.plan.npiece - 2; i >= 0; i--) {
        const Piece x = before.plan.piece[i];
        int64_t lanes = target_lanes(r->p->target, DT_f32);
        while (lanes > 4 && (x.size < lanes || last.size < lanes)) lanes /= 2;
        if (x.size < lanes || last.size < lanes) continue;
        Step st = {.kind = STEP_turn, .naxis = 2};
        if (tile_and_name(r, x.name, lanes, &st.axis[0]) && tile_and_name(r, last.name, lanes, &st.axis[1]) &&
            rule_step(r, st))
            return true;
        rule_back(r, &before);
    }
    return false;
}
