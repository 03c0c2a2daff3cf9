/* NonMaxSuppression. Pairs (batch, class) are one axis p:
 *     rank[p,s]  = how many boxes come before box s by their score;  order[p,rank] = s
 *     for every step r, in order (the stages share the serial axis r):
 *         keep[p]      = there is a box order[p,r], room, and no kept box overlaps it too much
 *         kept[p,n]    = order[p,r], n = number[p,r], where it is kept
 *         number[p,r+1] = number[p,r] + keep[p]
 *     rows of pair p start at start[p] = sum of number[..,last] over the pairs before it */
#include "op/select.h"

typedef struct {
    const NestBuild *b;
    Nest *n;
    int64_t pairs, classes, boxes, most;
    DType type;
    BufId rank, order, keep, kept, number, start;
} Nms;

static ExprId load2(const Nms *m, BufId buf, ExprId i, ExprId j) {
    ExprId at[2] = {i, j};
    return x_load(m->n, buf, at);
}
static ExprId index_at(const Nms *m, BufId buf, ExprId i, ExprId j) {
    return x_to_index(m->n, load2(m, buf, i, j));
}

static ExprId score(const Nms *m, ExprId p, ExprId s) {
    ExprId at[3] = {bd_div(m->b, p, m->classes), bd_mod(m->b, p, m->classes), s};
    return bd_load(m->b, bd_in(m->b, 1), at);
}

/* Box s may be chosen at all. */
static ExprId candidate(const Nms *m, ExprId p, ExprId s) {
    BufId threshold = bd_in(m->b, 4);
    if (threshold == NO_BUF) return x_int(m->n, DT_bool, 1);
    return x_fn2(m->n, FN_gt, score(m, p, s), bd_scalar(m->b, threshold));
}

/* Lowest (end false) or highest coordinate of box s; side 0: y, 1: x. */
static ExprId corner(const Nms *m, ExprId batch, ExprId s, int side, bool end) {
    const Attr_NonMaxSuppression *a = bd_attr(m->b);
    ExprId at[3] = {batch, s, x_index(m->n, 0)}, v[2];
    int column[2] = {side, side + 2}; /* y1, x1, y2, x2 */
    if (a->center_point_box) column[0] = 1 - side, column[1] = 3 - side; /* x, y, width, height */
    for (int i = 0; i < 2; i++) {
        at[2] = x_index(m->n, column[i]);
        v[i] = bd_load(m->b, bd_in(m->b, 0), at);
    }
    if (!a->center_point_box) return x_fn2(m->n, end ? FN_max : FN_min, v[0], v[1]);
    ExprId half = x_fn2(m->n, FN_mul, v[1], x_real(m->n, m->type, 0.5));
    return x_fn2(m->n, end ? FN_add : FN_sub, v[0], half);
}

/* Intersection over union of boxes s and t is above the threshold. */
static ExprId overlap(const Nms *m, ExprId batch, ExprId s, ExprId t) {
    Nest *n = m->n;
    ExprId both = NO_EXPR, one = NO_EXPR, other = NO_EXPR, zero = x_real(n, m->type, 0), good = x_int(n, DT_bool, 1);
    for (int side = 1; side >= 0; side--) {
        ExprId slo = corner(m, batch, s, side, false), shi = corner(m, batch, s, side, true);
        ExprId tlo = corner(m, batch, t, side, false), thi = corner(m, batch, t, side, true);
        ExprId lo = x_fn2(n, FN_max, slo, tlo), hi = x_fn2(n, FN_min, shi, thi);
        good = x_fn2(n, FN_and, good, x_fn2(n, FN_gt, hi, lo));
        ExprId w = x_fn2(n, FN_sub, hi, lo), ws = x_fn2(n, FN_sub, shi, slo), wt = x_fn2(n, FN_sub, thi, tlo);
        both = both == NO_EXPR ? w : x_fn2(n, FN_mul, both, w);
        one = one == NO_EXPR ? ws : x_fn2(n, FN_mul, one, ws);
        other = other == NO_EXPR ? wt : x_fn2(n, FN_mul, other, wt);
    }
    ExprId all = x_fn2(n, FN_sub, x_fn2(n, FN_add, one, other), both);
    ExprId positive[4] = {both, one, other, all};
    for (int i = 0; i < 4; i++) good = x_fn2(n, FN_and, good, x_fn2(n, FN_gt, positive[i], zero));
    BufId threshold = bd_in(m->b, 3);
    ExprId limit = threshold == NO_BUF ? zero : bd_scalar(m->b, threshold);
    return x_fn2(n, FN_and, good, x_fn2(n, FN_gt, x_fn2(n, FN_div, both, all), limit));
}

