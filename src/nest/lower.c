/* Lowering: the plan's pieces become loops, guards become loop bounds. lower_stage.c fills them. */
#include "nest/lower_internal.h"


LoopNode *lower_node(Lower *l, LoopKind k, LoopNode *into) {
    LoopNode *x = arena_new_of(l->arena, LoopNode);
    x->kind = k;
    x->axis = x->dot = x->mmla = NO_AXIS;
    x->lo = x->hi = x->value = x->offset = NO_EXPR;
    x->combine = COMBINE_store;
    if (into) vec_push(l->arena, &into->body, x);
    return x;
}

/* A loop axis of its own: the same name may be used by several loops. */
AxisId lower_instance(Lower *l, AxisId root, const char *name, int64_t extent) {
    Axis r = l->n->axis.at[root];
    const char *suffix = name + strlen(r.name); /* ".o", ".i" of split pieces */
    char *c = arena_strdup(l->arena, name), *b = arena_printf(l->arena, "%s%s", r.base, suffix);
    for (char *p = c; *p; p++) *p = *p == '.' ? '_' : *p;
    for (char *p = b; *p; p++) *p = *p == '.' ? '_' : *p;
    Axis a = {c, b, extent, AXIS_spatial};
    vec_push(l->arena, &l->n->axis, a);
    if (l->n->axis.n >= l->axis_cap) {
        uint32_t cap = l->n->axis.n * 2;
        ExprId *to = arena_array_of(l->arena, cap, ExprId);
        for (uint32_t i = 0; i < cap; i++) to[i] = i < l->axis_cap ? l->axis_to[i] : NO_EXPR;
        l->axis_to = to;
        l->axis_cap = cap;
    }
    return l->n->axis.n - 1;
}

/* ---- locals: scalar, array on the stack, or scratch ---- */

ExprId lower_ref(Lower *l, uint32_t var, int nindex, const ExprId *index, bool vector) {
    return x_raw(
        l->n,
        (Expr){.kind = X_var, .dtype = (uint8_t)l->tree->var.at[var].dtype, .id = var, .i = vector ? X_VAR_VECTOR : 0},
        nindex, index);
}

static ExprId local_load(void *ctx, Nest *n, BufId b, const ExprId *index) {
    Lower *l = ctx;
    if (n->buf.at[b].kind != BUF_local || l->local[b] == UINT32_MAX) return NO_EXPR;
    const LoopVar *v = &l->tree->var.at[l->local[b]];
    ExprId at = buffer_offset(n, b, index);
    return lower_ref(l, l->local[b], v->ndim, &at, false);
}

/* With `done` holding what reductions have become. */
ExprId lower_resolve(Lower *l, ExprId e, IdMap *done) {
    IdMap none = {0};
    return x_rewrite(l->n, e, l->axis_to, local_load, l, done ? done : &none);
}

static bool var_free(const Lower *l, const char *name, BufId own) {
    for (uint32_t i = 0; i < l->tree->var.n; i++)
        if (!strcmp(l->tree->var.at[i].name, name)) return false;
    for (uint32_t i = 0; i < l->n->buf.n; i++)
        if (i != own && !strcmp(l->n->buf.at[i].name, name)) return false;
    return true;
}

/* own: the buffer that the variable holds, or UINT32_MAX. */
uint32_t lower_var(Lower *l, const char *name, BufId own, DType t, int lanes, int ndim, const int64_t *dim) {
    const char *wish = name; /* scopes may be the same: acc, acc2, acc3 */
    for (int k = 2; !var_free(l, name, own); k++) name = arena_printf(l->arena, "%s%d", wish, k);
    LoopVar v = {.name = name, .dtype = t, .lanes = lanes, .ndim = ndim};
    for (int i = 0; i < ndim; i++) v.dim[i] = dim[i];
    vec_push(l->arena, &l->tree->var, v);
    return l->tree->var.n - 1;
}

static bool is_written(const Nest *n, BufId b) {
    for (uint32_t s = 0; s < n->stage.n; s++)
        if (n->stage.at[s].out == b) return true;
    return false;
}

