/* Loops of Winograd's convolution: for a block of tiles that stays in the second-level cache, v = B^T x B, then for each
 * group of output channels m = v * u point by point, and y = A^T m A with the epilogue. The transforms are snippets. */
#include "nest/winograd.h"
#include "nest/lower_internal.h"

typedef struct {
    Lower l; /* the arena, the nest and the tree: its loops are made by hand, no plan is walked */
    Nest *n;
    WinogradTile plan;
    WinogradSize size;
    int points; /* rows of a transformed tile */
    BufId x, u, v, m;
    const Stage *last;
    ExprId red; /* of the last stage's value */
    int64_t th, tw;
    bool by_element; /* as Target's */
    bool shared; /* threads share the loops inside a block of tiles; else, with threads, the blocks */
} Wino;

/* ---- loop trees by hand ---- */

static ExprId number(Wino *w, int64_t v) { return x_index(w->n, v); }
static ExprId plus(Wino *w, ExprId a, ExprId b) { return x_fn2(w->n, FN_add, a, b); }
static ExprId times(Wino *w, ExprId a, int64_t c) { return x_fn2(w->n, FN_mul, a, number(w, c)); }

/* A loop over `extent` points; *at is its number. One point needs none. */
static LoopNode *loop(Wino *w, const char *name, int64_t extent, bool unroll, LoopNode *into, ExprId *at) {
    *at = number(w, 0);
    if (extent == 1) return into;
    LoopNode *l = lower_node(&w->l, LOOP_for, into);
    l->axis = nest_axis(w->n, name, extent, AXIS_spatial);
    l->lo = number(w, 0);
    l->hi = number(w, extent);
    l->unroll = unroll;
    *at = x_axis(w->n, l->axis);
    return l;
}

/* The same; threads share it where they share loops inside a block of tiles. */
static LoopNode *shared_loop(Wino *w, const char *name, int64_t extent, LoopNode *into, ExprId *at) {
    LoopNode *l = loop(w, name, extent, false, into, at);
    if (l != into) l->parallel = w->shared;
    return l;
}

static LoopNode *lanes(Wino *w, const char *name, LoopNode *into, ExprId *at) {
    LoopNode *l = loop(w, name, w->size.lanes, false, into, at);
    l->kind = LOOP_vector;
    return l;
}

/* dims NULL: a number. */
static uint32_t variable(Wino *w, const char *name, DType t, int width, int ndim, const int64_t *dim, ExprId value,
                         LoopNode *into) {
    LoopNode *d = lower_node(&w->l, LOOP_var, into);
    d->var = lower_var(&w->l, name, UINT32_MAX, t, width, ndim, dim);
    d->value = value;
    return d->var;
}

/* Elements of an array of vectors. */
static ExprId var_ref(Wino *w, uint32_t var, int nindex, const ExprId *index) {
    return lower_ref(&w->l, var, nindex, index, true);
}

static void set(Wino *w, uint32_t var, const ExprId *index, int nindex, Combine c, ExprId value, LoopNode *into) {
    LoopNode *s = lower_node(&w->l, LOOP_set, into);
    s->var = var;
    s->nindex = (uint8_t)nindex;
    for (int i = 0; i < nindex; i++) s->index[i] = index[i];
    s->combine = c;
    s->value = value;
}

static void store(Wino *w, BufId b, const ExprId *index, ExprId value, LoopNode *into) {
    LoopNode *s = lower_node(&w->l, LOOP_store, into);
    s->buf = b;
    s->offset = buffer_offset(w->n, b, index);
    s->value = value;
}

static void call(Wino *w, const char *what, uint32_t var, LoopNode *into) {
    LoopNode *c = lower_node(&w->l, LOOP_call, into);
    c->note = arena_printf(w->l.arena, "winograd%d_%s", w->size.tile, what);
    c->var = var;
}

