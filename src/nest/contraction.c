/* Schedules for sums of products: acc[pixel][block] += x[pixel] * w[block], w vectors along the axis that is contiguous
 * in the result; columns of a matrix are cut into blocks of vectors first. P pixels times B blocks stay in registers
 * during the reduction. A constant w is stored in the order in which it is read, a tensor must be contiguous along the
 * lanes. The loops outside are ordered by what moves through the second-level cache. */
#include "base/size.h"
#include "nest/internal.h"
#include "nest/rule.h"

/* How a spatial axis moves the two operands. */
typedef enum { MOVES_none, MOVES_x, MOVES_w, MOVES_both } Moves;

typedef struct {
    Rule *r;
    ExprId red, x, w;  /* the reduction and its two loads */
    BufId wbuf;
    bool constant;     /* w is: it can be stored as it is read */
    bool elements;     /* neighbours along the reduction are loaded as vectors of x */
    bool mmla;         /* bytes of two pixels by those of two lanes in one instruction */
    bool fours;        /* of four neighbouring pixels the bytes that are summed are one load */
    bool bytes;        /* bytes by a constant i8: neighbours of a reduced axis are summed by one instruction */
    AxisId lane, pixel, block; /* NO_AXIS where there is none */
    int64_t lanes, depth;      /* depth: points of the reduction */
    int64_t pixel_stride;      /* elements of x from one pixel to the next */
} Contraction;

static StagePlan *plan_of(const Contraction *c) { return rule_plan(c->r); }
static Nest *nest_of(const Contraction *c) { return c->r->p->nest; }

static Moves moves(const Contraction *c, AxisId a) {
    Nest *n = nest_of(c);
    bool x = x_uses_axis(n, c->x, a), w = x_uses_axis(n, c->w, a);
    return x ? (w ? MOVES_both : MOVES_x) : w ? MOVES_w : MOVES_none;
}

static void turn_operands(Contraction *c) {
    ExprId t = c->x;
    c->x = c->w;
    c->w = t;
    c->wbuf = x_get(nest_of(c), c->w)->id;
}

static const Piece *piece_of(const Contraction *c, AxisId a) {
    StagePlan *s = plan_of(c);
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].root == a && s->piece[i].outermost) return &s->piece[i];
    return NULL;
}

/* The value of the reduction is load * load; a constant is w. */
static bool operands(Contraction *c) {
    Nest *n = nest_of(c);
    Expr red = *x_get(n, c->red);
    ExprId v = x_arg(n, c->red, 0);
    if (red.id == COMBINE_sum && c->r->p->target->dot >= 4 && dot_operands(n, v, c->r->p->target->dot_by, &c->x, &c->w)) {
        c->wbuf = x_get(n, c->w)->id;
        c->bytes = c->constant = true;
        return n->buf.at[c->wbuf].nphys == 0;
    }
    if (red.id != COMBINE_sum || red.dtype != nest_lane(n) || x_get(n, v)->kind != X_fn || x_get(n, v)->id != FN_mul)
        return false;
    c->x = x_float_load(n, x_arg(n, v, 0));
    c->w = x_float_load(n, x_arg(n, v, 1));
    if (c->x == NO_EXPR || c->w == NO_EXPR) return false;
    if (n->buf.at[x_get(n, c->x)->id].kind == BUF_const) turn_operands(c);
    c->wbuf = x_get(n, c->w)->id;
    c->constant = n->buf.at[c->wbuf].kind == BUF_const;
    return n->buf.at[c->wbuf].nphys == 0;
}

/* Does axis a move vectors of w (contiguous, or a constant that will be stored so), and x by single steps or not? */
static bool carries_lanes(const Contraction *c, AxisId a) {
    Nest *n = nest_of(c);
    int64_t coef;
    Moves m = moves(c, a);
    if (m != MOVES_w && (m != MOVES_both || !c->constant)) return false;
    if (!c->constant && (!x_coefficient(n, x_load_offset(n, c->w), a, &coef) || coef != 1)) return false;
    return m == MOVES_w || (x_coefficient(n, x_load_offset(n, c->x), a, &coef) && coef == 1);
}