/* Dimensions of a local that shared axes walk need only one slice. */
static void place_local(Lower *l, BufId id, LoopNode *into) {
    Nest *n = l->n;
    Buffer *b = &n->buf.at[id];
    int64_t stride = 1, kept = 1;
    bool drop[MAX_RANK] = {0};
    for (uint32_t s = 0; s < n->stage.n; s++)
        for (int i = 0; n->stage.at[s].out == id && i < n->nshared; i++)
            for (int d = 0; d < b->rank; d++) {
                const Expr *x = x_get(n, n->stage.at[s].index[d]);
                drop[d] |= x->kind == X_axis && x->id == n->stage.at[s].axis[i];
            }
    for (int d = b->rank - 1; d >= 0; d--) {
        b->stride[d] = drop[d] ? 0 : stride;
        if (!drop[d]) stride *= b->dim[d], kept *= b->dim[d];
    }
    if (b->nphys) { /* the same where the order is its own */
        int keep = 0;
        for (int i = 0; i < b->nphys; i++)
            if (!drop[b->phys[i].dim]) b->phys[keep++] = b->phys[i];
        b->nphys = (uint8_t)keep;
        kept = buffer_elements(b);
    }
    int64_t bytes = kept * dtype_info[b->dtype].bytes;
    if (bytes > (l->plan->tight ? LOWER_STACK_TIGHT : LOWER_STACK_LIMIT) || (l->plan->general && kept > 1)) {
        l->tree->scratch_offset[id] = l->tree->scratch_bytes;
        l->tree->scratch_bytes += (bytes + 63) / 64 * 64;
        return;
    }
    l->local[id] = lower_var(l, b->name, id, b->dtype, 1, kept > 1, &kept);
    l->tree->stack_bytes += bytes;
    lower_node(l, LOOP_var, into)->var = l->local[id];
}

/* ---- walking pieces ---- */


static bool axis_open(const Lower *l, ExprId e) { /* every root axis of e has all its loops open */
    Nest *n = l->n;
    for (int i = 0; i < l->sp->npiece; i++)
        if (l->axis_to[l->sp->piece[i].root] == NO_EXPR && x_uses_axis(n, e, l->sp->piece[i].root)) return false;
    return true;
}

/* max(num, 0) / c */
static ExprId bound_div(Nest *n, ExprId num, int64_t c) {
    return x_fn2(n, FN_div, x_fn2(n, FN_max, num, x_index(n, 0)), x_index(n, c));
}

/* Tightens lo..hi of a loop by `coef * v + rest >= 0` (ge) or `< 0` turned into it. */
static void tighten(Nest *n, LoopNode *loop, int64_t coef, ExprId rest) {
    if (coef > 0) { /* v >= ceil(-rest / coef) */
        ExprId num = x_fn2(n, FN_sub, x_index(n, coef - 1), rest);
        loop->lo = x_fn2(n, FN_max, loop->lo, bound_div(n, num, coef));
    } else { /* v < floor(rest / -coef) + 1, none where rest < 0 */
        ExprId num = x_fn2(n, FN_add, rest, x_index(n, -coef));
        loop->hi = x_fn2(n, FN_min, loop->hi, bound_div(n, num, -coef));
    }
}

/* Conjuncts that can be decided now: into the loop's bounds, or an if around what follows. NULL: never true. */
LoopNode *lower_guards(Lower *l, Walk *w, LoopNode *loop, LoopNode *into, Walk *saved) {
    Nest *n = l->n;
    saved->nconj = w->nconj;
    memcpy(saved->conj, w->conj, sizeof w->conj);
    int keep = 0;
    ExprId cond = NO_EXPR;
    for (int i = 0; i < w->nconj; i++) {
        if (!axis_open(l, w->conj[i])) {
            w->conj[keep++] = w->conj[i];
            continue;
        }
        ExprId c = lower_resolve(l, w->conj[i], NULL), rest;
        int64_t coef;
        if (x_get(n, c)->kind == X_int) {
            if (x_get(n, c)->i) continue;
            return NULL;
        }
        if (loop && x_bound(n, c, loop->axis, &coef, &rest))
            tighten(n, loop, coef, rest);
        else
            cond = cond == NO_EXPR ? c : x_fn2(n, FN_and, cond, c);
    }
    w->nconj = keep;
    if (cond == NO_EXPR) return into;
    LoopNode *f = lower_node(l, LOOP_if, into);
    f->lo = cond;
    return f;
}