static void pair_axes(const Nms *m, const char *name, int64_t extent, AxisKind kind, AxisId *axes, ExprId *at) {
    axes[0] = nest_axis(m->n, "p", m->pairs, AXIS_spatial);
    axes[1] = nest_axis(m->n, name, extent, kind);
    at[0] = x_axis(m->n, axes[0]);
    at[1] = x_axis(m->n, axes[1]);
}

static void sort_boxes(const Nms *m) {
    Nest *n = m->n;
    AxisId axes[2];
    ExprId at[2];
    pair_axes(m, "s", m->boxes, AXIS_spatial, axes, at);
    AxisId j = nest_axis(n, "j", m->boxes, AXIS_reduce);
    ExprId je = x_axis(n, j), theirs = score(m, at[0], je), mine = score(m, at[0], at[1]);
    /* NaN, the largest number of select_less, goes to the end here: both are negated */
    ExprId minus[2] = {x_fn1(n, FN_neg, theirs), x_fn1(n, FN_neg, mine)};
    ExprId tie = x_fn2(n, FN_and, select_equal(n, theirs, mine), x_fn2(n, FN_lt, je, at[1]));
    ExprId first = x_fn2(n, FN_or, select_less(n, minus[0], minus[1]), tie);
    ExprId v = x_cast(n, DT_i32, x_fn2(n, FN_and, first, candidate(m, at[0], je)));
    bd_store(m->b, m->rank, 2, axes, x_reduce(n, COMBINE_sum, v, NO_EXPR, 1, &j));
    pair_axes(m, "s", m->boxes, AXIS_spatial, axes, at);
    bd_store(m->b, m->order, 2, axes, x_int(n, DT_i32, -1));
    pair_axes(m, "s", m->boxes, AXIS_serial, axes, at);
    ExprId to[2] = {at[0], index_at(m, m->rank, at[0], at[1])};
    Stage *s = bd_store_at(m->b, m->order, 2, axes, to, x_cast(n, DT_i32, at[1]));
    s->guard = x_fn2(n, FN_and, candidate(m, at[0], at[1]), x_fn2(n, FN_lt, to[1], x_index(n, m->boxes)));
}

static void turn_axes(const Nms *m, AxisId r, AxisId *axes, ExprId *at) {
    axes[0] = r;
    axes[1] = nest_axis(m->n, "p", m->pairs, AXIS_spatial);
    at[0] = x_axis(m->n, axes[1]);
    at[1] = x_axis(m->n, r);
}

static void choose_boxes(const Nms *m) {
    Nest *n = m->n;
    AxisId axes[2], r = nest_axis(n, "r", m->boxes, AXIS_serial), q = nest_axis(n, "q", m->most, AXIS_reduce);
    ExprId at[2], to[2], qe = x_axis(n, q), zero = x_int(n, DT_i32, 0);
    AxisId p = nest_axis(n, "p", m->pairs, AXIS_spatial);
    to[0] = x_axis(n, p), to[1] = x_index(n, 0);
    bd_store_at(m->b, m->number, 1, &p, to, zero);
    turn_axes(m, r, axes, at);
    ExprId box = load2(m, m->order, at[0], at[1]), number = index_at(m, m->number, at[0], at[1]);
    ExprId s = bd_clamp(m->b, x_to_index(n, box), 0, m->boxes - 1);
    ExprId t = bd_clamp(m->b, index_at(m, m->kept, at[0], qe), 0, m->boxes - 1);
    ExprId over = x_cast(n, DT_i32, overlap(m, bd_div(m->b, at[0], m->classes), s, t));
    over = x_reduce(n, COMBINE_max, over, x_fn2(n, FN_lt, qe, number), 1, &q);
    ExprId good = x_fn2(n, FN_and, x_fn2(n, FN_ge, box, zero), x_fn2(n, FN_le, over, zero));
    good = x_fn2(n, FN_and, good, x_fn2(n, FN_lt, number, x_index(n, m->most)));
    BufId room = bd_in(m->b, 2);
    ExprId left = x_fn2(n, FN_lt, x_cast(n, DT_i64, load2(m, m->number, at[0], at[1])), bd_scalar(m->b, room));
    bd_store_at(m->b, m->keep, 2, axes, at, x_cast(n, DT_i32, x_fn2(n, FN_and, good, left)));
    turn_axes(m, r, axes, at);
    to[0] = at[0], to[1] = index_at(m, m->number, at[0], at[1]);
    Stage *place = bd_store_at(m->b, m->kept, 2, axes, to, load2(m, m->order, at[0], at[1]));
    place->guard = x_fn2(n, FN_gt, x_load(n, m->keep, at), zero);
    turn_axes(m, r, axes, at);
    to[0] = at[0], to[1] = bd_plus(m->b, at[1], 1);
    bd_store_at(m->b, m->number, 2, axes, to, x_fn2(n, FN_add, load2(m, m->number, at[0], at[1]), x_load(n, m->keep, at)));
}