/* The axis whose neighbours lie side by side in the result and which moves w: the lanes. */
static bool find_lane(Contraction *c) {
    Nest *n = nest_of(c);
    const Stage *st = &n->stage.at[c->r->stage];
    ExprId to = buffer_offset(n, st->out, st->index);
    int64_t most = target_lanes(c->r->p->target, nest_lane(n)), least = n->halves ? most : 4, coef;
    StagePlan *s = plan_of(c);
    for (int i = 0; i < s->npiece; i++) {
        const Piece *p = &s->piece[i];
        if (p->reduce || p->step != 1 || !p->outermost || n->axis.at[p->root].kind == AXIS_serial) continue;
        if (!x_coefficient(n, to, p->root, &coef) || coef != 1) continue;
        if (!c->constant && moves(c, p->root) == MOVES_x) turn_operands(c);
        if (!carries_lanes(c, p->root)) continue;
        for (int64_t l = most; l >= least; l /= 2)
            if (p->size % l == 0) {
                c->lane = p->root;
                c->lanes = l;
                return true;
            }
    }
    return false;
}

/* After a step that rewrote the stage. */
static bool found_again(Contraction *c) {
    Nest *n = nest_of(c);
    return x_reductions(n, n->stage.at[c->r->stage].value, &c->red, 1) == 1 && operands(c) && find_lane(c);
}

/* Several vectors of columns side by side: blocks of them are an axis of their own. */
static bool block_columns(Contraction *c) {
    const Piece *x = piece_of(c, c->lane);
    return x->size == c->lanes || (rule_step1(c->r, STEP_block, x->name, c->lanes, NULL) && found_again(c));
}

/* Innermost axis that moves x alone, and the axis of blocks that moves w alone. */
static void find_tiles(Contraction *c) {
    Nest *n = nest_of(c);
    StagePlan *s = plan_of(c);
    c->pixel = c->block = NO_AXIS;
    for (int i = s->npiece - 1; i >= 0; i--) {
        const Piece *p = &s->piece[i];
        if (p->root == c->lane || n->axis.at[p->root].kind == AXIS_serial) continue;
        if (p->reduce) {
            c->depth *= p->size;
            continue;
        }
        Moves m = moves(c, p->root);
        if (m == MOVES_x && c->pixel == NO_AXIS && x_coefficient(n, x_load_offset(n, c->x), p->root, &c->pixel_stride))
            c->pixel = p->root;
        if (m == MOVES_w && c->block == NO_AXIS) c->block = p->root;
    }
}

/* The largest number that axis a, or a plus a constant, is divided by; 0: none. Output channels of a group read the same
 * part of x, and output pixels of a transposed convolution the same input pixel. */
static int64_t divided_by(Nest *n, ExprId e, AxisId a) {
    const Expr *x = x_get(n, e);
    int64_t most = 0;
    Linear l;
    if (x->kind == X_fn && x->id == FN_div && x->is_index && x_get(n, x_arg(n, e, 1))->kind == X_int &&
        linear_of(n, x_arg(n, e, 0), &l) && l.n == 1 && l.term[0].coef == 1 && l.term[0].atom == x_axis(n, a))
        return x_get(n, x_arg(n, e, 1))->i;
    for (int i = 0; i < x->narg; i++) {
        int64_t d = x_arg(n, e, i) == NO_EXPR ? 0 : divided_by(n, x_arg(n, e, i), a);
        if (d > most) most = d;
    }
    return most;
}

/* Axes whose quotient moves x become two: of groups, and of the points in one. */
static bool block_groups(Contraction *c) {
    Nest *n = nest_of(c);
    StagePlan *s = plan_of(c);
    for (int i = 0; i < s->npiece; i++) {
        if (s->piece[i].reduce || s->piece[i].root == c->lane || moves(c, s->piece[i].root) != MOVES_both) continue;
        int64_t d = divided_by(n, c->x, s->piece[i].root);
        if (d < 2 || d >= s->piece[i].size) continue;
        if (!rule_step1(c->r, STEP_block, s->piece[i].name, d, NULL) || !found_again(c)) return false;
    }
    return true;
}

/* ---- the model ---- */

/* Scalars are loaded as vectors whose elements are multiplied; halves are spread by the load. */
static bool by_element(const Contraction *c) { return c->r->p->target->by_element && !nest_of(c)->halves; }