/* Conjuncts that depend on the rows' axis are not the loop's, but tell which rows count. */
static void take_row_conjuncts(Lower *l, Walk *w, AxisId a) {
    int keep = 0;
    w->nrow = 0;
    for (int i = 0; i < w->nconj; i++)
        if (x_uses_axis(l->n, w->conj[i], a)) w->row[w->nrow++] = w->conj[i];
        else w->conj[keep++] = w->conj[i];
    w->nconj = keep;
}

/* Loops and conditions around nothing: all that was in them is behind a border. */
static bool does_nothing(const LoopNode *x) {
    if (x->kind != LOOP_for && x->kind != LOOP_vector && x->kind != LOOP_if) return false;
    for (uint32_t i = 0; i < x->body.n; i++)
        if (!does_nothing(x->body.at[i])) return false;
    return true;
}

/* Opens the loop of piece k over `count` iterations whose points are `step` apart, the first at base + first. */
static void open_loop(Lower *l, Walk *w, int k, LoopNode *into, int64_t first, int64_t count, int64_t step,
                      int64_t inner) {
    const Piece *p = w->piece[k];
    AxisId a = p->root;
    Nest *n = l->n;
    ExprId base = l->base[a], to = l->axis_to[a];
    int64_t rem = l->rem[a];
    AxisId v = NO_AXIS;
    LoopNode *body = into, *loop = NULL;
    l->base[a] = x_fn2(n, FN_add, base, x_index(n, first));
    bool was_vector = w->in_vector;
    AxisId dot = w->dot;
    ExprId conj[MAX_CONJUNCTS];
    int nconj = w->nconj;
    memcpy(conj, w->conj, sizeof conj);
    bool rows = p->mmla && w->by_rows;
    if (rows) {
        take_row_conjuncts(l, w, a);
        w->count = count;
        count += count % 2;
    }
    if (p->dot || (p->pair && count == p->size)) {
        w->pair = p->pair;
        w->dot = lower_instance(l, a, p->name, count);
        l->base[a] = x_fn2(n, FN_add, l->base[a], x_axis(n, w->dot));
    } else if (count > 1) {
        v = lower_instance(l, a, p->name, count);
        bool vector = p->vector && !w->lanes_apart && count == p->size && step == 1;
        loop = body = lower_node(l, vector ? LOOP_vector : LOOP_for, NULL);
        loop->axis = v;
        loop->unroll = p->unroll;
        loop->parallel = p->parallel;
        loop->lo = x_index(n, 0);
        loop->hi = x_index(n, count);
        if (vector) {
            w->in_vector = true;
            w->lane = v;
        }
        l->base[a] = x_fn2(n, FN_add, l->base[a], x_fn2(n, FN_mul, x_axis(n, v), x_index(n, step)));
    }
    w->loop[k] = v;
    if (rows) w->mmla = v;
    l->rem[a] = inner;
    if (inner == 1 && p->step >= 1) {
        bool more = false; /* pieces of the same axis still to come in this walk or later */
        for (int i = 0; i < l->sp->npiece; i++) more |= l->sp->piece[i].root == a && l->sp->piece[i].step < p->step;
        if (!more || inner == 1) l->axis_to[a] = l->base[a];
    }
    Walk saved = {0};
    LoopNode *inside = lower_guards(l, w, loop && loop->kind == LOOP_for ? loop : NULL, body, &saved);
    if (inside) {
        if (loop) vec_push(l->arena, &into->body, loop);
        if (p->partial && w->partial) w->partial(l, w, k + 1, inside);
        else lower_walk(l, w, k + 1, inside);
        if (into->body.n && does_nothing(vec_last(&into->body))) into->body.n--;
    }
    w->nconj = nconj;
    memcpy(w->conj, conj, sizeof w->conj);
    if (rows) w->mmla = NO_AXIS;
    w->in_vector = was_vector;
    w->dot = dot;
    l->base[a] = base;
    l->rem[a] = rem;
    l->axis_to[a] = to;
}

