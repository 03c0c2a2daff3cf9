/* Sums of bytes without vectors: a register tile of some pixels by two channels, whose weights lie in the order of the
 * loops; by the step `pair` where the target has an instruction for two products. */
#include "nest/internal.h"
#include "nest/rule.h"

#define TILE 4      /* pixels whose sums are in registers: 8 of 13 with two channels */
#define MOST_TAPS 7 /* of a row or column of a window that is written out */

/* The piece whose points x is read along side by side, the innermost reduced one; -1: there is none. */
static int innermost(const Rule *r) {
    const StagePlan *s = rule_plan(r);
    int at = -1;
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].reduce) at = i;
    return at;
}

/* The last spatial piece that moves the constant but not x, or x but not the constant. */
static int mover(const Rule *r, ExprId moved, ExprId still) {
    Nest *n = r->p->nest;
    const StagePlan *s = rule_plan(r);
    for (int i = s->npiece - 1; i >= 0; i--) {
        AxisId a = s->piece[i].root;
        if (s->piece[i].reduce || s->piece[i].step != 1 || !s->piece[i].outermost || n->axis.at[a].kind == AXIS_serial) continue;
        if (x_uses_axis(n, moved, a) && !x_uses_axis(n, still, a)) return i;
    }
    return -1;
}

/* Pairs of the reduction, where the target sums these. */
static bool cut_reduction(Rule *r, int points, const char **pair) {
    int at = innermost(r);
    *pair = NULL;
    if (r->p->target->dot != 2 || rule_plan(r)->piece[at].size % 8) return true;
    if (!rule_step1(r, STEP_split, rule_name(r, at), points, NULL)) return false;
    *pair = rule_name(r, innermost(r));
    return true;
}

static bool take(Rule *r, int at, int64_t size) {
    if (at < 0 || size < 2) return true;
    return rule_step1(r, STEP_tile, rule_name(r, at), size, NULL) && rule_step1(r, STEP_unroll, rule_name(r, -1), 0, NULL);
}

/* Two neighbours of results in each direction whose windows overlap: they share what they read. */
static void tile_of_windows(Rule *r, ExprId reduction) {
    Nest *n = r->p->nest;
    ExprId x, w;
    int64_t coef;
    if (!twos_operands(n, x_arg(n, reduction, 0), &x, &w) || x_get(n, x)->kind != X_load) return;
    const StagePlan *s = rule_plan(r);
    AxisId axis[MAX_PIECES];
    int count = 0;
    for (int i = 0; i < s->npiece; i++) {
        Piece p = s->piece[i];
        if (p.reduce || p.step != 1 || !p.outermost || p.size < 2 || x_uses_axis(n, x_load_offset(n, w), p.root)) continue;
        int d = moved_dim(n, x, p.root, &coef);
        bool overlaps = false;
        for (int k = 0; k < s->npiece && d >= 0; k++)
            overlaps |= s->piece[k].reduce && s->piece[k].size > coef && x_uses_axis(n, x_arg(n, x, d), s->piece[k].root);
        if (overlaps && coef > 0) axis[count++] = p.root;
    }
    for (int k = 0; k < count; k++)
        for (int i = 0; i < rule_plan(r)->npiece; i++)
            if (rule_plan(r)->piece[i].root == axis[k]) {
                take(r, i, 2);
                break;
            }
}

/* Two neighbouring taps at a time of the first dimension that allows it. */
static void neighbours(Rule *r) {
    for (int i = 0; i < rule_plan(r)->npiece; i++) {
        RuleMark before = rule_mark(r);
        Piece tap = rule_plan(r)->piece[i], last = rule_plan(r)->piece[innermost(r)];
        if (!tap.reduce || tap.size % 2) continue;
        if (tap.size > 2 && !rule_step1(r, STEP_split, tap.name, 2, NULL)) return;
        const char *two = rule_name(r, tap.size > 2 ? i + 1 : i);
        Step inside = {.kind = STEP_reorder, .naxis = 2, .axis = {last.name, two}};
        if ((last.root == tap.root || rule_step(r, inside)) && rule_step1(r, STEP_twos, two, 0, NULL)) return;
        rule_back(r, &before);
    }
}

/* Planes by taps: the window is written out, two neighbours at a time. */
static bool windows(Rule *r, ExprId reduction) {
    if (r->p->target->dot == 2) neighbours(r);
    if (r->p->small) return true;
    tile_of_windows(r, reduction);
    for (int i = 0; i < rule_plan(r)->npiece; i++) {
        Piece x = rule_plan(r)->piece[i];
        if (x.reduce && !x.pair && x.size <= MOST_TAPS) rule_step1(r, STEP_unroll, x.name, 0, NULL);
    }
    return true;
}

bool rule_bytes(Rule *r, ExprId reduction) {
    Nest *n = r->p->nest;
    RuleMark before = rule_mark(r);
    ExprId x, w;
    const char *pair;
    if (!target_sums_bytes(r->p->target) || x_get(n, reduction)->id != COMBINE_sum || x_arg(n, reduction, 1) != NO_EXPR) return false;
    if (twos_operands(n, x_arg(n, reduction, 0), &x, &w)) return windows(r, reduction);
    if (!pair_operands(n, x_arg(n, reduction, 0), &x, &w)) return false;
    const char *buffer = n->buf.at[x_get(n, w)->id].name;
    ExprId at_x = x_load_offset(n, x), at_w = x_load_offset(n, w);
    int channel = mover(r, at_w, at_x);
    bool bytes = pair_points(n, x) == 4;
    if (bytes && mover(r, at_x, at_w) >= 0) return false;
    if (channel < 0 || !cut_reduction(r, pair_points(n, x), &pair)) return rule_back(r, &before);
    int pixel = mover(r, at_x, at_w);
    int64_t pixels = pixel < 0 ? 1 : rule_plan(r)->piece[pixel].size;
    if (!take(r, pixel, pixels < TILE ? pixels : TILE)) return rule_back(r, &before);
    channel = mover(r, at_w, at_x);
    int64_t channels = rule_plan(r)->piece[channel].size, lanes = pair && pixels == 1 && channels >= 4 ? 4 : 2;
    if (!take(r, channel, channels < 2 ? 1 : lanes)) return rule_back(r, &before);
    if (pair && rule_plan(r)->piece[rule_plan(r)->npiece - 1].size == lanes) {
        Step st = {.kind = STEP_pair, .naxis = 2, .axis = {pair, rule_name(r, -1)}, .buffer = buffer};
        if (rule_step(r, st)) return true;
    }
    return rule_step1(r, STEP_stream, NULL, 0, buffer) || rule_back(r, &before);
}
