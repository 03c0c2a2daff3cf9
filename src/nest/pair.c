/* The steps `pair` and `twos`: products of two neighbouring 16-bit numbers and bytes, which one instruction adds to a register. The
 * bytes lie in words of two points by two of the last piece: what widens a word takes every other byte. */
#include "nest/step.h"

static ExprId widened(const Nest *n, ExprId e, DType t) {
    const Expr *x = x_get(n, e);
    if (x->kind != X_cast || x->dtype != DT_i32) return NO_EXPR;
    ExprId load = x_arg(n, e, 0);
    bool read = x_get(n, load)->kind == X_load || (x_get(n, load)->kind == X_var && x_get(n, load)->narg == 1);
    return read && x_get(n, load)->dtype == t ? load : NO_EXPR;
}

int pair_points(const Nest *n, ExprId x) { return is_byte((DType)x_get(n, x)->dtype) ? 4 : 2; }

bool pair_operands(const Nest *n, ExprId product, ExprId *x, ExprId *w) {
    static const DType from[3] = {DT_i16, DT_u8, DT_i8};
    const Expr *v = x_get(n, product);
    if (v->kind != X_fn || v->id != FN_mul || v->dtype != DT_i32) return false;
    for (int i = 0; i < 6; i++) {
        *x = widened(n, x_arg(n, product, i % 2), from[i / 2]);
        *w = widened(n, x_arg(n, product, 1 - i % 2), DT_i8);
        if (*x == NO_EXPR || *w == NO_EXPR || x_get(n, *w)->kind != X_load || n->buf.at[x_get(n, *w)->id].kind != BUF_const) continue;
        return i < 2 || (x_get(n, *x)->kind == X_load && n->buf.at[x_get(n, *x)->id].kind == BUF_in);
    }
    return false;
}

bool twos_operands(const Nest *n, ExprId product, ExprId *x, ExprId *w) {
    const Expr *v = x_get(n, product);
    if (v->kind != X_fn || v->id != FN_mul || v->dtype != DT_i32) return false;
    *x = widened(n, x_arg(n, product, 0), DT_i16);
    *w = widened(n, x_arg(n, product, 1), DT_i16);
    return *x != NO_EXPR && *w != NO_EXPR;
}

static bool side_by_side(Nest *n, ExprId load, AxisId a) {
    int64_t coef;
    const Buffer *b = &n->buf.at[x_get(n, load)->id];
    if (x_get(n, load)->kind == X_load && b->nphys) { /* twos innermost */
        const PhysDim last = b->phys[b->nphys - 1];
        return last.inner && last.block == 2 && x_coefficient(n, x_arg(n, load, last.dim), a, &coef) && coef == 1;
    }
    return x_coefficient(n, x_load_offset(n, load), a, &coef) && coef == 1;
}

static bool twos_legal(Plan *p, const Piece *d, ExprId product, const char **why) {
    ExprId x, w;
    if (!twos_operands(p->nest, product, &x, &w)) return WHY("the sum is not of 16-bit numbers by 16-bit numbers");
    if (!side_by_side(p->nest, x, d->root) || !side_by_side(p->nest, w, d->root))
        return WHY("neighbours of %s do not lie side by side", d->name);
    return true;
}

bool pair_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, const char **why) {
    Nest *n = p->nest;
    const Piece *d = &s->piece[at], *lane = &s->piece[s->npiece - 1];
    ExprId red[2], x, w;
    bool operands = x_reductions(n, n->stage.at[stage].value, red, 2) == 1 && pair_operands(n, x_arg(n, red[0], 0), &x, &w);
    int points = d->lanes && operands ? pair_points(n, x) : 2;
    if (p->target->dot != 2 || d->size != points || d->step != 1 || (d->outermost && p->nest->axis.at[d->root].extent != points))
        return WHY("%s is not cut into %s for a target that sums two products", d->name, points == 2 ? "twos" : "fours");
    if (d->lanes)
        for (int i = at + 1, k = 0; i + 1 < s->npiece; i++)
            if (k++ > 0) return WHY("more than one piece lies between %s and %s", d->name, lane->name);
    if (d->apart || d->partial || d->unroll) return WHY("%s has no loop", d->name);
    for (int i = at + 1; i < s->npiece; i++)
        if (s->piece[i].reduce) return WHY("%s is not the innermost reduced piece", d->name);
    if (d->lanes && (lane->reduce || (lane->size != 2 && lane->size != 4) || lane->step != 1 || lane->outermost)) return WHY("%s is not cut into twos or fours", lane->name);
    if (x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || x_get(n, red[0])->id != COMBINE_sum)
        return WHY("the stage is not one sum");
    if (x_arg(n, red[0], 1) != NO_EXPR) return WHY("the sum has a guard");
    if (!d->lanes) return twos_legal(p, d, x_arg(n, red[0], 0), why);
    if (!operands) return WHY("the sum is not of 16-bit numbers or bytes by a constant of bytes");
    if (points == 4 && (!(lane - 1)->reduce || n->axis.at[d->root].extent % 8)) return WHY("bytes are not those of one pixel, eights of them");
    if (!side_by_side(n, x, d->root) || x_uses_axis(n, x_load_offset(n, x), lane->root))
        return WHY("neighbours of %s do not lie side by side", d->name);
    return true;
}

#define PAIR_PIXELS 4

/* A local that x reads is stored as the loops walk it: for each two points of the reduced piece, those of all its
 * neighbours in the tile. */