/* Are products of bytes summed as 16-bit numbers? */
static bool wide(const Contraction *c) {
    return c->r->p->target->twos == TWOS_WIDE || !nest_of(c)->buf.at[c->wbuf].narrow;
}

/* Cycles of four points where products of bytes are summed by twos: three instructions of vectors a cycle, two loads. Wide
 * ones take four instructions, and what widens the operands; the others three. */
static double twos_cycles(int64_t p, int64_t b, bool wide) {
    double work = (double)(wide ? 4 * p * b + 2 * p + 3 * b : 3 * p * b) / 3, load = (double)(p + b) / 2;
    return (work > load ? work : load) + 0.1 * (double)(p + b); /* of equal ones that with fewer loads */
}

/* Cycles of one step of the reduction with p x b accumulators: multiply-adds and loads issue at one (AVX-512) or two
 * (narrower vectors) a cycle, and a chain of dependent additions takes 4 cycles. What spreads a half is one of the former. */
static double step_cycles(const Contraction *c, int64_t p, int64_t b) {
    const Target *t = c->r->p->target;
    if (c->bytes && t->twos) return twos_cycles(p, b, wide(c));
    double rate = t->vector_bytes >= 64 ? 1 : 2, fma = (double)(p * b + (nest_of(c)->halves ? p : 0)) / rate;
    double load = (double)b / rate + (double)p / (by_element(c) && !(c->fours && p % 4) ? 8 : 2);
    double most = fma > load ? fma : load;
    return (most > 4 ? most : 4) + 0.1 * (double)(p + b); /* of equal ones that with fewer loads */
}

static double tile_cycles(const Contraction *c, int64_t p, int64_t b) {
    int64_t stride = c->pixel_stride * 4 % 4096, together = 4096; /* rows that share sets of the first-level cache */
    while (stride) {
        int64_t rest = together % stride;
        together = stride;
        stride = rest;
    }
    double conflict = p * together > 6 * 4096 ? 1.5 : 1; /* more of them than its ways */
    return (double)c->depth * step_cycles(c, p, b) * conflict + 1.5 * (double)(p * b) + 20;
}

typedef struct {
    int64_t p, b;
    double cycles;
} Tile;

#define ODD_TILE 0.2 /* what a tile that does not divide may cost there: its last piece is a loop of its own */
#define SMALL_TILE 12 /* accumulators where the size of the code counts: enough to hide the latency of most processors */

/* Registers that a step's factors without lanes take: one after the other; or all of them, as vectors whose elements are
 * multiplied, and one more so that the next load need not wait. */
static int64_t scalars(const Contraction *c, int64_t p) {
    return by_element(c) ? (c->mmla ? p / 2 : c->fours && p % 4 == 0 ? p / 4 : p) + 1 : 1;
}

/* Registers beside the accumulators. */
static int64_t operand_registers(const Contraction *c, int64_t p, int64_t b) {
    if (c->bytes && c->r->p->target->twos) return (wide(c) ? 2 * b : b) + 3;
    return (b > 1 ? b : 0) + scalars(c, p) + (b == 1);
}

static Tile best_tile(const Contraction *c, int64_t pixels, int64_t blocks) {
    int64_t regs = c->r->p->target->vector_registers, most = c->r->p->small ? SMALL_TILE : regs;
    Tile best = {1, 1, -1};
    for (int64_t b = 1; b <= 8 && b <= blocks; b++)
        for (int64_t p = 1; p <= 28 && p <= pixels; p++) {
            if (c->mmla && p % 2) continue;
            if (p * b + operand_registers(c, p, b) > regs || p * b > most) break;
            int64_t q = pixels / p, r = pixels % p, qb = blocks / b, rb = blocks % b;
            double cost = (double)(q * qb) * tile_cycles(c, p, b);
            if (r) cost += (double)qb * tile_cycles(c, r, b);
            if (rb) cost += (double)q * tile_cycles(c, p, rb);
            if (r && rb) cost += tile_cycles(c, r, rb);
            if (c->r->p->small) cost *= 1 + ODD_TILE * ((r != 0) + (rb != 0));
            if (best.cycles < 0 || cost < best.cycles * 0.9999) best = (Tile){p, b, cost};
        }
    return best;
}

/* ---- steps ---- */