static LoopNode *when(Wino *w, ExprId condition, LoopNode *into) {
    const Expr *c = x_get(w->n, condition);
    if (c->kind == X_int) return c->i ? into : lower_node(&w->l, LOOP_block, NULL);
    LoopNode *f = lower_node(&w->l, LOOP_if, into);
    f->lo = condition;
    return f;
}

/* ---- one tile ---- */

typedef struct {
    ExprId image, row, column; /* batch; of the tile's first result */
} Place;

static ExprId named(Wino *w, const char *name, ExprId value, LoopNode *into) {
    if (x_get(w->n, value)->kind == X_int) return value;
    Expr e = {.kind = X_var, .dtype = DT_i32, .is_index = true, .id = variable(w, name, DT_i32, 1, 0, NULL, value, into)};
    return x_raw(w->n, e, 0, NULL);
}

static Place place_of(Wino *w, ExprId tile, LoopNode *into) {
    Nest *n = w->n;
    int64_t all = w->th * w->tw;
    Place p;
    p.image = x_fn2(n, FN_div, tile, number(w, all));
    ExprId row = x_fn2(n, FN_mod, x_fn2(n, FN_div, tile, number(w, w->tw)), number(w, w->th));
    p.row = named(w, "oh", times(w, row, w->size.tile), into);
    p.column = named(w, "ow", times(w, x_fn2(n, FN_mod, tile, number(w, w->tw)), w->size.tile), into);
    return p;
}

/* lo <= at and at + size <= extent */
static ExprId inside(Wino *w, ExprId at, int64_t size, int64_t extent) {
    ExprId low = x_fn2(w->n, FN_ge, at, number(w, 0));
    return x_fn2(w->n, FN_and, low, x_fn2(w->n, FN_le, at, number(w, extent - size)));
}

static void load_tile(Wino *w, uint32_t d, const Place *p, ExprId cb, bool guarded, LoopNode *into) {
    Nest *n = w->n;
    const Buffer x = n->buf.at[w->x];
    ExprId ij[2], lane;
    into = loop(w, "i", w->points, true, into, &ij[0]);
    into = loop(w, "j", w->points, true, into, &ij[1]);
    LoopNode *v = lanes(w, "ci", into, &lane);
    ExprId h = plus(w, plus(w, p->row, ij[0]), number(w, -n->winograd.pad_h));
    ExprId c = plus(w, plus(w, p->column, ij[1]), number(w, -n->winograd.pad_w));
    ExprId at[5] = {p->image, cb, h, c, lane}, value = x_load(n, w->x, at);
    if (guarded) {
        ExprId in = x_fn2(n, FN_and, inside(w, h, 1, x.dim[2]), inside(w, c, 1, x.dim[3]));
        value = x_select(n, in, value, x_real(n, DT_f32, 0));
    }
    set(w, d, ij, 2, COMBINE_store, value, v);
}

/* v[point,cb,t,:] of every channel block and tile of the block of tiles that begins at `first`. */
static void transform_input(Wino *w, ExprId first, int64_t tiles, LoopNode *into) {
    Nest *n = w->n;
    const Buffer x = n->buf.at[w->x];
    int64_t dim[2] = {w->points, w->points};
    ExprId cb, t, ij[2], lane;
    into = shared_loop(w, "cb", n->buf.at[w->v].dim[1], into, &cb);
    LoopNode *one = loop(w, "t", tiles, false, into, &t);
    if (one == into) one = lower_node(&w->l, LOOP_block, into);
    Place p = place_of(w, plus(w, first, t), one);
    ExprId whole = x_fn2(n, FN_and, inside(w, plus(w, p.row, number(w, -n->winograd.pad_h)), w->points, x.dim[2]),
                         inside(w, plus(w, p.column, number(w, -n->winograd.pad_w)), w->points, x.dim[3]));
    uint32_t d = variable(w, "d", DT_f32, w->size.lanes, 2, dim, NO_EXPR, one);
    load_tile(w, d, &p, cb, false, when(w, whole, one));
    load_tile(w, d, &p, cb, true, when(w, x_fn1(n, FN_not, whole), one));
    call(w, "input", d, one);
    one = loop(w, "i", w->points, true, one, &ij[0]);
    one = loop(w, "j", w->points, true, one, &ij[1]);
    LoopNode *v = lanes(w, "ci", one, &lane);
    ExprId at[4] = {plus(w, times(w, ij[0], w->points), ij[1]), cb, t, lane};
    store(w, w->v, at, var_ref(w, d, 2, ij), v);
}

