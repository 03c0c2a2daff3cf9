/* Schedules for reductions whose operands lie along the reduced axis (lanes are partial results), and for those with too
 * few accumulators to hide the latency of an addition. */
#include "base/size.h"
#include "nest/internal.h"
#include "nest/rule.h"

#define CHAINS 4 /* cycles of an addition or a multiply-add */

/* Do all loads in e walk by one element along the axis, or not at all? */
static bool walks_along(Nest *n, ExprId e, AxisId a, IdMap *seen, int *unit) {
    Expr x = *x_get(n, e);
    if (idmap_get(seen, e) != MAP_NONE) return true;
    idmap_set(n->tmp, seen, e, 1);
    if (x.kind == X_load) {
        int64_t coef;
        if (!x_coefficient(n, x_load_offset(n, e), a, &coef) || (coef != 0 && coef != 1)) return false;
        *unit += coef == 1;
        return true;
    }
    for (int i = 0; i < x.narg; i++)
        if (x_arg(n, e, i) != NO_EXPR && !walks_along(n, x_arg(n, e, i), a, seen, unit)) return false;
    return true;
}

/* Piece i, split so that its inner part has `count` points, which stand at i + 1 then; where it has no more than that,
 * it stays. The place of the inner part. */
static int split_at(Rule *r, int i, int64_t count) {
    if (rule_plan(r)->piece[i].size <= count) return i;
    return rule_step1(r, STEP_split, rule_name(r, i), count, NULL) ? i + 1 : -1;
}

bool rule_apart(Rule *r, ExprId red, int64_t have) {
    StagePlan *s = rule_plan(r);
    int64_t points = 1, want = (CHAINS + have - 1) / have;
    int at = -1;
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].reduce) at = i, points *= s->piece[i].size;
    if (at < 0 || want < 2 || points < 4 * CHAINS || x_arg(r->p->nest, red, 1) != NO_EXPR) return false;
    if (s->piece[at].unroll || s->piece[at].apart || s->piece[at].vector) return false;
    int in = split_at(r, at, want);
    if (in < 0 || !rule_step1(r, STEP_apart, rule_name(r, in), 0, NULL)) return false;
    rule_step1(r, STEP_unroll, rule_name(r, in), 0, NULL);
    return true;
}

bool rule_fold(Rule *r, ExprId red) {
    Nest *n = r->p->nest;
    StagePlan *s = rule_plan(r);
    RuleMark before = rule_mark(r);
    int at = s->npiece - 1, unit = 0;
    IdMap seen = {0};
    if (at < 0 || !s->piece[at].reduce || s->piece[at].step != 1 || x_get(n, red)->dtype != DT_f32) return false;
    if (!walks_along(n, x_arg(n, red, 0), s->piece[at].root, &seen, &unit) || unit == 0) return false;
    int64_t size = s->piece[at].size, lanes = target_lanes(r->p->target, DT_f32), some = CHAINS;
    while (lanes > 4 && size % lanes && size < 2 * lanes) lanes /= 2;
    while (some > 1 && size < some * lanes) some /= 2;
    if (size < lanes) return false;
    int in = at;
    bool ok = true;
    if (some > 1) {
        ok = (in = split_at(r, in, some * lanes)) >= 0 && (in = split_at(r, in, lanes)) > 0 &&
             rule_step1(r, STEP_apart, rule_name(r, in - 1), 0, NULL) &&
             rule_step1(r, STEP_unroll, rule_name(r, in - 1), 0, NULL);
    } else {
        ok = (in = split_at(r, in, lanes)) >= 0;
    }
    if (ok && rule_step1(r, STEP_vector, rule_name(r, in), 0, NULL)) return true;
    return rule_back(r, &before);
}

#define SHORT_WINDOW 7 /* rows of it that are written out */
#define WINDOW_TILE 8  /* neighbours of a row side by side */

bool rule_window(Rule *r, ExprId red, AxisId lane, int64_t lanes) {
    StagePlan *s = rule_plan(r);
    RuleMark before = rule_mark(r);
    int at = -1;
    for (int i = 0; i < s->npiece; i++)
        if (!s->piece[i].reduce && s->piece[i].root != lane) at = i;
    if (at < 0 || s->piece[at].step != 1 || !s->piece[at].outermost || s->piece[at].size < 2) return false;
    if (x_arg(r->p->nest, red, 1) == NO_EXPR) return false;
    bool ok = true, small = r->p->small; /* then the window's loops end where it does: no borders, no neighbours */
    for (int i = 0; i < s->npiece && !small; i++) {
        Piece x = s->piece[i];
        if (x.reduce && x.size <= SHORT_WINDOW) rule_step1(r, STEP_unroll, x.name, 0, NULL);
        if (!x.reduce && x.root != lane && rule_guarded(r, red, x.root)) ok &= rule_step1(r, STEP_edges, x.name, 0, NULL);
    }
    ok = ok && (small || (rule_step1(r, STEP_tile, rule_name(r, at), rule_tile_size(s->piece[at].size, WINDOW_TILE), NULL) &&
                          rule_step1(r, STEP_unroll, rule_name(r, -1), 0, NULL)));
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].root == lane) at = i;
    if (ok && rule_step1(r, STEP_tile, rule_name(r, at), lanes, NULL) &&
        rule_step1(r, STEP_vector, rule_name(r, -1), 0, NULL))
        return true;
    return rule_back(r, &before);
}
