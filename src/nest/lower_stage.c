/* Lowering of one stage: reductions become accumulators, results are stored. */
#include "nest/lower_internal.h"
#include "nest/step.h"

typedef struct {
    IdMap *done; /* reduction -> its accumulator, rebuilt for every set of tile loops */
    ExprId red[16];
    uint32_t acc[16];
    uint32_t whole; /* what partial sums are added to */
    int nred;
    int ntile;
    const Piece *tile[MAX_PIECES];
    int current; /* reduction whose loops are being made */
    bool vector_ok;
    const Piece *elements; /* the open piece whose operand is in variable `vector`, NULL: none */
    ExprId shared;         /* that operand, a load */
    uint32_t vector;
    int napart;
    const Piece *apart[MAX_PIECES]; /* reduced pieces with accumulators of their own */
    int64_t apart_at[MAX_PIECES];   /* which of them is meant outside their loops */
    ExprId with_start[16];          /* a sum and what it began with, where that is one expression; else NO_EXPR */
    bool folds;                     /* one of them is a vector: its lanes, and the points that fill none, meet in */
    uint32_t total[16];
} Body;

/* Index of the accumulator of reduction r in the loops that w has open: one entry a tile piece, one a piece with
 * accumulators of its own, the lane last where lanes are apart. total: of the scalar where lanes meet. */
static ExprId acc_ref(Lower *l, Walk *w, const Body *b, int r, bool total) {
    uint32_t var = total ? b->total[r] : b->acc[r];
    const LoopVar v = l->tree->var.at[var];
    ExprId index[MAX_RANK];
    ExprId lane = NO_EXPR;
    int k = 0;
    for (int t = 0; t < b->ntile; t++)
        for (int i = 0; i < w->n; i++)
            if (w->piece[i] == b->tile[t]) {
                ExprId at = w->loop[i] == NO_AXIS ? x_index(l->n, 0) : x_axis(l->n, w->loop[i]);
                if (b->tile[t]->vector && v.lanes > 1)
                    lane = at;
                else if (v.ndim > 0)
                    index[k++] = at;
            }
    for (int t = 0; t < b->napart && !total; t++) {
        if (b->apart[t]->vector || v.ndim == 0) continue;
        ExprId at = x_index(l->n, b->apart_at[t]);
        for (int i = 0; i < w->n; i++)
            if (w->piece[i] == b->apart[t] && w->loop[i] != NO_AXIS) at = x_axis(l->n, w->loop[i]);
        index[k++] = at;
    }
    bool vector = v.lanes > 1 && w->in_vector;
    if (lane != NO_EXPR && !vector) index[k++] = lane;
    return lower_ref(l, var, k, index, vector);
}

static void set_to(Lower *l, LoopNode *u, ExprId ref) {
    u->var = x_get(l->n, ref)->id;
    u->nindex = x_get(l->n, ref)->narg;
    for (int i = 0; i < u->nindex; i++) u->index[i] = x_arg(l->n, ref, i);
}

/* Is the second factor of a pair not one of the zeros behind a row? NO_EXPR: always. */
static ExprId second_counts(Lower *l, const Walk *w, ExprId product) {
    Nest *n = l->n;
    ExprId x, f;
    if (!twos_operands(n, product, &x, &f) || x_get(n, f)->kind != X_load) return NO_EXPR;
    const Buffer *b = &n->buf.at[x_get(n, f)->id];
    if (!b->filled) return NO_EXPR;
    ExprId *zero = x_axis_table(n, l->arena, 0), at = lower_resolve(l, x_arg(n, f, b->filled_dim), NULL);
    if (!x_uses_axis(n, at, w->dot)) return NO_EXPR; /* the pair lies along another dimension */
    zero[w->dot] = x_index(n, 0);
    return x_fn2(n, FN_lt, x_fn2(n, FN_add, x_substitute(n, at, zero), x_index(n, 1)), x_index(n, b->filled));
}