/* ---- products ---- */

/* Where m keeps block b of the group that begins at ob: it holds one group, or all where threads share them. */
static ExprId in_m(Wino *w, ExprId ob, ExprId b) { return w->shared ? plus(w, ob, b) : b; }

typedef struct {
    ExprId xi, first, ob; /* point; the first of the tiles and of the blocks of results */
    int64_t pixels, blocks;
} Register;

/* A register tile of zeros. */
static uint32_t sums(Wino *w, const Register *r, LoopNode *into) {
    int64_t dim[2] = {r->pixels, r->blocks};
    return variable(w, "acc", DT_f32, w->size.lanes, 2, dim, x_real(w->n, DT_f32, 0), into);
}

/* The innermost loop over the elements of a register tile. */
static LoopNode *elements(Wino *w, const Register *r, LoopNode *into, ExprId *pb, ExprId *lane) {
    into = loop(w, "p", r->pixels, true, into, &pb[0]);
    into = loop(w, "b", r->blocks, true, into, &pb[1]);
    return lanes(w, "oi", into, lane);
}

/* v[xi,block cb,first+p] in vectors of its channels, whose elements are multiplied. */
static uint32_t load_elements(Wino *w, const Register *r, ExprId cb, LoopNode *into) {
    ExprId p, lane;
    uint32_t var = variable(w, "v_ci", DT_f32, w->size.lanes, 1, &r->pixels, NO_EXPR, into);
    LoopNode *l = lanes(w, "ci", loop(w, "p", r->pixels, true, into, &p), &lane);
    ExprId at[4] = {r->xi, cb, plus(w, r->first, p), lane};
    set(w, var, &p, 1, COMBINE_store, x_load(w->n, w->v, at), l);
    return var;
}

/* acc[p][b] += v[xi,ic,first+p] * u[xi,ic,b] for ic = block * lanes .. + count */
static void multiply(Wino *w, uint32_t acc, const Register *r, ExprId cb, int64_t count, LoopNode *into) {
    Nest *n = w->n;
    ExprId ci, pb[2], lane;
    bool whole = w->by_element && count == w->size.lanes;
    uint32_t var = whole ? load_elements(w, r, cb, into) : 0;
    LoopNode *v = elements(w, r, loop(w, "ci", count, whole, into, &ci), pb, &lane);
    ExprId vi[4] = {r->xi, cb, plus(w, r->first, pb[0]), ci};
    ExprId ui[3] = {r->xi, plus(w, times(w, cb, w->size.lanes), ci),
                    plus(w, times(w, plus(w, r->ob, pb[1]), w->size.lanes), lane)};
    ExprId element[2] = {pb[0], ci}, x = whole ? lower_ref(&w->l, var, 2, element, false) : x_load(n, w->v, vi);
    set(w, acc, pb, 2, COMBINE_sum, x_fn2(n, FN_mul, x, x_load(n, w->u, ui)), v);
}

/* acc += products of whole blocks first_cb .. + count, then of `rest` channels of the next */
static void sum_channels(Wino *w, const Register *r, uint32_t acc, ExprId first_cb, int64_t count, int64_t rest, LoopNode *into) {
    ExprId cb;
    LoopNode *l = count > 0 ? loop(w, "cb", count, false, into, &cb) : into;
    if (count > 0) multiply(w, acc, r, plus(w, first_cb, cb), w->size.lanes, l);
    if (rest > 0) multiply(w, acc, r, plus(w, first_cb, number(w, count)), rest, into);
}

#define PART 32 /* channels whose products are summed alone: rounding errors grow with the length of a sum */

