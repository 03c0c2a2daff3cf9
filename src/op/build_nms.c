/* NonMaxSuppression. Pairs (batch, class) are one axis p:
 *     candidate[p,i] = the i-th box whose score is high enough
 *     rank[p,i]  = how many of them come before it by their score;  order[p,rank] = candidate[p,i]
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
    BufId corners, candidate, found, rank, order, keep, kept, number, start;
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
    int column[2] = {side, side + 2};                                    /* y1, x1, y2, x2 */
    if (a->center_point_box) column[0] = 1 - side, column[1] = 3 - side; /* x, y, width, height */
    for (int i = 0; i < 2; i++) {
        at[2] = x_index(m->n, column[i]);
        v[i] = bd_load(m->b, bd_in(m->b, 0), at);
    }
    if (!a->center_point_box) return x_fn2(m->n, end ? FN_max : FN_min, v[0], v[1]);
    ExprId half = x_fn2(m->n, FN_mul, v[1], x_real(m->n, m->type, 0.5));
    return x_fn2(m->n, end ? FN_add : FN_sub, v[0], half);
}

/* corners[batch,s]: y from, y to, x from, x to */
static void find_corners(const Nms *m) {
    for (int i = 0; i < 4; i++) {
        AxisId axes[2] = {nest_axis(m->n, "n", m->pairs / m->classes, AXIS_spatial),
                          nest_axis(m->n, "s", m->boxes, AXIS_spatial)};
        ExprId at[3] = {x_axis(m->n, axes[0]), x_axis(m->n, axes[1]), x_index(m->n, i)};
        bd_store_at(m->b, m->corners, 2, axes, at, corner(m, at[0], at[1], i / 2, i % 2));
    }
}

/* Intersection over union of boxes s and t is above the threshold. Boxes that do not meet, and those without an area,
 * have an intersection of 0. */
static ExprId overlap(const Nms *m, ExprId batch, ExprId s, ExprId t) {
    Nest *n = m->n;
    ExprId area[3] = {NO_EXPR, NO_EXPR, NO_EXPR}, zero = x_real(n, m->type, 0); /* of s, of t, of both */
    for (int side = 1; side >= 0; side--) {
        ExprId edge[4], size[3];
        for (int i = 0; i < 4; i++) {
            ExprId at[3] = {batch, i < 2 ? s : t, x_index(n, 2 * side + i % 2)};
            edge[i] = x_load(n, m->corners, at);
        }
        size[0] = x_fn2(n, FN_sub, edge[1], edge[0]);
        size[1] = x_fn2(n, FN_sub, edge[3], edge[2]);
        size[2] = x_fn2(n, FN_sub, x_fn2(n, FN_min, edge[1], edge[3]), x_fn2(n, FN_max, edge[0], edge[2]));
        size[2] = x_fn2(n, FN_max, size[2], zero);
        for (int i = 0; i < 3; i++) area[i] = area[i] == NO_EXPR ? size[i] : x_fn2(n, FN_mul, area[i], size[i]);
    }
    ExprId all = x_fn2(n, FN_sub, x_fn2(n, FN_add, area[0], area[1]), area[2]);
    BufId threshold = bd_in(m->b, 3);
    ExprId limit = threshold == NO_BUF ? zero : bd_scalar(m->b, threshold);
    return x_fn2(n, FN_gt, x_fn2(n, FN_div, area[2], all), limit);
}

static void pair_axes(const Nms *m, const char *name, int64_t extent, AxisKind kind, AxisId *axes, ExprId *at) {
    axes[0] = nest_axis(m->n, "p", m->pairs, AXIS_spatial);
    axes[1] = nest_axis(m->n, name, extent, kind);
    at[0] = x_axis(m->n, axes[0]);
    at[1] = x_axis(m->n, axes[1]);
}

static void turn_axes(const Nms *m, AxisId r, AxisId *axes, ExprId *at) {
    axes[0] = r;
    axes[1] = nest_axis(m->n, "p", m->pairs, AXIS_spatial);
    at[0] = x_axis(m->n, axes[1]);
    at[1] = x_axis(m->n, r);
}

/* candidate[p,0..found[p,boxes]): the boxes that may be chosen; found[p,s]: how many of them are below s. */
static void find_candidates(const Nms *m) {
    Nest *n = m->n;
    AxisId axes[2], s = nest_axis(n, "s", m->boxes, AXIS_serial), p = nest_axis(n, "p", m->pairs, AXIS_spatial);
    ExprId at[2], to[2] = {x_axis(n, p), x_index(n, 0)};
    bd_store_at(m->b, m->found, 1, &p, to, x_int(n, DT_i32, 0));
    turn_axes(m, s, axes, at);
    to[0] = at[0], to[1] = index_at(m, m->found, at[0], at[1]);
    Stage *place = bd_store_at(m->b, m->candidate, 2, axes, to, x_cast(n, DT_i32, at[1]));
    place->guard = candidate(m, at[0], at[1]);
    turn_axes(m, s, axes, at);
    to[0] = at[0], to[1] = bd_plus(m->b, at[1], 1);
    ExprId one = x_cast(n, DT_i32, candidate(m, at[0], at[1]));
    bd_store_at(m->b, m->found, 2, axes, to, x_fn2(n, FN_add, load2(m, m->found, at[0], at[1]), one));
}