/* Leaves of [*lo, *hi) the points of root axis a for which the guard holds whatever the others are. */
static void narrow(Nest *n, ExprId guard, AxisId a, int64_t *lo, int64_t *hi) {
    ExprId conj[MAX_CONJUNCTS], rest;
    int64_t coef;
    int nc = x_conjuncts(n, guard, conj, MAX_CONJUNCTS);
    for (int c = 0; c < nc; c++) {
        Range range;
        if (!x_bound(n, conj[c], a, &coef, &rest) || !x_range(n, rest, &range)) continue;
        if (coef > 0 && ceil_div(-range.lo, coef) > *lo) *lo = ceil_div(-range.lo, coef);
        if (coef < 0 && floor_div(range.lo, -coef) + 1 < *hi) *hi = floor_div(range.lo, -coef) + 1;
    }
}

/* The points of root axis a for which no guard of the stage's reductions can fail, or no condition of a value without. */
static void interior_of(Lower *l, AxisId a, int64_t *lo, int64_t *hi) {
    Nest *n = l->n;
    ExprId red[16], cond[16];
    *lo = 0;
    *hi = n->axis.at[a].extent;
    int count = x_reductions(n, l->stage->value, red, 16);
    for (int r = 0; r < count && r < 16; r++) narrow(n, x_arg(n, red[r], 1), a, lo, hi);
    count = x_choices(n, l->stage->value, cond, 16);
    for (int c = 0; c < count; c++) narrow(n, cond[c], a, lo, hi);
}

static void open_tiles(Lower *l, Walk *w, int k, LoopNode *into, int64_t first, int64_t extent) {
    const Piece *p = w->piece[k];
    int64_t q = extent / p->step, r = extent % p->step;
    if (q > 0) open_loop(l, w, k, into, first, q, p->step, p->step);
    if (r > 0) open_loop(l, w, k, into, first + q * p->step, 1, p->step, r);
}

static bool has_edges(const Lower *l, AxisId a) {
    for (int i = 0; i < l->sp->nedges; i++)
        if (l->sp->edges[i] == a) return true;
    return false;
}

/* Is there a guard on reduced piece p and a register tile at a border that only the piece's number settles? */
static bool settles_guard(Lower *l, const Walk *w, const Piece *p) {
    Nest *n = l->n;
    for (int c = 0; c < w->nconj; c++) {
        bool tile = false;
        if (!x_uses_axis(n, w->conj[c], p->root)) continue;
        ExprId before[MAX_RANK];
        for (int i = 0; i < l->sp->nedges; i++) {
            AxisId a = l->sp->edges[i];
            before[i] = l->axis_to[a];
            if (before[i] != NO_EXPR || !x_uses_axis(n, w->conj[c], a)) continue;
            tile = true;
            AxisId any = lower_instance(l, a, n->axis.at[a].name, l->rem[a]);
            l->axis_to[a] = x_fn2(n, FN_add, l->base[a], x_axis(n, any));
        }
        Expr e = *x_get(n, lower_resolve(l, w->conj[c], NULL));
        for (int i = 0; i < l->sp->nedges; i++) l->axis_to[l->sp->edges[i]] = before[i];
        if (tile && !(e.kind == X_int && e.i)) return true;
    }
    return false;
}

#define MAX_EDGE_TILES 8 /* written out before and behind the interior */