/* The index into the vectors of the operand that all lanes share: an entry a tile piece that it depends on; in a product
 * the element, last. */
static int elements_index(Lower *l, const Walk *w, const Body *b, ExprId *index) {
    int k = 0;
    for (int i = 0; i < w->n; i++) {
        if (w->piece[i]->reduce || !x_uses_axis(l->n, b->shared, w->piece[i]->root)) continue;
        index[k++] = w->loop[i] == NO_AXIS ? x_index(l->n, 0) : x_axis(l->n, w->loop[i]);
    }
    if (l->tree->var.at[b->vector].ndim == 0) k = 0;
    for (int i = 0; i < w->n; i++)
        if (w->piece[i] == b->elements) index[k++] = w->loop[i] == NO_AXIS ? x_index(l->n, 0) : x_axis(l->n, w->loop[i]);
    return k;
}

static void elements_leaf(Lower *l, Walk *w, LoopNode *into) {
    Body *b = w->ctx;
    Walk saved = {0};
    ExprId index[MAX_RANK];
    AxisId a = b->elements->root;
    LoopNode *inside = lower_guards(l, w, NULL, into, &saved);
    if (inside) {
        LoopNode *v = lower_node(l, LOOP_vector, inside);
        v->axis = lower_instance(l, a, b->elements->name, b->elements->size);
        v->lo = x_index(l->n, 0);
        v->hi = x_index(l->n, b->elements->size);
        l->axis_to[a] = x_fn2(l->n, FN_add, l->base[a], x_axis(l->n, v->axis));
        LoopNode *s = lower_node(l, LOOP_set, v);
        int k = elements_index(l, w, b, index);
        set_to(l, s, lower_ref(l, b->vector, k, index, true));
        s->value = lower_resolve(l, b->shared, NULL);
        l->axis_to[a] = NO_EXPR;
    }
    w->nconj = saved.nconj;
    memcpy(w->conj, saved.conj, sizeof w->conj);
}

/* Before the loop of piece k of w: what all lanes share, in vectors along the piece. */
static void load_elements(Lower *l, Walk *w, int k, LoopNode *into) {
    Body *b = w->ctx;
    const Piece *p = w->piece[k];
    int64_t dim[MAX_RANK];
    int ndim = 0;
    bool single = true;
    b->elements = NULL;
    b->shared = elements_load(l->n, x_arg(l->n, b->red[b->current], 0), w->piece[w->n - 1]->root);
    if (b->shared == NO_EXPR || l->rem[p->root] != p->size) return; /* a last, shorter piece */
    Walk load = {.leaf = elements_leaf, .ctx = b, .dot = NO_AXIS, .mmla = NO_AXIS, .nconj = w->nconj};
    memcpy(load.conj, w->conj, sizeof w->conj);
    for (int i = k + 1; i < w->n; i++) {
        if (!x_uses_axis(l->n, b->shared, w->piece[i]->root)) continue;
        load.piece[load.n++] = w->piece[i];
        dim[ndim++] = l->rem[w->piece[i]->root];
        single &= dim[ndim - 1] == 1;
    }
    const char *name = arena_printf(l->arena, "%s_%s", l->n->buf.at[x_get(l->n, x_float_load(l->n, b->shared))->id].name, l->n->axis.at[p->root].base);
    LoopNode *v = lower_node(l, LOOP_var, into);
    v->var = b->vector = lower_var(l, name, UINT32_MAX, DT_f32, (int)p->size, single ? 0 : ndim, dim);
    const uint32_t before = into->body.n;
    b->elements = p;
    lower_walk(l, &load, 0, into);
    if (into->body.n > before) return;
    into->body.n--; /* no point is inside of the borders: nothing will be summed either */
    b->elements = NULL;
}