/* Candidate i is one of those that were found. */
static ExprId is_found(const Nms *m, ExprId p, ExprId i) {
    return x_fn2(m->n, FN_lt, i, index_at(m, m->found, p, x_index(m->n, m->boxes)));
}

static ExprId candidate_score(const Nms *m, ExprId p, ExprId i) {
    return score(m, p, bd_clamp(m->b, index_at(m, m->candidate, p, i), 0, m->boxes - 1));
}

/* By falling score, equal ones as they come, NaN at the end. */
static void sort_boxes(const Nms *m) {
    Nest *n = m->n;
    AxisId axes[2];
    ExprId at[2];
    pair_axes(m, "i", m->boxes, AXIS_spatial, axes, at);
    AxisId j = nest_axis(n, "j", m->boxes, AXIS_reduce);
    ExprId je = x_axis(n, j), theirs = candidate_score(m, at[0], je), mine = candidate_score(m, at[0], at[1]);
    ExprId tie = x_fn2(n, FN_and, select_equal(n, theirs, mine), x_fn2(n, FN_lt, je, at[1]));
    /* NaN is the largest number of select_less, whatever its sign */
    ExprId first = x_fn2(n, FN_or, select_less(n, x_fn1(n, FN_neg, theirs), x_fn1(n, FN_neg, mine)), tie);
    ExprId guard = x_fn2(n, FN_and, is_found(m, at[0], at[1]), is_found(m, at[0], je));
    bd_store(m->b, m->rank, 2, axes, x_reduce(n, COMBINE_sum, x_cast(n, DT_i32, first), guard, 1, &j));
    pair_axes(m, "i", m->boxes, AXIS_spatial, axes, at);
    bd_store(m->b, m->order, 2, axes, x_int(n, DT_i32, -1));
    pair_axes(m, "i", m->boxes, AXIS_serial, axes, at);
    ExprId to[2] = {at[0], index_at(m, m->rank, at[0], at[1])};
    Stage *s = bd_store_at(m->b, m->order, 2, axes, to, load2(m, m->candidate, at[0], at[1]));
    s->guard = is_found(m, at[0], at[1]);
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
    ExprId guard = x_fn2(n, FN_and, x_fn2(n, FN_ge, box, zero), x_fn2(n, FN_lt, qe, number));
    over = x_reduce(n, COMBINE_max, over, guard, 1, &q);
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
    bd_store_at(m->b, m->number, 2, axes, to,
                x_fn2(n, FN_add, load2(m, m->number, at[0], at[1]), x_load(n, m->keep, at)));
}

static void write_rows(const Nms *m, BufId y) {
    Nest *n = m->n;
    select_zero(m->b, y);
    for (int column = 0; column < 3; column++) {
        AxisId axes[2];
        ExprId at[2];
        pair_axes(m, "q", m->most, AXIS_serial, axes, at);
        ExprId to[2] = {x_fn2(n, FN_add, x_to_index(n, x_load(n, m->start, at)), at[1]), x_index(n, column)};
        ExprId v = column == 0   ? bd_div(m->b, at[0], m->classes)
                   : column == 1 ? bd_mod(m->b, at[0], m->classes)
                                 : index_at(m, m->kept, at[0], at[1]);
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
    int64_t by_box[2] = {m.pairs, m.boxes}, by_kept[2] = {m.pairs, m.most}, by_step[2] = {m.pairs, m.boxes + 1},
            ends = m.pairs + 1;
    m.corners = bd_local(b, "corners", m.type, 3, (int64_t[]){bd_buf(b, boxes)->dim[0], m.boxes, 4});
    m.candidate = bd_local(b, "candidate", DT_i32, 2, by_box);
    m.found = bd_local(b, "found", DT_i32, 2, by_step);
    m.rank = bd_local(b, "rank", DT_i32, 2, by_box);
    m.order = bd_local(b, "order", DT_i32, 2, by_box);
    m.keep = bd_local(b, "keep", DT_i32, 2, by_box);
    m.kept = bd_local(b, "kept", DT_i32, 2, by_kept);
    m.number = bd_local(b, "number", DT_i32, 2, by_step);
    m.start = bd_local(b, "start", DT_i32, 1, &ends);
    find_corners(&m);
    find_candidates(&m);
    sort_boxes(&m);
    choose_boxes(&m);
    ExprId first = x_index(n, 0);
    bd_store_at(b, m.start, 0, NULL, &first, x_int(n, DT_i32, 0));
    AxisId p = nest_axis(n, "p", m.pairs, AXIS_serial);
    ExprId pe = x_axis(n, p), next = bd_plus(b, pe, 1);
    bd_store_at(b, m.start, 1, &p, &next,
                x_fn2(n, FN_add, x_load(n, m.start, &pe), load2(&m, m.number, pe, x_index(n, m.boxes))));
    if (y != NO_BUF) write_rows(&m, y);
    ExprId end = x_index(n, m.pairs);
    select_count(b, 1, x_load(n, m.start, &end));
    return true;
}