/* `size` points of an axis become part of the register tile. */
static bool take_tile(Contraction *c, AxisId a, int64_t size) {
    if (a == NO_AXIS || size < 2) return true;
    const char *name = piece_of(c, a)->name;
    if (rule_guarded(c->r, c->red, a) && !rule_step1(c->r, STEP_edges, name, 0, NULL)) return false;
    return rule_step1(c->r, STEP_tile, name, size, NULL) && rule_step1(c->r, STEP_unroll, rule_name(c->r, -1), 0, NULL);
}

/* Blocked channels of x are walked block by block: their index divides the reduced axis. */
static int64_t reduced_block(const Contraction *c, AxisId a) {
    Nest *n = nest_of(c);
    for (int i = 0; i < x_get(n, c->x)->narg; i++) {
        const Expr *x = x_get(n, x_arg(n, c->x, i));
        if (x->kind != X_fn || x->id != FN_mod || !x->is_index) continue;
        const Expr *d = x_get(n, x_arg(n, x_arg(n, c->x, i), 1));
        if (d->kind == X_int && x_uses_axis(n, x_arg(n, c->x, i), a)) return d->i;
    }
    return 0;
}

/* Neighbouring windows of a row without blocks overlap: the loop over the window's columns goes outside the other
 * reduced ones. Innermost, gcc would keep what steps share in registers (predictive commoning), and spill. */
static bool columns_outside(Contraction *c) {
    StagePlan *s = plan_of(c);
    int last = -1;
    int64_t coef;
    Step st = {.kind = STEP_reorder};
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].reduce) {
            if (reduced_block(c, s->piece[i].root) > 1) return true;
            last = i;
        }
    if (last < 0 || s->piece[last].size < 2 || c->pixel == NO_AXIS ||
        !x_coefficient(nest_of(c), x_load_offset(nest_of(c), c->x), s->piece[last].root, &coef) || coef <= 0 ||
        coef > c->pixel_stride * 8)
        return true;
    st.axis[st.naxis++] = s->piece[last].name;
    for (int i = 0; i < last; i++)
        if (s->piece[i].reduce && st.naxis < MAX_STEP_AXES) st.axis[st.naxis++] = s->piece[i].name;
    return st.naxis == 1 || rule_step(c->r, st);
}

/* Reduced pieces: the kernel's loops between the blocks of channels and the channels of one. */
static bool order_reduction(Contraction *c) {
    StagePlan *s = plan_of(c);
    AxisId split = NO_AXIS;
    for (int i = 0; i < s->npiece && split == NO_AXIS; i++) {
        int64_t block = s->piece[i].reduce ? reduced_block(c, s->piece[i].root) : 0;
        if (block < 2 || block >= s->piece[i].size) continue;
        split = s->piece[i].root;
        if (!rule_step1(c->r, STEP_split, s->piece[i].name, block, NULL)) return false;
    }
    if (split == NO_AXIS) return true;
    Step st = {.kind = STEP_reorder};
    for (int i = 0; i < s->npiece; i++) /* all but the inner piece, then that */
        if (s->piece[i].reduce && !(s->piece[i].root == split && !s->piece[i].outermost))
            st.axis[st.naxis++] = s->piece[i].name;
    if (c->elements && st.naxis > 2) { /* a border writes the columns out: each a loop, or gcc keeps what they share, and spills */
        const char *column = st.axis[st.naxis - 1];
        st.axis[st.naxis - 1] = st.axis[st.naxis - 2];
        st.axis[st.naxis - 2] = column;
    }
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].root == split && !s->piece[i].outermost) st.axis[st.naxis++] = s->piece[i].name;
    return st.naxis == 2 || rule_step(c->r, st);
}

/* The innermost piece of axis a, cut into pieces of `size` if it is larger. */
static bool cut(Contraction *c, AxisId a, int64_t size, const char **name) {
    StagePlan *s = plan_of(c);
    for (int i = 0; i < s->npiece; i++) {
        if (s->piece[i].root != a || s->piece[i].step != 1) continue;
        bool larger = s->piece[i].size > size;
        if (larger && !rule_step1(c->r, STEP_split, s->piece[i].name, size, NULL)) return false;
        *name = rule_name(c->r, i + larger);
        return true;
    }
    return false;
}