/* Does row `second` of the two that point v belongs to count? NO_EXPR: always. */
static ExprId row_counts(Lower *l, const Walk *w, int second) {
    Nest *n = l->n;
    ExprId two = x_index(n, 2), *map = x_axis_table(n, l->arena, 0), all = NO_EXPR;
    ExprId at = x_fn2(n, FN_add, x_fn2(n, FN_mul, x_fn2(n, FN_div, x_axis(n, w->mmla), two), two), x_index(n, second));
    for (int i = 0; i <= w->nrow; i++) {
        ExprId c = i < w->nrow ? lower_resolve(l, w->row[i], NULL) : x_fn2(n, FN_lt, x_axis(n, w->mmla), x_index(n, w->count));
        map[w->mmla] = at;
        c = x_substitute(n, c, map);
        if (i == w->nrow && (!second || w->count % 2 == 0)) continue;
        if (x_get(n, c)->kind == X_int && x_get(n, c)->i) continue;
        all = all == NO_EXPR ? c : x_fn2(n, FN_and, all, c);
    }
    return all;
}

static void update_leaf(Lower *l, Walk *w, LoopNode *into) {
    Body *b = w->ctx;
    Walk saved = {0};
    LoopNode *inside = lower_guards(l, w, NULL, into, &saved);
    if (inside) {
        LoopNode *u = lower_node(l, LOOP_set, inside);
        set_to(l, u, acc_ref(l, w, b, b->current, b->folds && !w->in_vector));
        u->combine = (Combine)x_get(l->n, b->red[b->current])->id;
        u->dot = w->dot;
        u->pair = w->dot != NO_AXIS && w->pair;
        u->mmla = w->mmla;
        if (u->mmla != NO_AXIS) u->lo = row_counts(l, w, 1), u->hi = row_counts(l, w, 0);
        if (u->pair) u->lo = second_counts(l, w, x_arg(l->n, b->red[b->current], 0));
        IdMap done = {0};
        if (b->elements) {
            ExprId index[MAX_RANK];
            int k = elements_index(l, w, b, index);
            idmap_set(l->arena, &done, b->shared, lower_ref(l, b->vector, k, index, false));
        }
        u->value = lower_resolve(l, x_arg(l->n, b->red[b->current], 0), &done);
    }
    w->nconj = saved.nconj;
    memcpy(w->conj, saved.conj, sizeof w->conj);
}

/* The piece that is summed by pairs for a tile, if there is one. */
static const Piece *tile_pair(const Lower *l) {
    for (int i = 0; i < l->sp->npiece; i++)
        if (l->sp->piece[i].pair && l->sp->piece[i].lanes) return &l->sp->piece[i];
    return NULL;
}

/* A row of lanes is summed by one call. */
static bool sums_row(const Lower *l) { return l->sp->npiece > 0 && l->sp->piece[l->sp->npiece - 1].row; }

static uint32_t acc_var(Lower *l, const Body *b, int r, const char *name, int lanes, int ndim, const int64_t *dim,
                        LoopNode *into) {
    bool single = true;
    for (int i = 0; i < ndim; i++) single &= dim[i] == 1;
    DType t = (DType)x_get(l->n, b->red[r])->dtype;
    LoopNode *v = lower_node(l, LOOP_var, into);
    v->var = lower_var(l, name, UINT32_MAX, t, lanes, single ? 0 : ndim, dim);
    v->value = tile_pair(l) || sums_row(l) ? NO_EXPR : x_neutral(l->n, (Combine)x_get(l->n, b->red[r])->id, t);
    return v->var;
}

/* Rows of edges take the place of the whole ones. */
static void count_row(Lower *l, DType t, int ndim, const int64_t *dim) {
    int64_t bytes = dtype_info[t].bytes;
    for (int i = 0; i < ndim; i++) bytes *= dim[i];
    if (bytes > l->tree->row_bytes) l->tree->row_bytes = bytes;
}

/* Iterations of a reduced piece while none of its axis is open. */
static int64_t apart_count(const Lower *l, const Piece *p) {
    int64_t all = ceil_div(l->rem[p->root], p->step);
    return all < p->size ? all : p->size;
}