static void write_rows(const Nms *m, BufId y) {
    Nest *n = m->n;
    select_zero(m->b, y);
    for (int column = 0; column < 3; column++) {
        AxisId axes[2];
        ExprId at[2];
        pair_axes(m, "q", m->most, AXIS_serial, axes, at);
        ExprId to[2] = {x_fn2(n, FN_add, x_to_index(n, x_load(n, m->start, at)), at[1]), x_index(n, column)};
        ExprId v = column == 0 ? bd_div(m->b, at[0], m->classes)
                   : column == 1 ? bd_mod(m->b, at[0], m->classes) : index_at(m, m->kept, at[0], at[1]);
        Stage *s = bd_store_at(m->b, y, 2, axes, to, x_cast(n, DT_i64, v));
        s->guard = x_fn2(n, FN_and, x_fn2(n, FN_lt, at[1], index_at(m, m->number, at[0], x_index(n, m->boxes))),
                         x_fn2(n, FN_lt, to[0], x_index(n, bd_buf(m->b, y)->dim[0])));
    }
}

/* Without boxes or room for one there is nothing to choose. */
bool build_NonMaxSuppression(NestBuild *b) {
    const Attr_NonMaxSuppression *a = bd_attr(b);
    BufId y = bd_out(b, 0), boxes = bd_in(b, 0), scores = bd_in(b, 1);
    Nest *n = b->nest;
    Nms m = {.b = b, .n = n, .classes = bd_buf(b, scores)->dim[1], .boxes = bd_buf(b, boxes)->dim[1]};
    m.pairs = bd_buf(b, scores)->dim[0] * m.classes;
    m.most = a->most >= 0 && a->most < m.boxes ? a->most : m.boxes;
    m.type = bd_compute(bd_buf(b, boxes)->dtype);
    if (m.most == 0 || m.pairs == 0 || bd_in(b, 2) == NO_BUF) {
        if (y != NO_BUF) select_zero(b, y);
        select_count(b, 1, x_int(n, DT_i64, 0));
        return true;
    }
    int64_t by_box[2] = {m.pairs, m.boxes}, by_kept[2] = {m.pairs, m.most}, by_step[2] = {m.pairs, m.boxes + 1}, ends = m.pairs + 1;
    m.rank = bd_local(b, "rank", DT_i32, 2, by_box);
    m.order = bd_local(b, "order", DT_i32, 2, by_box);
    m.keep = bd_local(b, "keep", DT_i32, 2, by_box);
    m.kept = bd_local(b, "kept", DT_i32, 2, by_kept);
    m.number = bd_local(b, "number", DT_i32, 2, by_step);
    m.start = bd_local(b, "start", DT_i32, 1, &ends);
    sort_boxes(&m);
    choose_boxes(&m);
    ExprId first = x_index(n, 0);
    bd_store_at(b, m.start, 0, NULL, &first, x_int(n, DT_i32, 0));
    AxisId p = nest_axis(n, "p", m.pairs, AXIS_serial);
    ExprId pe = x_axis(n, p), next = bd_plus(b, pe, 1);
    bd_store_at(b, m.start, 1, &p, &next, x_fn2(n, FN_add, x_load(n, m.start, &pe), load2(&m, m.number, pe, x_index(n, m.boxes))));
    if (y != NO_BUF) write_rows(&m, y);
    ExprId end = x_index(n, m.pairs);
    select_count(b, 1, x_load(n, m.start, &end));
    return true;
}