/* Bytes: the channels go inside the kernel's other loops, cut into `by` of them, which one instruction sums. */
static bool order_bytes(Contraction *c, int64_t by, const char **cut_to) {
    StagePlan *s = plan_of(c);
    int64_t block = 0;
    int at = -1;
    Step st = {.kind = STEP_reorder};
    for (int i = 0; i < s->npiece; i++) {
        if (!s->piece[i].reduce) continue;
        int64_t coef, b = reduced_block(c, s->piece[i].root);
        ExprId at_x = x_load_offset(nest_of(c), c->x);
        bool along = b || (x_coefficient(nest_of(c), at_x, s->piece[i].root, &coef) && coef == 1);
        if (!along || (b % by && !(c->mmla && by % b == 0)) || s->piece[i].size % by) continue;
        at = i;
        block = b;
    }
    if (at < 0) return false;
    AxisId channels = s->piece[at].root;
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].reduce && i != at) st.axis[st.naxis++] = s->piece[i].name;
    st.axis[st.naxis++] = s->piece[at].name;
    if (st.naxis > 1 && !rule_step(c->r, st)) return false;
    return (block < by || cut(c, channels, block, cut_to)) && cut(c, channels, by, cut_to);
}

#define LONG_REDUCTION 512 /* points above which sums are taken in parts */
#define PART 320           /* points of one */
#define LONG_HALVES 96     /* the same of halves */
#define PART_HALVES 64

/* One long sum rounds as often as it has terms; sums of parts are closer to what a product in blocks gives. */
static bool partial_sums(Contraction *c) {
    StagePlan *s = plan_of(c);
    bool halves = nest_of(c)->halves;
    int first = 0;
    int64_t inner = 1, most = halves ? PART_HALVES : PART;
    while (first < s->npiece && !s->piece[first].reduce) first++;
    for (int i = first + 1; i < s->npiece; i++)
        if (s->piece[i].reduce) inner *= s->piece[i].size;
    if (first == s->npiece || inner * s->piece[first].size <= (halves ? LONG_HALVES : LONG_REDUCTION)) return true;
    int64_t part = inner >= most ? 1 : most / inner;
    const char *name = s->piece[first].name;
    if (part >= s->piece[first].size) return true;
    if (part > 1) {
        if (!rule_step1(c->r, STEP_split, name, part, NULL)) return true; /* pieces inside others have to divide */
        name = s->piece[first].name;
    }
    return rule_step1(c->r, STEP_partial, name, 0, NULL);
}

static int64_t bytes_of(const Nest *n, BufId b) { return buffer_elements(&n->buf.at[b]) * 4; }

/* Piece `from` takes place `to`, those between move up. */
static bool move_piece(Contraction *c, int from, int to) {
    StagePlan *s = plan_of(c);
    Step st = {.kind = STEP_reorder};
    if (to < from) st.axis[st.naxis++] = s->piece[from].name;
    for (int i = from < to ? from + 1 : to; i <= (from < to ? to : from - 1); i++)
        st.axis[st.naxis++] = s->piece[i].name;
    if (to > from) st.axis[st.naxis++] = s->piece[from].name;
    return st.naxis < 2 || rule_step(c->r, st);
}

/* The loop over blocks of channels goes inside that over pixels where the constant fits the cache better than x does,
 * else outside. */
static bool order_outer(Contraction *c, const Tile *t) {
    StagePlan *s = plan_of(c);
    Nest *n = nest_of(c);
    if (c->block == NO_AXIS || c->pixel == NO_AXIS) return true;
    int64_t l2 = c->r->p->target->l2_bytes / 2, w = bytes_of(n, c->wbuf), x = bytes_of(n, x_get(n, c->x)->id);
    int64_t blocks = (n->axis.at[c->block].extent + t->b - 1) / t->b, rows = 1;
    int at = -1, first = -1, to = -1;
    for (int i = 0; i < s->npiece && !s->piece[i].reduce; i++)
        if (s->piece[i].root == c->block) at = i;
    for (int i = 0; i < s->npiece && !s->piece[i].reduce; i++) {
        if (at < 0 || moves(c, s->piece[i].root) != MOVES_x) continue;
        if (first < 0) first = i;
        if (i > at && to > at && s->piece[to].root != c->pixel) break; /* rows outside, tiles of a row inside */
        rows *= s->piece[i].size;
        to = i;
    }
    if (to < 0) return true;
    int64_t block_outside = w + (x > l2 ? x * blocks : x), pixel_outside = x + (w > l2 ? w * rows : w);
    if (block_outside < pixel_outside || (block_outside == pixel_outside && w > x))
        return at < first || move_piece(c, at, first);
    return at > to || move_piece(c, at, to);
}