static void tile_start(Lower *l, Body *b, int r, const Piece *lane, ExprId *sum, ExprId *start);

/* Variables for the accumulators of reduction r: the tile's shape as it is at this place (edges are smaller). */
static void declare_acc(Lower *l, Body *b, int r, LoopNode *into) {
    int64_t dim[MAX_RANK];
    int ndim = 0, lanes = 1;
    for (int t = 0; t < b->ntile; t++) {
        int64_t extent = l->rem[b->tile[t]->root];
        if (b->tile[t]->mmla) extent += extent % 2;
        if (b->tile[t]->vector && extent == b->tile[t]->size)
            lanes = (int)extent;
        else if (ndim < MAX_RANK)
            dim[ndim++] = extent;
    }
    if (b->folds) b->total[r] = acc_var(l, b, r, "total", 1, ndim, dim, into);
    for (int t = 0; t < b->napart; t++) {
        if (b->apart[t]->vector)
            lanes = (int)b->apart[t]->size;
        else if (ndim < MAX_RANK)
            dim[ndim++] = apart_count(l, b->apart[t]);
    }
    const char *name = b->nred > 1 ? arena_printf(l->arena, "acc%d", r) : "acc";
    b->acc[r] = acc_var(l, b, r, name, lanes, ndim, dim, into);
    if (sums_row(l)) count_row(l, (DType)x_get(l->n, b->red[r])->dtype, ndim, dim);
    for (int i = 0; i < l->sp->npiece; i++)
        if (l->sp->piece[i].partial) return;
    if (!target_sums_bytes(l->plan->target) || tile_pair(l) || sums_row(l) || b->napart || b->nred > 1) return;
    ExprId sum, start;
    tile_start(l, b, r, NULL, &sum, &start);
    if (start == NO_EXPR) return;
    vec_last(&into->body)->value = lower_resolve(l, start, NULL);
    b->with_start[r] = sum;
}

/* Accumulators that were kept apart become one: the first, and its lanes the scalar. */
static void fold_leaf(Lower *l, Walk *w, LoopNode *into) {
    Body *b = w->ctx;
    int64_t count = 1;
    LoopNode *in = into;
    Combine c = (Combine)x_get(l->n, b->red[b->current])->id;
    for (int t = 0; t < b->napart; t++) {
        const Piece *p = b->apart[t];
        if (!p->vector) {
            count *= apart_count(l, p);
            continue;
        }
        in = lower_node(l, LOOP_vector, NULL);
        in->axis = lower_instance(l, p->root, p->name, p->size);
        in->lo = x_index(l->n, 0);
        in->hi = x_index(l->n, p->size);
        w->in_vector = true;
    }
    if (in != into && count > 1) vec_push(l->arena, &into->body, in);
    for (int64_t j = count - 1; j >= 0; j--) {
        int64_t rest = j;
        for (int t = b->napart - 1; t >= 0; t--) {
            if (b->apart[t]->vector) continue;
            b->apart_at[t] = rest % apart_count(l, b->apart[t]);
            rest /= apart_count(l, b->apart[t]);
        }
        ExprId from = acc_ref(l, w, b, b->current, false);
        if (j == 0 && !b->folds) break;
        LoopNode *u = lower_node(l, j ? LOOP_set : LOOP_fold, j ? in : into);
        u->combine = c;
        u->value = from;
        for (int t = 0; t < b->napart; t++) b->apart_at[t] = 0;
        if (j == 0) w->in_vector = false;
        set_to(l, u, acc_ref(l, w, b, b->current, j == 0));
    }
}

static void fold_loops(Lower *l, Body *b, int r, LoopNode *into) {
    Walk w = {.leaf = fold_leaf, .ctx = b};
    for (int t = 0; t < b->ntile; t++) w.piece[w.n++] = b->tile[t];
    b->current = r;
    if (b->napart > 0) lower_walk(l, &w, 0, into);
}