/* m = products of some blocks of channels, or += them */
static void part(Wino *w, const Register *r, bool first, ExprId first_cb, int64_t count, int64_t rest, LoopNode *into) {
    ExprId pb[2], lane;
    if (into->kind != LOOP_for) into = lower_node(&w->l, LOOP_block, into);
    uint32_t acc = sums(w, r, into);
    sum_channels(w, r, acc, first_cb, count, rest, into);
    LoopNode *v = elements(w, r, into, pb, &lane);
    ExprId at[4] = {in_m(w, r->ob, pb[1]), r->xi, plus(w, r->first, pb[0]), lane}, sum = var_ref(w, acc, 2, pb);
    if (!first) sum = x_fn2(w->n, FN_add, x_load(w->n, w->m, at), sum);
    store(w, w->m, at, sum, v);
}

static void register_tile(Wino *w, const Register *r, LoopNode *into) {
    int64_t whole = w->size.ic / w->size.lanes, rest = w->size.ic % w->size.lanes, each = PART / w->size.lanes;
    ExprId k;
    if (w->size.ic <= PART) {
        part(w, r, true, number(w, 0), whole, rest, into);
        return;
    }
    part(w, r, true, number(w, 0), each, 0, into);
    if (whole / each > 1) {
        LoopNode *l = loop(w, "part", whole / each - 1, false, into, &k);
        part(w, r, false, plus(w, times(w, k, each), number(w, each)), each, 0, l);
    }
    if (whole % each || rest) part(w, r, false, number(w, whole / each * each), whole % each, rest, into);
}

static void products(Wino *w, ExprId xi, int64_t tiles, ExprId ob, int64_t blocks, LoopNode *into) {
    int64_t p = w->plan.pixels < tiles ? w->plan.pixels : tiles, whole = tiles / p, rest = tiles % p;
    ExprId k;
    LoopNode *l = loop(w, "to", whole, false, into, &k);
    Register r = {xi, times(w, k, p), ob, p, blocks};
    register_tile(w, &r, l);
    r = (Register){xi, number(w, whole * p), ob, rest, blocks};
    if (rest) register_tile(w, &r, into);
}

/* ---- results ---- */

static void store_results(Wino *w, uint32_t d, const Place *p, ExprId ob, LoopNode *into) {
    Nest *n = w->n;
    const Buffer y = n->buf.at[w->last->out];
    ExprId ac[2], lane, condition = x_int(n, DT_bool, 1);
    into = loop(w, "i", w->size.tile, true, into, &ac[0]);
    into = loop(w, "j", w->size.tile, true, into, &ac[1]);
    ExprId oh = plus(w, p->row, ac[0]), ow = plus(w, p->column, ac[1]);
    if (y.dim[2] % w->size.tile) condition = x_fn2(n, FN_lt, oh, number(w, y.dim[2]));
    if (y.dim[3] % w->size.tile) {
        ExprId c = x_fn2(n, FN_lt, ow, number(w, y.dim[3]));
        condition = y.dim[2] % w->size.tile ? x_fn2(n, FN_and, condition, c) : c;
    }
    LoopNode *v = lanes(w, "oi", when(w, condition, into), &lane);
    ExprId to[5] = {p->image, ob, oh, ow, lane};
    ExprId *map = x_axis_table(n, w->l.arena, 0);
    for (int i = 0; i < 5; i++) {
        const Expr *e = x_get(n, w->last->index[i]);
        if (e->kind == X_axis) map[e->id] = to[i];
    }
    IdMap done = {0};
    idmap_set(w->l.arena, &done, w->red, var_ref(w, d, 2, ac));
    store(w, w->last->out, to, x_rewrite(n, w->last->value, map, NULL, NULL, &done), v);
}