static bool store_by_twos(Plan *p, const StagePlan *s, uint32_t stage, int at) {
    Nest *n = p->nest;
    ExprId red[2], x, w;
    const Piece *tile = &s->piece[s->npiece - 2];
    if (tile->reduce) return true; /* one neighbour */
    if (x_reductions(n, n->stage.at[stage].value, red, 2) == 1 && pair_operands(n, x_arg(n, red[0], 0), &x, &w) && pair_points(n, x) == 4)
        return true; /* as it is */
    if (x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || !pair_operands(n, x_arg(n, red[0], 0), &x, &w) ||
        x_get(n, x)->kind != X_load || tile->step != 1 || tile->size > PAIR_PIXELS)
        return false;
    Buffer *b = &n->buf.at[x_get(n, x)->id];
    int k = -1, pixel = -1;
    for (int d = 0; d < b->rank; d++) {
        const Expr *e = x_get(n, x_arg(n, x, d));
        if (e->kind == X_axis && e->id == s->piece[at].root) k = d;
        if (e->kind == X_axis && e->id == tile->root) pixel = d;
    }
    if (b->kind != BUF_local || b->nphys || k < 0 || pixel < 0) return false;
    for (int d = 0; d < b->rank; d++)
        if (d != k && d != pixel) b->phys[b->nphys++] = (PhysDim){(uint8_t)d, false, 1};
    b->phys[b->nphys++] = (PhysDim){(uint8_t)k, false, 2};
    b->phys[b->nphys++] = (PhysDim){(uint8_t)pixel, false, 1};
    b->phys[b->nphys++] = (PhysDim){(uint8_t)k, true, 2};
    return true;
}

/* The constant in words of two points by two lanes, or of four points of a lane: all points of two lanes behind each other. */
static bool store_words(Plan *p, const StagePlan *s, uint32_t stage, int at, const char *name, const char **why) {
    Nest *n = p->nest;
    ExprId red[2], x, w;
    const Piece *lane = &s->piece[s->npiece - 1], *tile = lane - 1;
    BufId id;
    if (!plan_constant(p, name, &id, why)) return false;
    if (x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || !pair_operands(n, x_arg(n, red[0], 0), &x, &w) ||
        x_get(n, w)->kind != X_load || x_get(n, w)->id != id || x_get(n, w)->narg != 2)
        return WHY("%s is no matrix of bytes that the sum reads", name);
    if (lane->size > 2 && !tile->reduce) return WHY("%s has more than two points beside a tile", lane->name);
    const Expr *first = x_get(n, x_arg(n, w, 0)), *second = x_get(n, x_arg(n, w, 1));
    if (first->kind != X_axis || first->id != lane->root || second->kind != X_axis || second->id != s->piece[at].root)
        return WHY("%s is not read row by row", name);
    Buffer *b = &n->buf.at[id];
    b->phys[b->nphys++] = (PhysDim){0, false, 2};
    bool fours = pair_points(n, x) == 4;
    b->phys[b->nphys++] = (PhysDim){1, false, fours ? 4 : 1};
    b->phys[b->nphys++] = (PhysDim){0, true, 2};
    if (fours) b->phys[b->nphys++] = (PhysDim){1, true, 4};
    return true;
}

bool plan_pair(Plan *p, StagePlan *s, uint32_t stage, int at, const Step *st, const char **why) {
    Piece *lane = &s->piece[s->npiece - 1];
    if (!s->piece[at].reduce) return WHY("%s is not reduced", s->piece[at].name);
    if (strcmp(lane->name, st->axis[1]) || lane->reduce) return WHY("%s is not innermost", st->axis[1]);
    s->piece[at].pair = s->piece[at].lanes = lane->unroll = true;
    if (!store_words(p, s, stage, at, st->buffer, why)) return false;
    return store_by_twos(p, s, stage, at) || WHY("what %s is multiplied by is no local with a tile of up to %d", st->buffer, PAIR_PIXELS);
}

int moved_dim(Nest *n, ExprId load, AxisId a, int64_t *coef) {
    int at = -1;
    for (int d = 0; d < x_get(n, load)->narg; d++) {
        if (!x_uses_axis(n, x_arg(n, load, d), a)) continue;
        if (at >= 0 || !x_coefficient(n, x_arg(n, load, d), a, coef)) return -1;
        at = d;
    }
    return at;
}

/* A local that is read along the axis in a dimension before the last is stored with two of its neighbours side by side. */
static bool store_neighbours(Nest *n, ExprId load, AxisId a) {
    Buffer *b = &n->buf.at[x_get(n, load)->id];
    int64_t coef;
    if (x_get(n, load)->kind != X_load || b->kind != BUF_local || b->nphys) return true; /* as it is */
    bool moves = false;
    for (int d = 0; d < b->rank; d++) moves |= x_uses_axis(n, x_arg(n, load, d), a);
    if (!moves) return true;
    int at = moved_dim(n, load, a, &coef);
    if (at < 0 || coef != 1) return false;
    if (at == b->rank - 1) return true;
    for (int d = 0; d < b->rank; d++) b->phys[b->nphys++] = (PhysDim){(uint8_t)d, false, d == at ? 2 : 1};
    b->phys[b->nphys++] = (PhysDim){(uint8_t)at, true, 2};
    return true;
}

bool plan_twos(Plan *p, StagePlan *s, uint32_t stage, int at, const char **why) {
    Nest *n = p->nest;
    ExprId red[2], x, w;
    if (!s->piece[at].reduce) return WHY("%s is not reduced", s->piece[at].name);
    s->piece[at].pair = true;
    if (x_reductions(n, n->stage.at[stage].value, red, 2) != 1 || !twos_operands(n, x_arg(n, red[0], 0), &x, &w)) return true; /* pair_legal says why not */
    AxisId a = s->piece[at].root;
    return (store_neighbours(n, x, a) && store_neighbours(n, w, a)) || WHY("%s moves operands in more than one dimension", s->piece[at].name);
}