/* Rows at the borders on their own, so that the window's loops have constant bounds elsewhere. */
static bool edge_rows(Contraction *c) {
    StagePlan *s = plan_of(c);
    for (int i = 0; i < s->npiece; i++) {
        Piece x = s->piece[i];
        if (x.reduce || x.root == c->lane || x.root == c->pixel || !rule_guarded(c->r, c->red, x.root)) continue;
        if (!rule_step1(c->r, STEP_edges, x.name, 0, NULL)) return false;
    }
    return true;
}

/* Do neighbours along the innermost loop of the reduction, which will be that over a block of channels if there is one,
 * lie side by side in x, at least a vector of them? */
static bool reads_elements(const Contraction *c) {
    const Target *t = c->r->p->target;
    int64_t lanes = target_lanes(t, DT_f32), coef;
    const Piece *last = NULL;
    StagePlan *s = plan_of(c);
    if (!by_element(c) || c->r->p->small) return false;
    for (int i = 0; i < s->npiece; i++) {
        if (!s->piece[i].reduce) continue;
        last = &s->piece[i];
        int64_t block = reduced_block(c, last->root);
        if (block && block % lanes == 0) return true;
    }
    return last && last->size >= 2 * lanes && x_coefficient(nest_of(c), x_load_offset(nest_of(c), c->x), last->root, &coef) &&
           coef == 1;
}

/* A vector's length of the innermost reduced piece is written out, its scalars are elements of vectors. */
static bool take_elements(Contraction *c) {
    StagePlan *s = plan_of(c);
    int64_t lanes = target_lanes(c->r->p->target, DT_f32);
    RuleMark before = rule_mark(c->r);
    int at = s->npiece - 1;
    while (at >= 0 && !s->piece[at].reduce) at--;
    if (!c->elements || at < 0) return false;
    bool split = s->piece[at].size > lanes;
    if (split && !rule_step1(c->r, STEP_split, s->piece[at].name, lanes, NULL)) return false;
    const char *name = rule_name(c->r, at + split);
    return (rule_step1(c->r, STEP_unroll, name, 0, NULL) && rule_step1(c->r, STEP_elements, name, 0, NULL)) ||
           rule_back(c->r, &before);
}

#define SHORT_REDUCTION 64 /* points below which loop control counts */

/* Two pixels by two lanes and eight points of the reduction an instruction, where the target has it. */
static bool dense_mmla(Contraction *c) {
    if (!c->r->p->target->mmla || c->pixel == NO_AXIS || c->lanes != 4) return false;
    int64_t pixels = nest_of(c)->axis.at[c->pixel].extent, depth = c->depth, stride = c->pixel_stride;
    int64_t blocks = c->block == NO_AXIS ? 1 : nest_of(c)->axis.at[c->block].extent;
    if (pixels < 2) return false;
    RuleMark before = rule_mark(c->r);
    c->mmla = true;
    c->depth = ceil_div(c->depth, MMLA_POINTS);
    c->pixel_stride = ceil_div(c->pixel_stride, 4);
    Tile t = best_tile(c, pixels + pixels % 2, blocks); /* a row alone costs as much as two */
    if (t.p > pixels) t.p = pixels;
    Step mmla = {.kind = STEP_mmla, .naxis = 3, .buffer = nest_of(c)->buf.at[c->wbuf].name};
    bool done = (c->r->p->small || c->depth > SHORT_REDUCTION || edge_rows(c)) && order_bytes(c, MMLA_POINTS, &mmla.axis[0]) &&
                take_tile(c, c->block, t.b) && take_tile(c, c->pixel, t.p) &&
                rule_step1(c->r, STEP_tile, piece_of(c, c->lane)->name, c->lanes, NULL) && order_outer(c, &t);
    mmla.axis[1] = rule_name(c->r, -2);
    mmla.axis[2] = rule_name(c->r, -1);
    if (done && rule_step(c->r, mmla)) return true;
    c->mmla = false;
    c->depth = depth, c->pixel_stride = stride;
    return rule_back(c->r, &before);
}