static void add_leaf(Lower *l, Walk *w, LoopNode *into) {
    Body *b = w->ctx;
    LoopNode *u = lower_node(l, LOOP_set, into);
    uint32_t part = b->acc[b->current];
    u->value = acc_ref(l, w, b, b->current, false);
    b->acc[b->current] = b->whole;
    set_to(l, u, acc_ref(l, w, b, b->current, false));
    b->acc[b->current] = part;
    u->combine = (Combine)x_get(l->n, b->red[b->current])->id;
}

/* The loops inside a partial piece sum into accumulators of their own, which are then added to the others. */
static void partial_sums(Lower *l, Walk *w, int k, LoopNode *into) {
    Body *b = w->ctx;
    int r = b->current;
    Walk add = {.leaf = add_leaf, .ctx = b};
    const LoopVar v = l->tree->var.at[b->acc[r]];
    b->whole = b->acc[r];
    b->acc[r] = acc_var(l, b, r, "part", v.lanes, v.ndim, v.dim, into);
    lower_walk(l, w, k, into);
    for (int t = 0; t < b->ntile; t++) add.piece[add.n++] = b->tile[t];
    lower_walk(l, &add, 0, into);
    b->acc[r] = b->whole;
}

/* e holds reduction red once, as red + load of a constant that only the last axis of the tile walks: that sum and the load. */
static int find_start(const Nest *n, ExprId e, ExprId red, ExprId *sum, ExprId *start) {
    const Expr *x = x_get(n, e);
    int found = 0;
    if (!x_mark(n, e)) return 0;
    for (int i = 0; i < x->narg; i++) {
        ExprId a = x_arg(n, e, i);
        if (a == NO_EXPR) continue;
        if (a != red) {
            found += find_start(n, a, red, sum, start);
            continue;
        }
        const Expr *other = x->kind == X_fn && x->id == FN_add && x->dtype == DT_i32 ? x_get(n, x_arg(n, e, 1 - i)) : NULL;
        bool load = other && other->kind == X_load && n->buf.at[other->id].kind == BUF_const && other->dtype == DT_i32;
        found += load ? 1 : 2;
        if (load) *sum = e, *start = x_arg(n, e, 1 - i);
    }
    return found;
}

static void tile_start(Lower *l, Body *b, int r, const Piece *lane, ExprId *sum, ExprId *start) {
    Nest *n = l->n;
    int64_t coef;
    *start = NO_EXPR;
    x_mark_begin(n);
    if (find_start(n, l->stage->value, b->red[r], sum, start) != 1) {
        *start = NO_EXPR;
        return;
    }
    bool fits = !lane || (x_coefficient(n, x_load_offset(n, *start), lane->root, &coef) && coef == 1);
    for (int k = 0; k < b->ntile; k++)
        fits &= b->tile[k] == lane || !x_uses_axis(n, *start, b->tile[k]->root);
    if (!fits) *start = NO_EXPR;
}

/* The sum of a tile by pairs: one call, whose operands are those of the tile's first element. */
static bool pair_tile(Lower *l, Body *b, int r, LoopNode *into) {
    const Piece *pair = tile_pair(l);
    Nest *n = l->n;
    if (!pair) return false;
    LoopNode *t = lower_node(l, LOOP_tile, into);
    t->axis = lower_instance(l, pair->root, n->axis.at[pair->root].name, n->axis.at[pair->root].extent);
    t->lo = x_index(n, 0);
    t->hi = x_index(n, n->axis.at[pair->root].extent);
    t->var = b->acc[r];
    l->axis_to[pair->root] = x_axis(n, t->axis);
    for (int k = 0; k < b->ntile; k++) l->axis_to[b->tile[k]->root] = l->base[b->tile[k]->root];
    ExprId sum, start;
    tile_start(l, b, r, b->tile[b->ntile - 1], &sum, &start);
    t->offset = start == NO_EXPR ? start : lower_resolve(l, start, NULL);
    if (start != NO_EXPR) b->with_start[r] = sum;
    t->value = lower_resolve(l, x_arg(n, b->red[r], 0), NULL);
    for (int k = 0; k < b->ntile; k++) l->axis_to[b->tile[k]->root] = NO_EXPR;
    l->axis_to[pair->root] = NO_EXPR;
    return true;
}