/* Tiles at the borders one by one, those where no guard can fail as a loop. False: too many, nothing was opened. */
static bool open_edges(Lower *l, Walk *w, int k, LoopNode *into) {
    const Piece *p = w->piece[k];
    AxisId a = p->root;
    int64_t lo, hi, extent = l->rem[a], q = extent / p->step, first, last;
    interior_of(l, a, &lo, &hi);
    first = lo > 0 ? ceil_div(lo, p->step) : 0;
    last = hi < 0 ? 0 : floor_div(hi < extent ? hi : extent, p->step);
    if (first > q) first = q;
    if (last < first) last = first;
    if (first + (q - last) > MAX_EDGE_TILES) return false;
    for (int64_t t = 0; t < first; t++) open_loop(l, w, k, into, t * p->step, 1, p->step, p->step);
    if (last > first) open_loop(l, w, k, into, first * p->step, last - first, p->step, p->step);
    for (int64_t t = last; t < q; t++) open_loop(l, w, k, into, t * p->step, 1, p->step, p->step);
    if (extent % p->step) open_loop(l, w, k, into, q * p->step, 1, p->step, extent % p->step);
    return true;
}

void lower_walk(Lower *l, Walk *w, int k, LoopNode *into) {
    if (k == w->n) {
        w->leaf(l, w, into);
        return;
    }
    const Piece *p = w->piece[k];
    AxisId a = p->root;
    if (p->reduce && p->outermost && p->step == 1 && p->size <= 16 && settles_guard(l, w, p)) {
        for (int64_t i = 0; i < p->size; i++) open_loop(l, w, k, into, i, 1, 1, 1);
        return;
    }
    if (p->elements && w->elements) w->elements(l, w, k, into);
    if (w->outer && p->outermost && has_edges(l, a) && open_edges(l, w, k, into)) return;
    bool inside = false;
    for (int i = 0; i < l->sp->ninterior; i++) inside |= l->sp->interior[i] == a;
    if (!p->outermost || !inside || (p->step == 1 && x_reductions(l->n, l->stage->value, NULL, 0))) {
        open_tiles(l, w, k, into, 0, l->rem[a]);
        return;
    }
    int64_t lo, hi, extent = l->rem[a];
    interior_of(l, a, &lo, &hi);
    if (lo < 0) lo = 0;
    if (hi > extent) hi = extent;
    if (lo >= hi) lo = hi = extent;
    if (lo > 0) open_loop(l, w, k, into, 0, lo, 1, 1);
    if (hi > lo) open_tiles(l, w, k, into, lo, hi - lo);
    if (hi < extent) open_loop(l, w, k, into, hi, extent - hi, 1, 1);
}

LoopNode *lower_whole(Lower *l, AxisId root, LoopNode *into) {
    Axis ax = l->n->axis.at[root];
    LoopNode *loop = lower_node(l, LOOP_for, into);
    loop->axis = lower_instance(l, root, ax.name, ax.extent);
    loop->lo = x_index(l->n, 0);
    loop->hi = x_index(l->n, ax.extent);
    l->axis_to[root] = x_axis(l->n, loop->axis);
    return loop;
}

static uint32_t total_pieces(const Plan *p) {
    uint32_t c = 0;
    for (uint32_t s = 0; s < p->nest->stage.n; s++) c += (uint32_t)p->stage[s].npiece;
    return c;
}

LoopTree *lower_tree(Arena *a, Nest *n) {
    Lower l = {.arena = a, .n = n};
    LoopTree *t = arena_new_of(a, LoopTree);
    t->nest = n;
    t->scratch_offset = arena_array_of(a, n->buf.n, int64_t);
    for (uint32_t i = 0; i < n->buf.n; i++) t->scratch_offset[i] = -1;
    t->root = lower_node(&l, LOOP_block, NULL);
    return t;
}

static bool placed(const Nest *n, const bool *once, BufId b) {
    for (uint32_t s = 0; s < n->stage.n; s++)
        if (once[s] && n->stage.at[s].out == b) return true;
    return false;
}

static bool reads(const Nest *n, ExprId e, BufId b) {
    const Expr *x = x_get(n, e);
    if (!x_mark(n, e)) return false;
    if (x->kind == X_load && x->id == b) return true;
    for (int i = 0; i < x->narg; i++)
        if (x_arg(n, e, i) != NO_EXPR && reads(n, x_arg(n, e, i), b)) return true;
    return false;
}

/* Stage s fills a local with a constant, and what later stages put over it lies at the same places in each iteration of the
 * shared loops: once before these is enough. */