static bool dense_bytes(Contraction *c) {
    if (dense_mmla(c)) return true;
    int64_t pixels = c->pixel == NO_AXIS ? 1 : nest_of(c)->axis.at[c->pixel].extent;
    int64_t blocks = c->block == NO_AXIS ? 1 : nest_of(c)->axis.at[c->block].extent;
    c->depth = ceil_div(c->depth, c->r->p->target->dot);
    c->fours = c->pixel_stride == DOT_POINTS && by_element(c) && c->r->p->target->dot_by == DT_i8;
    c->pixel_stride = ceil_div(c->pixel_stride, 4); /* bytes, the model counts floats */
    Tile t = best_tile(c, pixels, blocks);
    Step dot = {.kind = STEP_dot, .naxis = 2, .buffer = nest_of(c)->buf.at[c->wbuf].name};
    if (!c->r->p->small && c->depth <= SHORT_REDUCTION && !edge_rows(c)) return false;
    if (!order_bytes(c, c->r->p->target->dot, &dot.axis[0]) || !take_tile(c, c->pixel, t.p) || !take_tile(c, c->block, t.b) ||
        !rule_step1(c->r, STEP_tile, piece_of(c, c->lane)->name, c->lanes, NULL) || !order_outer(c, &t))
        return false;
    dot.axis[1] = rule_name(c->r, -1);
    return rule_step(c->r, dot);
}

static bool dense(Contraction *c) {
    int64_t pixels = c->pixel == NO_AXIS ? 1 : nest_of(c)->axis.at[c->pixel].extent;
    int64_t blocks = c->block == NO_AXIS ? 1 : nest_of(c)->axis.at[c->block].extent;
    c->elements = reads_elements(c);
    Tile t = best_tile(c, pixels, blocks);
    if (!c->r->p->small) {
        if (c->depth <= SHORT_REDUCTION && !edge_rows(c)) return false;
        if (!columns_outside(c)) return false;
    }
    if (!(order_reduction(c) && take_tile(c, c->pixel, t.p) && take_tile(c, c->block, t.b) &&
          rule_step1(c->r, STEP_tile, piece_of(c, c->lane)->name, c->lanes, NULL) &&
          rule_step1(c->r, STEP_vector, rule_name(c->r, -1), 0, NULL) && order_outer(c, &t)))
        return false;
    if (!rule_apart(c->r, c->red, t.p * t.b) && !partial_sums(c)) return false;
    take_elements(c);
    return !c->constant || rule_step1(c->r, STEP_stream, NULL, 0, nest_of(c)->buf.at[c->wbuf].name);
}

/* Pixels of a row, the window written out, its weights in registers. */
static bool depthwise(Contraction *c) {
    bool small = c->r->p->small;
    int64_t most = c->r->p->target->vector_registers >= 32 && !small ? 8 : 4;
    int64_t pixels = c->pixel == NO_AXIS ? 1 : nest_of(c)->axis.at[c->pixel].extent;
    StagePlan *s = plan_of(c);
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].reduce && s->piece[i].size <= 7 && (!small || i == s->npiece - 1))
            rule_step1(c->r, STEP_unroll, s->piece[i].name, 0, NULL);
    return (small || edge_rows(c)) && take_tile(c, c->pixel, rule_tile_size(pixels, most)) &&
           rule_step1(c->r, STEP_tile, piece_of(c, c->lane)->name, c->lanes, NULL) &&
           rule_step1(c->r, STEP_vector, rule_name(c->r, -1), 0, NULL) &&
           rule_step1(c->r, STEP_stream, NULL, 0, nest_of(c)->buf.at[c->wbuf].name);
}


bool rule_contraction(Rule *r, ExprId reduction) {
    Contraction c = {.r = r, .red = reduction, .lane = NO_AXIS, .depth = 1};
    if (!operands(&c) || !find_lane(&c)) return false;
    Moves m = moves(&c, c.lane);
    RuleMark before = rule_mark(r);
    if (m != MOVES_w || (block_columns(&c) && block_groups(&c))) {
        find_tiles(&c);
        bool done = m == MOVES_w ? (c.bytes ? dense_bytes(&c) : dense(&c)) : !c.bytes && depthwise(&c);
        if (done) return true;
    }
    return rule_back(r, &before);
}