/* The sums of a row: a call that begins with the bias, its loops in the body. */
static LoopNode *row_tile(Lower *l, Body *b, int r, LoopNode *into) {
    const Piece *lane = &l->sp->piece[l->sp->npiece - 1];
    LoopNode *t = lower_node(l, LOOP_tile, into);
    ExprId sum, start;
    t->var = b->acc[r];
    tile_start(l, b, r, lane, &sum, &start);
    l->axis_to[lane->root] = l->base[lane->root];
    t->offset = start == NO_EXPR ? start : lower_resolve(l, start, NULL);
    l->axis_to[lane->root] = NO_EXPR;
    if (start != NO_EXPR) b->with_start[r] = sum;
    return t;
}

static void reduce_loops(Lower *l, Body *b, int r, LoopNode *into) {
    if (pair_tile(l, b, r, into)) return;
    if (sums_row(l)) into = row_tile(l, b, r, into);
    Walk w = {.leaf = update_leaf, .ctx = b, .dot = NO_AXIS, .mmla = NO_AXIS, .by_rows = true, .elements = load_elements};
    if (b->napart == 0) w.partial = partial_sums;
    ExprId red = b->red[r];
    for (int i = 0; i < l->sp->npiece; i++) {
        const Piece *p = &l->sp->piece[i];
        bool mine = !p->reduce;
        if (mine) {
            mine = false;
            for (int t = 0; t < b->ntile; t++) mine |= b->tile[t] == p;
        } else {
            mine = false;
            for (int k = 2; k < x_get(l->n, red)->narg; k++) mine |= x_get(l->n, x_arg(l->n, red, k))->id == p->root;
        }
        if (mine) w.piece[w.n++] = p;
    }
    b->current = r;
    w.nconj = x_conjuncts(l->n, x_arg(l->n, red, 1), w.conj, MAX_CONJUNCTS);
    Walk saved = {0};
    LoopNode *inside = lower_guards(l, &w, NULL, into, &saved);
    if (inside) lower_walk(l, &w, 0, inside);
}

static bool store_lanes(Lower *l, AxisId lane, ExprId value, ExprId offset) {
    int64_t coef;
    DType t = (DType)x_get(l->n, value)->dtype;
    return (t == DT_f32 || t == DT_f16 || is_byte(t)) && x_coefficient(l->n, offset, lane, &coef) && coef == 1 &&
           x_lanes(l->n, value, lane, l->sp->scattered ? LANES_scattered : LANES_neighbours);
}

static void post_leaf(Lower *l, Walk *w, LoopNode *into) {
    Body *b = w->ctx;
    const Stage *st = l->stage;
    IdMap done = {0};
    for (int r = 0; r < b->nred; r++) {
        bool begun = b->with_start[r] != NO_EXPR;
        idmap_set(l->arena, &done, begun ? b->with_start[r] : b->red[r], acc_ref(l, w, b, r, b->folds));
    }
    ExprId index[MAX_RANK];
    for (int i = 0; i < st->nindex; i++) index[i] = lower_resolve(l, st->index[i], &done);
    ExprId value = lower_resolve(l, st->value, &done), offset = buffer_offset(l->n, st->out, index);
    bool plain = st->combine == COMBINE_store &&
                 (st->guard == NO_EXPR || !x_varies(l->n, lower_resolve(l, st->guard, &done), w->lane));
    if (w->in_vector && !(plain && store_lanes(l, w->lane, value, offset))) {
        b->vector_ok = false;
        return;
    }
    if (st->guard != NO_EXPR) {
        ExprId g = lower_resolve(l, st->guard, &done);
        if (x_get(l->n, g)->kind == X_int && !x_get(l->n, g)->i) return;
        if (x_get(l->n, g)->kind != X_int) {
            into = lower_node(l, LOOP_if, into);
            into->lo = g;
        }
    }
    if (l->n->buf.at[st->out].kind == BUF_local && l->local[st->out] != UINT32_MAX) {
        LoopNode *s = lower_node(l, LOOP_set, into);
        s->var = l->local[st->out];
        s->combine = st->combine;
        s->nindex = (uint8_t)l->tree->var.at[s->var].ndim;
        s->index[0] = offset;
        s->value = value;
        return;
    }
    LoopNode *s = lower_node(l, LOOP_store, into);
    s->buf = st->out;
    s->offset = offset;
    s->combine = st->combine;
    s->value = value;
}

