/* Rows of sums of bytes, for targets that sum the products of a vector of bytes in one instruction: the step `row` makes
 * all lanes of the innermost piece one call over the whole reduction. Either each lane has a row of weights of its own, times one
 * row of bytes, or lanes lie side by side in both and the reduction is a window (depthwise). */
#include "nest/rule.h"
#include "nest/step.h"

#define MOST_LANES 256      /* of a row: its sums lie on the stack */
#define MOST_LANES_TIGHT 64 /* the same where memory is counted */
#define MOST_AXES 2    /* of a window */

static ExprId byte_of(const Nest *n, ExprId e, int64_t *less) {
    const Expr *x = x_get(n, e);
    *less = 0;
    if (x->kind == X_fn && x->dtype == DT_i32 && (x->id == FN_sub || x->id == FN_add) && x_get(n, x_arg(n, e, 1))->kind == X_int) {
        int64_t c = x_get(n, x_arg(n, e, 1))->i;
        *less = x->id == FN_sub ? c : -c;
        x = x_get(n, e = x_arg(n, e, 0));
    }
    if (x->kind != X_cast || x->dtype != DT_i32) return NO_EXPR;
    ExprId load = x_arg(n, e, 0);
    bool read = x_get(n, load)->kind == X_load || (x_get(n, load)->kind == X_var && x_get(n, load)->narg == 1);
    return read && is_byte((DType)x_get(n, load)->dtype) ? load : NO_EXPR;
}

bool row_operands(const Nest *n, ExprId product, ExprId *x, ExprId *w, int64_t *less) {
    const Expr *v = x_get(n, product);
    int64_t none;
    if (v->kind != X_fn || v->id != FN_mul || v->dtype != DT_i32) return false;
    for (int i = 0; i < 2; i++) {
        *x = byte_of(n, x_arg(n, product, i), less);
        *w = byte_of(n, x_arg(n, product, 1 - i), &none);
        if (*x == NO_EXPR || *w == NO_EXPR || none || x_get(n, *w)->kind != X_load || x_get(n, *w)->dtype != DT_i8) continue;
        if (n->buf.at[x_get(n, *w)->id].kind == BUF_const) return true;
    }
    return false;
}

/* One row of x times rows of w that lie behind each other. */
static bool rows_of_weights(Nest *n, ExprId x, ExprId w, AxisId k, AxisId lane) {
    int64_t at_x, at_w, row;
    return x_get(n, x)->dtype == DT_i8 && x_coefficient(n, x_load_offset(n, x), k, &at_x) && at_x == 1 &&
           !x_uses_axis(n, x_load_offset(n, x), lane) && x_coefficient(n, x_load_offset(n, w), k, &at_w) && at_w == 1 &&
           x_coefficient(n, x_load_offset(n, w), lane, &row) && row == n->axis.at[k].extent;
}

static bool side_by_side(Nest *n, ExprId load, AxisId lane) {
    int64_t coef;
    return x_coefficient(n, x_load_offset(n, load), lane, &coef) && coef == 1;
}

/* Those that add two products in one instruction sum windows so, four channels at a time. */
static bool windows_by_rows(const Target *t) { return target_sums_rows(t) || (target_sums_bytes(t) && t->dot == 2); }

bool row_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, const char **why) {
    Nest *n = p->nest;
    const Piece *lane = &s->piece[at];
    ExprId red[2], x, w;
    int64_t less, coef;
    AxisId axes[MOST_AXES];
    int count = 0;
    if (!windows_by_rows(p->target)) return WHY("target %s does not sum rows of bytes", p->target->name);
    if (at != s->npiece - 1 || lane->reduce || lane->step != 1) return WHY("%s is not the innermost piece", lane->name);
    for (int i = 0; i < at; i++) {
        const Piece *k = &s->piece[i];
        if (!k->reduce && count > 0) return WHY("%s is no loop around the reduction", k->name);
        if (!k->reduce) continue;
        if (count == MOST_AXES) return WHY("more than %d axes are reduced", MOST_AXES);
        if (!k->outermost || k->step != 1 || k->apart || k->partial || k->unroll || k->pair) return WHY("%s is not reduced as it is", k->name);
        axes[count++] = k->root;
    }
    if (count == 0 || x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || x_get(n, red[0])->id != COMBINE_sum)
        return WHY("the stage is not one sum");
    if (!row_operands(n, x_arg(n, red[0], 0), &x, &w, &less)) return WHY("the sum is not of bytes by a constant i8");
    ExprId guard = x_arg(n, red[0], 1);
    if (target_sums_rows(p->target) && count == 1 && guard == NO_EXPR && !less && rows_of_weights(n, x, w, axes[0], lane->root)) return true;
    bool window = side_by_side(n, x, lane->root) && side_by_side(n, w, lane->root) && (guard == NO_EXPR || !x_uses_axis(n, guard, lane->root));
    for (int i = 0; i < count; i++) { /* rows of a ring lie as they do */
        bool even = x_coefficient(n, x_load_offset(n, x), axes[i], &coef);
        window &= (even || (i == 0 && count == 2)) && x_coefficient(n, x_load_offset(n, w), axes[i], &coef);
    }
    return window || WHY("%s walks neither rows of weights nor neighbours", lane->name);
}

bool rule_rows(Rule *r, ExprId reduction) {
    Nest *n = r->p->nest;
    RuleMark before = rule_mark(r);
    const int64_t most = r->p->tight ? MOST_LANES_TIGHT : MOST_LANES;
    ExprId x, w;
    int64_t less;
    if (!windows_by_rows(r->p->target) || x_get(n, reduction)->id != COMBINE_sum) return false;
    if (!row_operands(n, x_arg(n, reduction, 0), &x, &w, &less)) return false;
    for (int i = before.plan.npiece - 1; i >= 0; i--) {
        const Piece lane = before.plan.piece[i];
        if (lane.reduce || lane.step != 1 || !lane.outermost || lane.size < 2 || !x_uses_axis(n, w, lane.root)) continue;
        if (rule_step1(r, STEP_tile, lane.name, lane.size < most ? lane.size : most, NULL) &&
            rule_step1(r, STEP_row, rule_name(r, -1), 0, NULL))
            return true;
        rule_back(r, &before);
    }
    return false;
}