static void transform_output(Wino *w, ExprId first, int64_t tiles, ExprId ob, int64_t blocks, LoopNode *into) {
    int64_t dim[2] = {w->points, w->points};
    ExprId b, t, ij[2], lane;
    into = shared_loop(w, "b", blocks, into, &b);
    LoopNode *one = loop(w, "t", tiles, false, into, &t);
    if (one == into) one = lower_node(&w->l, LOOP_block, into);
    Place p = place_of(w, plus(w, first, t), one);
    uint32_t d = variable(w, "d", DT_f32, w->size.lanes, 2, dim, NO_EXPR, one);
    LoopNode *l = loop(w, "i", w->points, true, one, &ij[0]);
    l = loop(w, "j", w->points, true, l, &ij[1]);
    LoopNode *v = lanes(w, "oi", l, &lane);
    ExprId at[4] = {in_m(w, ob, b), plus(w, times(w, ij[0], w->points), ij[1]), t, lane};
    set(w, d, ij, 2, COMBINE_store, x_load(w->n, w->m, at), v);
    call(w, "output", d, one);
    store_results(w, d, &p, plus(w, ob, b), one);
}

static LoopNode *points(Wino *w, LoopNode *into, ExprId *xi) {
    return loop(w, "xi", (int64_t)w->points * w->points, false, into, xi);
}

static void group(Wino *w, ExprId first, int64_t tiles, ExprId ob, int64_t blocks, LoopNode *into) {
    ExprId xi;
    LoopNode *point = points(w, into, &xi);
    products(w, xi, tiles, ob, blocks, point);
    transform_output(w, first, tiles, ob, blocks, into);
}

/* All products point by point, then all results: each a loop that threads share. */
static void all_groups(Wino *w, ExprId first, int64_t tiles, int64_t whole, int64_t rest, LoopNode *into) {
    int64_t blocks = w->plan.blocks;
    ExprId xi, k;
    LoopNode *point = points(w, into, &xi);
    point->parallel = true;
    LoopNode *l = loop(w, "ob", whole, false, point, &k);
    products(w, xi, tiles, times(w, k, blocks), blocks, l);
    if (rest) products(w, xi, tiles, number(w, whole * blocks), rest, point);
    transform_output(w, first, tiles, number(w, 0), w->size.oc / w->size.lanes, into);
}

static void block_of_tiles(Wino *w, ExprId first, int64_t tiles, LoopNode *into) {
    int64_t ob = w->size.oc / w->size.lanes, whole = ob / w->plan.blocks, rest = ob % w->plan.blocks;
    ExprId k;
    transform_input(w, first, tiles, into);
    if (w->shared) {
        all_groups(w, first, tiles, whole, rest, into);
        return;
    }
    LoopNode *l = loop(w, "ob", whole, false, into, &k);
    group(w, first, tiles, times(w, k, w->plan.blocks), w->plan.blocks, l);
    if (rest) group(w, first, tiles, number(w, whole * w->plan.blocks), rest, into);
}

/* ---- the nest ---- */

static BufId load_of_kind(const Nest *n, ExprId e, BufKind k) {
    if (!x_mark(n, e)) return UINT32_MAX;
    const Expr *x = x_get(n, e);
    if (x->kind == X_load && n->buf.at[x->id].kind == k) return x->id;
    for (int i = 0; i < x->narg; i++) {
        BufId b = x_arg(n, e, i) == NO_EXPR ? UINT32_MAX : load_of_kind(n, x_arg(n, e, i), k);
        if (b != UINT32_MAX) return b;
    }
    return UINT32_MAX;
}

static void shape_local(Wino *w, BufId b, int64_t d0, int64_t d1, int64_t d2) {
    Buffer *x = &w->n->buf.at[b];
    int64_t dim[4] = {d0, d1, d2, w->size.lanes}, stride = 1;
    x->rank = 4;
    for (int i = 3; i >= 0; i--) {
        x->dim[i] = dim[i];
        x->stride[i] = stride;
        stride *= dim[i];
    }
    w->l.tree->scratch_offset[b] = w->l.tree->scratch_bytes;
    w->l.tree->scratch_bytes += (stride * 4 + 63) / 64 * 64;
}