/* The loops that store the tile: in vectors where that is possible, else lane by lane. */
static void post_loops(Lower *l, Body *b, LoopNode *into) {
    Walk w = {.leaf = post_leaf, .ctx = b};
    for (int t = 0; t < b->ntile; t++) w.piece[w.n++] = b->tile[t];
    b->vector_ok = true;
    uint32_t before = into->body.n;
    lower_walk(l, &w, 0, into);
    if (b->vector_ok) return;
    into->body.n = before;
    w.lanes_apart = true;
    lower_walk(l, &w, 0, into);
}

/* Sums of two pixels and two lanes become those of a pixel. */
static void mmla_rows(Lower *l, const Body *b, int r, LoopNode *into) {
    if (!mmla_piece(l->sp)) return;
    LoopNode *x = lower_node(l, LOOP_call, into);
    x->note = "mmla_rows";
    x->var = b->acc[r];
}

static void body_leaf(Lower *l, Walk *w, LoopNode *into) {
    Body *b = w->ctx;
    for (int r = 0; r < b->nred; r++) {
        declare_acc(l, b, r, into);
        reduce_loops(l, b, r, into);
        fold_loops(l, b, r, into);
        mmla_rows(l, b, r, into);
    }
    post_loops(l, b, into);
}

/* One of the two sides of a tile that is turned: iterations of `row`, all lanes of `lane` together. */
static LoopNode *turn_side(Lower *l, const Piece *row, const Piece *lane, LoopNode *into, ExprId *at) {
    Nest *n = l->n;
    LoopNode *loop = lower_node(l, LOOP_for, into), *vector = lower_node(l, LOOP_vector, loop);
    LoopNode *const both[] = {loop, vector};
    const Piece *const piece[] = {row, lane};
    for (int i = 0; i < 2; i++) {
        const Piece *p = piece[i];
        both[i]->axis = lower_instance(l, p->root, p->name, p->size);
        both[i]->lo = x_index(n, 0);
        both[i]->hi = x_index(n, p->size);
        l->axis_to[p->root] = x_fn2(n, FN_add, l->base[p->root], x_axis(n, both[i]->axis));
    }
    loop->unroll = true;
    *at = x_axis(n, loop->axis);
    return vector;
}

/* Full tiles are turned in registers, others are walked element by element. */
static void turn_leaf(Lower *l, Walk *w, LoopNode *into) {
    const Piece *a = &l->sp->piece[l->sp->npiece - 2], *b = a + 1;
    const Stage *st = l->stage;
    if (l->rem[a->root] != a->size || l->rem[b->root] != b->size) {
        Walk each = {.leaf = post_leaf, .ctx = w->ctx, .n = 2, .piece = {a, b}, .lanes_apart = true};
        lower_walk(l, &each, 0, into);
        return;
    }
    ExprId at, index[MAX_RANK];
    uint32_t t = lower_var(l, "t", UINT32_MAX, DT_f32, (int)a->size, 1, &a->size);
    lower_node(l, LOOP_var, into)->var = t;
    LoopNode *x = lower_node(l, LOOP_set, turn_side(l, b, a, into, &at));
    x->value = lower_resolve(l, st->value, NULL);
    set_to(l, x, lower_ref(l, t, 1, &at, true));
    x = lower_node(l, LOOP_call, into);
    x->note = "transpose";
    x->var = t;
    LoopNode *side = turn_side(l, a, b, into, &at);
    for (int i = 0; i < st->nindex; i++) index[i] = lower_resolve(l, st->index[i], NULL);
    ExprId offset = buffer_offset(l->n, st->out, index);
    bool array = l->n->buf.at[st->out].kind == BUF_local && l->local[st->out] != UINT32_MAX;
    x = lower_node(l, array ? LOOP_set : LOOP_store, side);
    x->value = lower_ref(l, t, 1, &at, true);
    x->buf = st->out;
    x->offset = offset;
    if (array) set_to(l, x, lower_ref(l, l->local[st->out], 1, &offset, false));
    l->axis_to[a->root] = l->axis_to[b->root] = NO_EXPR;
}