static bool fills_once(const Plan *p, uint32_t s) {
    const Nest *n = p->nest;
    const Stage *st = &n->stage.at[s];
    const Expr *v = x_get(n, st->value);
    if (n->buf.at[st->out].kind != BUF_local || st->guard != NO_EXPR || st->combine != COMBINE_store || p->general) return false;
    if ((v->kind != X_int && v->kind != X_real) || st->joined || nest_joined(n, s) > 1 || p->stage[s].turns != NO_AXIS) return false;
    for (uint32_t t = 0; t < n->stage.n; t++) {
        const Stage *other = &n->stage.at[t];
        if (other->out != st->out) continue;
        if (t < s) return false;
        x_mark_begin(n);
        if (reads(n, other->value, st->out)) return false;
        for (int d = 0; d < other->nindex; d++) {
            Range r;
            if (!x_range(n, other->index[d], &r)) return false; /* data */
            for (int i = 0; i < n->nshared; i++) { /* dimensions that shared axes walk have one slice */
                const Expr *x = x_get(n, other->index[d]);
                if (!(x->kind == X_axis && x->id == other->axis[i]) && x_uses_axis(n, other->index[d], other->axis[i])) return false;
            }
        }
        if (other->guard != NO_EXPR || other->combine != COMBINE_store) return false;
    }
    for (int i = 0; i < n->nshared; i++)
        if (p->shared[i]) return false; /* each thread has its own */
    return n->nshared > 0;
}

LoopTree *lower(Arena *a, Plan *p) {
    Nest *n = p->nest;
    Lower l = {.arena = a, .n = n, .plan = p, .axis_cap = n->axis.n + 64 + 8 * total_pieces(p)};
    uint32_t roots = n->axis.n;
    l.tree = lower_tree(a, n);
    l.axis_to = arena_array_of(a, l.axis_cap, ExprId);
    for (uint32_t i = 0; i < l.axis_cap; i++) l.axis_to[i] = NO_EXPR;
    l.rem = arena_array_of(a, roots, int64_t);
    l.base = arena_array_of(a, roots, ExprId);
    l.local = arena_array_of(a, n->buf.n, uint32_t);
    for (uint32_t i = 0; i < n->buf.n; i++) l.local[i] = UINT32_MAX;
    LoopNode *into = l.tree->root;
    bool *once = arena_array_of(a, n->stage.n, bool);
    for (uint32_t s = 0; s < n->stage.n; s++) {
        if (!(once[s] = fills_once(p, s))) continue;
        place_local(&l, n->stage.at[s].out, into);
        lower_stage(&l, s, into);
    }
    for (int i = 0; i < n->nshared; i++) { /* the loops that all stages share */
        AxisId root = vec_last(&n->stage).axis[i];
        if (n->axis.at[root].extent == 1) continue;
        into = lower_whole(&l, root, into);
        into->parallel = p->shared[i];
        l.tree->scratch_each |= p->shared[i];
        for (uint32_t s = 0; s < n->stage.n; s++) l.axis_to[n->stage.at[s].axis[i]] = l.axis_to[root];
    }
    for (uint32_t i = 0; i < n->buf.n; i++)
        if (is_written(n, i) && n->buf.at[i].kind == BUF_local && !placed(n, once, i)) place_local(&l, i, into);
    LoopNode *turn = NULL;
    AxisId turning = NO_AXIS;
    for (uint32_t s = 0; s < n->stage.n; s++) { /* stages of a recurrence take turns inside its one loop */
        uint32_t joined = nest_joined(n, s);
        if (once[s]) continue;
        if (joined > 1) {
            lower_joined(&l, s, joined, into);
            s += joined - 1;
            turn = NULL;
            turning = NO_AXIS;
            continue;
        }
        AxisId by = p->stage[s].turns;
        if (by != turning || by == NO_AXIS) turn = NULL;
        if (by != NO_AXIS && !turn) turn = lower_whole(&l, by, into);
        turning = by;
        lower_stage(&l, s, turn ? turn : into);
    }
    if (p->grain) parallel_settle(l.tree, p->grain);
    return l.tree;
}