/* u[xi,nu,ic,oc] in the order of the loops: groups of blocks and points, ic, the group's channels. */
static void order_weights(Wino *w) {
    Buffer *u = &w->n->buf.at[w->u];
    int32_t width = (int32_t)(w->plan.blocks * w->size.lanes);
    u->rank = 3;
    u->dim[0] = (int64_t)w->points * w->points;
    u->dim[1] = w->size.ic;
    u->dim[2] = w->size.oc;
    const PhysDim group = {2, false, width}, point = {0, false, 1}, ic = {1, false, 1}, inner = {2, true, width};
    const PhysDim order[4] = {w->shared ? point : group, w->shared ? group : point, ic, inner};
    memcpy(u->phys, order, sizeof order);
    u->nphys = 4;
}

static bool find_parts(Wino *w, const Target *t) {
    Nest *n = w->n;
    if (n->winograd.tile == 0 || n->stage.n != 3 || n->stage.at[2].nindex != 5) return false;
    w->last = &n->stage.at[2];
    w->v = n->stage.at[0].out;
    w->m = n->stage.at[1].out;
    x_mark_begin(n);
    w->x = load_of_kind(n, n->stage.at[0].value, BUF_in);
    x_mark_begin(n);
    w->u = load_of_kind(n, n->stage.at[1].value, BUF_const);
    if (w->x == UINT32_MAX || w->u == UINT32_MAX || n->buf.at[w->u].rank != 4 || n->buf.at[w->u].nphys) return false;
    if (x_reductions(n, w->last->value, &w->red, 1) != 1 || w->last->guard != NO_EXPR) return false;
    const Buffer *y = &n->buf.at[w->last->out];
    int tile = n->winograd.tile;
    w->points = tile + 2;
    w->th = (y->dim[2] + tile - 1) / tile;
    w->tw = (y->dim[3] + tile - 1) / tile;
    w->size = (WinogradSize){n->buf.at[w->u].dim[2], n->buf.at[w->u].dim[3], y->dim[0] * w->th * w->tw, tile,
                             (int)y->dim[4]};
    return y->rank == 5 && w->size.lanes <= target_lanes(t, DT_f32) && w->size.oc % w->size.lanes == 0;
}

LoopTree *lower_winograd(Arena *a, Nest *n, const Target *t, int threads, const char **schedule) {
    enum { ENOUGH = 4 /* blocks of tiles for each thread */ };
    Wino w = {.l = {.arena = a, .n = n}, .n = n};
    if (!find_parts(&w, t)) return NULL;
    w.plan = winograd_tile(t, &w.size);
    w.by_element = t->by_element && w.size.lanes == target_lanes(t, DT_f32);
    w.shared = threads > 1 && w.size.tiles / w.plan.together < ENOUGH * threads;
    LoopTree *tree = w.l.tree = lower_tree(a, n);
    order_weights(&w);
    int64_t together = w.plan.together, points = (int64_t)w.points * w.points;
    shape_local(&w, w.v, points, n->buf.at[w.x].dim[1], together);
    shape_local(&w, w.m, w.shared ? w.size.oc / w.size.lanes : w.plan.blocks, points, together);
    ExprId k;
    int64_t whole = w.size.tiles / together, rest = w.size.tiles % together;
    LoopNode *l = loop(&w, "tb", whole, false, tree->root, &k);
    l->parallel = tree->scratch_each = threads > 1 && !w.shared;
    block_of_tiles(&w, times(&w, k, together), together, l);
    if (rest) block_of_tiles(&w, number(&w, whole * together), rest, tree->root);
    *schedule = arena_printf(a, "winograd(%dx%d) tiles(%lld) tile(t,%lld) tile(ob,%lld)%s", w.size.tile, w.size.tile,
                             (long long)together, (long long)w.plan.pixels, (long long)w.plan.blocks,
                             w.shared        ? " parallel(cb) parallel(xi) parallel(b)"
                             : threads > 1 ? " parallel(tb)"
                                             : "");
    return tree;
}