/* Zeros into each element of a local that is not stored row by row: no loop walks it as it lies. */
static bool clears_all(Nest *n, const Stage *s) {
    const Expr *v = x_get(n, s->value);
    const Buffer *b = &n->buf.at[s->out];
    if (b->kind != BUF_local || !b->nphys || s->guard != NO_EXPR || s->combine != COMBINE_store || s->joined) return false;
    if (v->kind != X_int || v->i != 0) return false;
    ExprId at = x_index(n, 0);
    int64_t next = 1, elements = 1;
    for (int d = 0; d < b->rank; d++) {
        at = x_fn2(n, FN_add, x_fn2(n, FN_mul, at, x_index(n, b->dim[d])), s->index[d]);
        elements *= b->dim[d];
    }
    Linear all;
    if (!linear_of(n, at, &all) || all.constant) return false;
    for (int walked = 0; walked < all.n; walked++) { /* each number once: every axis goes on where those inside it end */
        int k = 0;
        while (k < all.n && all.term[k].coef != next) k++;
        if (k == all.n || x_get(n, all.term[k].atom)->kind != X_axis || n->axis.at[x_get(n, all.term[k].atom)->id].extent < 2) return false;
        next *= n->axis.at[x_get(n, all.term[k].atom)->id].extent;
    }
    return next == elements;
}

void lower_stage(Lower *l, uint32_t s, LoopNode *into) {
    Nest *n = l->n;
    Body b = {0};
    if (clears_all(n, &n->stage.at[s])) {
        lower_node(l, LOOP_clear, into)->buf = n->stage.at[s].out;
        return;
    }
    l->stage = &n->stage.at[s];
    l->sp = &l->plan->stage[s];
    if (l->stage->comment) lower_node(l, LOOP_note, into)->note = l->stage->comment;
    for (int i = 0; i < l->sp->npiece; i++) {
        AxisId a = l->sp->piece[i].root;
        l->rem[a] = n->axis.at[a].extent;
        l->base[a] = x_index(n, 0);
        l->axis_to[a] = NO_EXPR;
    }
    b.nred = x_reductions(n, l->stage->value, b.red, 16);
    for (int r = 0; r < b.nred; r++) b.with_start[r] = NO_EXPR;
    Walk w = {.leaf = l->sp->turn ? turn_leaf : body_leaf, .ctx = &b, .outer = true};
    bool tile = false;
    for (int i = 0; i < l->sp->npiece; i++) {
        const Piece *p = &l->sp->piece[i];
        tile |= p->reduce;
        if (p->reduce && p->apart) b.apart[b.napart++] = p;
        b.folds |= p->reduce && p->vector && b.nred > 0;
        if (p->reduce || (l->sp->turn && i >= l->sp->npiece - 2)) continue;
        if (tile || (p->vector && b.nred == 0))
            b.tile[b.ntile++] = p;
        else
            w.piece[w.n++] = p;
    }
    if (b.nred > 0 && !tile) /* reductions over nothing but guards */
        for (int r = 0; r < b.nred; r++) b.acc[r] = 0;
    lower_walk(l, &w, 0, into);
}
