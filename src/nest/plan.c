/* Schedule steps applied to a nest. Each is checked; when one is refused everything is put back as it was. */
#include "nest/step.h"

#define MAX_TILE 1024 /* points of a register tile */

static void add_piece(StagePlan *s, const Nest *n, AxisId a, bool reduce) {
    if (s->npiece == MAX_PIECES || n->axis.at[a].extent == 1) return;
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].root == a) return;
    s->piece[s->npiece] = (Piece){.root = a,
                                  .name = n->axis.at[a].name,
                                  .step = 1,
                                  .size = n->axis.at[a].extent,
                                  .outermost = true,
                                  .reduce = reduce,
                                  .place = (uint8_t)s->npiece};
    s->npiece++;
}

static void plan_stage(StagePlan *s, const Nest *n, const Stage *st) {
    ExprId red[16];
    *s = (StagePlan){.turns = nest_turns(n, (uint32_t)(st - n->stage.at))};
    if (st->joined || nest_joined(n, (uint32_t)(st - n->stage.at)) > 1) return;
    for (int i = n->nshared; i < st->naxis; i++)
        if (st->axis[i] != s->turns) add_piece(s, n, st->axis[i], false);
    int count = x_reductions(n, st->value, red, 16);
    for (int r = 0; r < count && r < 16; r++)
        for (int i = 2; i < x_get(n, red[r])->narg; i++) add_piece(s, n, x_get(n, x_arg(n, red[r], i))->id, true);
}

Plan *plan_new(Arena *a, Nest *n, const Target *t) {
    Plan *p = arena_new_of(a, Plan);
    p->nest = n;
    p->target = t;
    p->stage = arena_array_of(a, n->stage.n + 1, StagePlan);
    for (uint32_t s = 0; s < n->stage.n; s++) plan_stage(&p->stage[s], n, &n->stage.at[s]);
    return p;
}

static int find_piece(const StagePlan *s, const char *name) {
    for (int i = 0; i < s->npiece; i++)
        if (!strcmp(s->piece[i].name, name)) return i;
    return -1;
}

/* The stage that has a piece of this name, and where. */
static StagePlan *locate(Plan *p, const char *name, int *at, uint32_t *stage) {
    for (uint32_t s = 0; s < p->nest->stage.n; s++)
        if ((*at = find_piece(&p->stage[s], name)) >= 0) {
            *stage = s;
            return &p->stage[s];
        }
    return NULL;
}

static int first_reduce(const StagePlan *s) {
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].reduce) return i;
    return s->npiece;
}

static bool step_split(Plan *p, StagePlan *s, int at, int64_t number, const char **why) {
    Piece *x = &s->piece[at];
    if (s->npiece == MAX_PIECES) return WHY("more than %d pieces", MAX_PIECES);
    if (x->vector) return WHY("%s is already a vector", x->name);
    if (x->apart) return WHY("%s has accumulators of its own", x->name);
    if (number < 2) return WHY("pieces of 1 point change nothing");
    if (number >= x->size) return WHY("%s has only %lld points", x->name, (long long)x->size);
    if (!x->outermost && x->size % number) return WHY("%lld does not divide %s", (long long)number, x->name);
    for (int i = s->npiece++; i > at + 1; i--) s->piece[i] = s->piece[i - 1];
    Piece inner = *x;
    inner.size = number;
    inner.outermost = false;
    inner.name = arena_printf(p->nest->arena, "%s.i", x->name);
    x->name = arena_printf(p->nest->arena, "%s.o", x->name);
    x->step *= number;
    x->size = ceil_div(x->size, number);
    s->piece[at + 1] = inner;
    return true;
}

static bool step_reorder(Plan *p, StagePlan *s, const Step *st, const char **why) {
    const StagePlan before = *s;
    int at[MAX_STEP_AXES], sorted[MAX_STEP_AXES];
    for (int i = 0; i < st->naxis; i++) {
        at[i] = sorted[i] = find_piece(s, st->axis[i]);
        if (at[i] < 0) return WHY("the stage has no piece %s", st->axis[i]);
        for (int k = i; k > 0 && sorted[k] < sorted[k - 1]; k--) {
            int t = sorted[k];
            sorted[k] = sorted[k - 1];
            sorted[k - 1] = t;
        }
    }
    for (int i = 0; i < st->naxis; i++) {
        if (i > 0 && sorted[i] == sorted[i - 1]) return WHY("a piece is named twice");
        s->piece[sorted[i]] = before.piece[at[i]];
    }
    return true;
}

static bool step_tile(Plan *p, StagePlan *s, int at, int64_t number, const char **why) {
    if (s->piece[at].reduce) return WHY("%s is reduced", s->piece[at].name);
    int inner = at;
    if (number < s->piece[at].size) {
        if (!step_split(p, s, at, number, why)) return false;
        inner = at + 1;
    } else if (number > s->piece[at].size) {
        return WHY("%s has only %lld points", s->piece[at].name, (long long)s->piece[at].size);
    }
    Piece x = s->piece[inner];
    for (int i = inner; i + 1 < s->npiece; i++) s->piece[i] = s->piece[i + 1];
    s->piece[s->npiece - 1] = x;
    return true;
}

/* Are a and b, outer and inner, walked as one axis by e: every load's offset depends on a*extent(b)+b alone, every
 * reduction over one is over both? */
static bool walks_as_one(Nest *n, ExprId e, AxisId a, AxisId b, IdMap *done) {
    Expr x = *x_get(n, e);
    if (x.kind == X_axis) return x.id != a && x.id != b;
    if (idmap_get(done, e) != MAP_NONE) return true;
    idmap_set(n->arena, done, e, 1);
    if (x.kind == X_load) {
        int64_t ca, cb;
        ExprId at = x_load_offset(n, e);
        return x_coefficient(n, at, a, &ca) && x_coefficient(n, at, b, &cb) && ca == cb * n->axis.at[b].extent;
    }
    int operands = x.narg, over = 0;
    if (x.kind == X_reduce) {
        operands = 2;
        for (int i = 2; i < x.narg; i++) {
            AxisId r = x_get(n, x_arg(n, e, i))->id;
            over += r == a || r == b;
        }
        if (over == 1) return false;
    }
    for (int i = 0; i < operands; i++)
        if (x_arg(n, e, i) != NO_EXPR && !walks_as_one(n, x_arg(n, e, i), a, b, done)) return false;
    return true;
}

typedef struct {
    AxisId a, b, both;
    int64_t extent_b;
} Fuse;

/* Loads keep their offset but lose their index structure: the offset goes into a buffer seen as one dimension. */
static ExprId fused_axis(Nest *n, const Fuse *f, bool outer) {
    ExprId both = x_axis(n, f->both), eb = x_index(n, f->extent_b);
    return x_fn2(n, outer ? FN_div : FN_mod, both, eb);
}

static bool fuse_legal(Plan *p, const StagePlan *s, int at, int bt, uint32_t stage, bool flatten, const char **why) {
    Nest *n = p->nest;
    const Piece *a = &s->piece[at], *b = &s->piece[bt];
    if (a->step != 1 || b->step != 1 || !a->outermost || !b->outermost)
        return WHY("%s or %s is split", a->name, b->name);
    if (a->reduce != b->reduce)
        return WHY("%s is reduced and %s is not", a->reduce ? a->name : b->name, a->reduce ? b->name : a->name);
    if (n->axis.at[a->root].kind == AXIS_serial || n->axis.at[b->root].kind == AXIS_serial) return WHY("a serial axis");
    bool marked = a->unroll || a->parallel || b->unroll || b->vector || a->apart || b->apart;
    for (int i = 0; i < s->ninterior; i++) marked |= s->interior[i] == a->root || s->interior[i] == b->root;
    for (int i = 0; i < s->nedges; i++) marked |= s->edges[i] == a->root || s->edges[i] == b->root;
    if (marked) return WHY("%s or %s is marked", a->name, b->name);
    if (flatten && x_reductions(n, n->stage.at[stage].value, NULL, 0) > 0) return WHY("the stage reduces");
    const Stage sg = n->stage.at[stage];
    IdMap seen = {0};
    if (!flatten && (!walks_as_one(n, sg.value, a->root, b->root, &seen) ||
                     (sg.guard != NO_EXPR && !walks_as_one(n, sg.guard, a->root, b->root, &seen))))
        return WHY("an operand does not walk %s and %s as one", a->name, b->name);
    int64_t ca, cb;
    ExprId to = buffer_offset(n, sg.out, sg.index);
    if (!a->reduce && (!x_coefficient(n, to, a->root, &ca) || !x_coefficient(n, to, b->root, &cb) ||
                       ca != cb * n->axis.at[b->root].extent))
        return WHY("the target does not walk %s and %s as one", a->name, b->name);
    return true;
}

/* The reductions of the value run over the one axis instead of the two: `done` holds what became of them. */
static void fuse_reductions(Nest *n, ExprId value, const Fuse *f, const ExprId *map, IdMap *done) {
    ExprId red[16];
    int count = x_reductions(n, value, red, 16);
    for (int r = 0; r < count && r < 16; r++) {
        Expr x = *x_get(n, red[r]);
        AxisId axes[2 * MAX_RANK];
        int k = 0;
        for (int i = 2; i < x.narg; i++) {
            AxisId ax = x_get(n, x_arg(n, red[r], i))->id;
            if (ax == f->a)
                axes[k++] = f->both;
            else if (ax != f->b)
                axes[k++] = ax;
        }
        ExprId guard = x_arg(n, red[r], 1), v = x_arg(n, red[r], 0);
        IdMap inner = {0};
        v = x_rewrite(n, v, map, NULL, NULL, &inner);
        if (guard != NO_EXPR) guard = x_rewrite(n, guard, map, NULL, NULL, &inner);
        idmap_set(n->arena, done, red[r], x_reduce(n, (Combine)x.id, v, guard, k, axes));
    }
}

static bool step_fuse(Plan *p, StagePlan *s, int at, uint32_t stage, const Step *st, const char **why) {
    Nest *n = p->nest;
    int bt = find_piece(s, st->axis[1]);
    int64_t extent;
    if (bt != at + 1) return WHY("%s is not the piece inside %s", st->axis[1], st->axis[0]);
    Piece *a = &s->piece[at], *b = &s->piece[bt];
    if (!fuse_legal(p, s, at, bt, stage, st->kind == STEP_flatten, why)) return false;
    if (!size_mul(a->size, b->size, &extent)) return WHY("too many points");
    Fuse f = {a->root, b->root, 0, b->size};
    f.both = nest_axis(n, arena_printf(n->arena, "%s_%s", a->name, b->name), extent, n->axis.at[a->root].kind);
    ExprId *map = x_axis_table(n, n->arena, 0);
    map[f.a] = fused_axis(n, &f, true);
    map[f.b] = fused_axis(n, &f, false);
    IdMap done = {0};
    Stage sg = n->stage.at[stage];
    if (a->reduce) fuse_reductions(n, sg.value, &f, map, &done);
    sg.value = x_rewrite(n, sg.value, map, NULL, NULL, &done);
    if (sg.guard != NO_EXPR) sg.guard = x_rewrite(n, sg.guard, map, NULL, NULL, &done);
    for (int i = 0; i < sg.nindex; i++) sg.index[i] = x_rewrite(n, sg.index[i], map, NULL, NULL, &done);
    n->stage.at[stage] = sg;
    a->root = f.both;
    a->size = extent;
    a->name = n->axis.at[f.both].name;
    for (int i = bt; i + 1 < s->npiece; i++) s->piece[i] = s->piece[i + 1];
    s->npiece--;
    s->scattered |= st->kind == STEP_flatten;
    return true;
}

static bool step_vector(Plan *p, StagePlan *s, int at, const char **why) {
    Piece *x = &s->piece[at];
    if (target_lanes(p->target, DT_f32) <= 1) return WHY("target %s has no vectors", p->target->name);
    if (p->nest->axis.at[x->root].kind == AXIS_serial) return WHY("%s runs in order", x->name);
    x->vector = true;
    x->apart = x->reduce;
    return true;
}

static bool reads_buffer(const Nest *n, ExprId e, BufId b) {
    if (!x_mark(n, e)) return false;
    const Expr *x = x_get(n, e);
    bool found = x->kind == X_load && x->id == b;
    for (int i = 0; i < x->narg && !found; i++) found = x_arg(n, e, i) != NO_EXPR && reads_buffer(n, x_arg(n, e, i), b);
    return found;
}

static void find_loads(const Nest *n, ExprId e, BufId b, AxisId a, int *dim, bool *ok) {
    if (!x_mark(n, e)) return;
    const Expr *x = x_get(n, e);
    if (x->kind == X_load && x->id == b)
        for (int i = 0; i < x->narg; i++) {
            const Expr *ix = x_get(n, x_arg(n, e, i));
            if (ix->kind != X_axis || ix->id != a) continue;
            if (*dim >= 0 && *dim != i) *ok = false;
            *dim = i;
        }
    for (int i = 0; i < x->narg; i++)
        if (x_arg(n, e, i) != NO_EXPR) find_loads(n, x_arg(n, e, i), b, a, dim, ok);
}

bool plan_constant(Plan *p, const char *name, BufId *b, const char **why) {
    Nest *n = p->nest;
    for (*b = 0; *b < n->buf.n; ++*b)
        if (!strcmp(n->buf.at[*b].name, name)) break;
    if (*b == n->buf.n) return WHY("no buffer %s", name);
    if (n->buf.at[*b].kind != BUF_const) return WHY("%s is no constant", name);
    return n->buf.at[*b].nphys ? WHY("%s is packed already", name) : true;
}

static bool step_pack(Plan *p, StagePlan *s, int at, uint32_t stage, const Step *st, const char **why) {
    Nest *n = p->nest;
    BufId b;
    if (!plan_constant(p, st->buffer, &b, why)) return false;
    Buffer *buf = &n->buf.at[b];
    if (st->number < 2) return WHY("blocks of 1 change nothing");
    int dim = -1;
    bool ok = true;
    x_mark_begin(n);
    find_loads(n, n->stage.at[stage].value, b, s->piece[at].root, &dim, &ok);
    if (dim < 0 || !ok) return WHY("%s is not read along %s in one dimension", st->buffer, st->axis[0]);
    if (st->number > buf->dim[dim])
        return WHY("dimension %d of %s has %lld elements", dim, st->buffer, (long long)buf->dim[dim]);
    for (int i = 0; i < buf->rank; i++)
        if (i == dim) buf->phys[buf->nphys++] = (PhysDim){(uint8_t)i, false, (int32_t)st->number};
    for (int i = 0; i < buf->rank; i++)
        if (i != dim) buf->phys[buf->nphys++] = (PhysDim){(uint8_t)i, false, 1};
    buf->phys[buf->nphys++] = (PhysDim){(uint8_t)dim, true, (int32_t)st->number};
    return true;
}

typedef struct {
    BufId local;
    const Stage *stage;
    Nest *n;
} Inline;

static ExprId inline_load(void *ctx, Nest *n, BufId source, const ExprId *index) {
    Inline *in = ctx;
    if (source != in->local) return NO_EXPR;
    ExprId *map = x_axis_table(n, n->arena, 64);
    for (int i = 0; i < in->stage->nindex; i++)
        if (x_get(n, in->stage->index[i])->kind == X_axis) map[x_get(n, in->stage->index[i])->id] = index[i];
    return x_substitute(n, in->stage->value, map);
}

/* Can stage `at` be computed anywhere later: a plain value of each element of its target, from buffers that keep
 * theirs? */
static bool inlinable(Plan *p, uint32_t at, const char **why) {
    Nest *n = p->nest;
    const Stage *st = &n->stage.at[at];
    const Buffer *b = &n->buf.at[st->out];
    if (st->combine != COMBINE_store || st->guard != NO_EXPR) return WHY("%s is not simply assigned", b->name);
    if (x_reductions(n, st->value, NULL, 0) > 0) return WHY("%s holds a reduction", b->name);
    for (int i = 0; i < st->nindex; i++) {
        const Expr *x = x_get(n, st->index[i]);
        bool again = false;
        for (int k = 0; k < i; k++) again |= st->index[k] == st->index[i] && x->kind == X_axis;
        if (again || (x->kind != X_axis && b->dim[i] != 1)) return WHY("%s is not assigned axis by axis", b->name);
    }
    for (int i = 0; i < st->naxis; i++) {
        bool there = n->axis.at[st->axis[i]].extent == 1;
        for (int k = 0; k < st->nindex && !there; k++) there = st->index[k] == x_axis(n, st->axis[i]);
        if (!there) return WHY("%s is not assigned axis by axis", b->name);
    }
    for (uint32_t s = at; s < n->stage.n; s++) {
        x_mark_begin(n);
        if (reads_buffer(n, st->value, n->stage.at[s].out)) return WHY("%s reads what changes later", b->name);
    }
    return true;
}

/* Removes the stage that writes a local and computes its value where it is read. */
static bool step_inline(Plan *p, const Step *st, const char **why) {
    Nest *n = p->nest;
    uint32_t at = UINT32_MAX;
    for (uint32_t s = 0; s < n->stage.n; s++)
        if (n->buf.at[n->stage.at[s].out].kind == BUF_local &&
            !strcmp(n->buf.at[n->stage.at[s].out].name, st->buffer)) {
            if (at != UINT32_MAX) return WHY("%s is written by two stages", st->buffer);
            at = s;
        }
    if (at == UINT32_MAX) return WHY("no local %s", st->buffer);
    if (!inlinable(p, at, why)) return false;
    Stage gone = n->stage.at[at];
    Inline in = {gone.out, &gone, n};
    ExprId *keep = x_axis_table(n, n->arena, 0);
    for (uint32_t s = 0; s < n->stage.n; s++) {
        IdMap done = {0};
        if (s == at) continue;
        ExprId v = x_rewrite(n, n->stage.at[s].value, keep, inline_load, &in, &done);
        n->stage.at[s].value = v;
        ExprId guard = n->stage.at[s].guard;
        if (guard != NO_EXPR) guard = x_rewrite(n, guard, keep, inline_load, &in, &done);
        n->stage.at[s].guard = guard;
        for (int i = 0; i < n->stage.at[s].nindex; i++) {
            ExprId index = x_rewrite(n, n->stage.at[s].index[i], keep, inline_load, &in, &done);
            n->stage.at[s].index[i] = index;
        }
    }
    for (uint32_t s = at; s + 1 < n->stage.n; s++) {
        n->stage.at[s] = n->stage.at[s + 1];
        p->stage[s] = p->stage[s + 1];
    }
    n->stage.n--;
    return true;
}

static bool step_apply(Plan *p, const Step *st, const char **why) {
    int at = -1;
    uint32_t stage = 0;
    if (st->kind == STEP_inline) return step_inline(p, st, why);
    if (st->kind == STEP_stream) return plan_stream(p, st->buffer, why);
    if (st->kind == STEP_parallel) return plan_parallel(p, st->axis[0], why);
    StagePlan *s = locate(p, st->axis[0], &at, &stage);
    if (!s) return WHY("there is no axis %s", st->axis[0]);
    Piece *x = &s->piece[at];
    switch (st->kind) {
    case STEP_split: return step_split(p, s, at, st->number, why);
    case STEP_reorder: return step_reorder(p, s, st, why);
    case STEP_tile: return step_tile(p, s, at, st->number, why);
    case STEP_fuse:
    case STEP_flatten: return step_fuse(p, s, at, stage, st, why);
    case STEP_block: return plan_block(p, stage, at, st->number, why);
    case STEP_turn:
        if (at != s->npiece - 2 || find_piece(s, st->axis[1]) != at + 1)
            return WHY("%s and %s are not the two innermost", st->axis[0], st->axis[1]);
        s->turn = true;
        return true;
    case STEP_vector: return step_vector(p, s, at, why);
    case STEP_dot: return plan_dot(p, s, at, st, why);
    case STEP_mmla: return plan_mmla(p, s, at, st, why);
    case STEP_elements: return plan_elements(p, s, at, why);
    case STEP_pair: return plan_pair(p, s, stage, at, st, why);
    case STEP_twos: return plan_twos(p, s, stage, at, why);
    case STEP_row: return x->row = true;
    case STEP_pack: return step_pack(p, s, at, stage, st, why);
    case STEP_unroll:
        if (x->size > 64) return WHY("%s has %lld iterations", x->name, (long long)x->size);
        x->unroll = true;
        return true;
    case STEP_partial:
        if (!x->reduce || at != first_reduce(s)) return WHY("%s is not the outermost reduced piece", x->name);
        x->partial = true;
        return true;
    case STEP_apart:
        if (!x->reduce) return WHY("%s is not reduced", x->name);
        if (x->size > 16 || x->size < 2) return WHY("%s has %lld iterations", x->name, (long long)x->size);
        x->apart = true;
        return true;
    case STEP_interior:
        if (x->reduce || !x->outermost) return WHY("%s is reduced or inner", x->name);
        for (int i = 0; i < s->ninterior; i++)
            if (s->interior[i] == x->root) return true;
        if (s->ninterior == MAX_RANK) return WHY("too many axes");
        s->interior[s->ninterior++] = x->root;
        return true;
    case STEP_edges:
        if (x->reduce || !x->outermost) return WHY("%s is reduced or inner", x->name);
        for (int i = 0; i < s->nedges; i++)
            if (s->edges[i] == x->root) return true;
        if (s->nedges == MAX_RANK) return WHY("too many axes");
        s->edges[s->nedges++] = x->root;
        return true;
    default: return false;
    }
}

/* ---- what must hold after every step ---- */

/* Pieces of one axis stay outside in; serial axes stay outside every reduction. */
static bool order_legal(Plan *p, const StagePlan *s, const char **why) {
    int r = first_reduce(s);
    for (int i = 0; i < s->npiece; i++) {
        const Piece *x = &s->piece[i];
        for (int k = i + 1; k < s->npiece; k++)
            if (s->piece[k].root == x->root && s->piece[k].step >= x->step)
                return WHY("%s must stay outside %s", s->piece[k].name, x->name);
        bool serial = p->nest->axis.at[x->root].kind == AXIS_serial;
        for (int k = 0; serial && k < s->npiece; k++) { /* what it hands on is complete before its next iteration */
            const Piece *y = &s->piece[k];
            if (!y->reduce && y->place != x->place && (y->place < x->place) != (k < i))
                return WHY("%s runs in order and stays %s %s", x->name, k < i ? "outside" : "inside", y->name);
        }
        if (x->partial && i != r) return WHY("%s is not the outermost reduced piece", x->name);
        if (x->partial && x->apart) return WHY("%s has accumulators of its own", x->name);
        if (i < r || x->reduce) continue;
        if (serial) return WHY("%s runs in order", x->name);
        if (x->step != 1) return WHY("only the innermost piece of an axis can be a register tile, not %s", x->name);
    }
    return true;
}

AxisId plan_probe(Nest *n, int k, int64_t extent) {
    static const char tags[MAX_PIECES + 2][2];
    for (uint32_t i = 0; i < n->axis.n; i++)
        if (n->axis.at[i].base == tags[k] && n->axis.at[i].extent == extent) return i;
    Axis a = {"probe", tags[k], extent, AXIS_spatial};
    vec_push(n->arena, &n->axis, a);
    return n->axis.n - 1;
}

/* Every guard that depends on the vector's axis must hold throughout the interior, where alone vectors are used. */
static bool guards_legal(Plan *p, const StagePlan *s, const Piece *x, ExprId guard, const char **why) {
    ExprId conj[MAX_CONJUNCTS], rest;
    bool inside = false;
    for (int i = 0; i < s->ninterior; i++) inside |= s->interior[i] == x->root && !x->outermost;
    int nc = x_conjuncts(p->nest, guard, conj, MAX_CONJUNCTS);
    for (int c = 0; c < nc; c++) {
        Range r;
        int64_t coef;
        if (!x_uses_axis(p->nest, conj[c], x->root)) continue;
        if (!inside) return WHY("a guard depends on %s (interior?)", x->name);
        if (!x_bound(p->nest, conj[c], x->root, &coef, &rest) || !x_range(p->nest, rest, &r))
            return WHY("a guard on %s is no bound", x->name);
    }
    return true;
}

/* Can the updates (or, without a reduction, the stored value) be computed for the lanes of the piece at once? */
static bool vector_legal(Plan *p, const StagePlan *s, int at, uint32_t stage, const char **why) {
    Nest *n = p->nest;
    const Piece *x = &s->piece[at];
    int64_t most = target_lanes(p->target, nest_lane(n)), least = n->halves ? most : 4, lanes = x->size, coef;
    if (at != s->npiece - 1) return WHY("%s is not innermost", x->name);
    if (lanes > most || lanes < least || (lanes & (lanes - 1)) || x->step != 1)
        return WHY("%s has %lld points, the target %lld lanes", x->name, (long long)lanes, (long long)most);
    bool aligned = true; /* vectors begin at multiples of the lanes */
    for (int i = 0; i < s->ninterior; i++) aligned &= s->interior[i] != x->root;
    int64_t extent = n->axis.at[x->root].extent;
    AxisId lane = plan_probe(n, 0, lanes), block = plan_probe(n, 1, aligned ? extent / lanes : extent - lanes + 1);
    ExprId *map = x_axis_table(n, p->scratch, (uint32_t)s->npiece);
    map[x->root] =
        x_fn2(n, FN_add, x_fn2(n, FN_mul, x_axis(n, block), x_index(n, aligned ? lanes : 1)), x_axis(n, lane));
    for (int i = 0; i < s->npiece; i++) { /* split axes as the sums of their pieces: packed blocks divide these */
        const Piece *q = &s->piece[i];
        if (q->root == x->root || (q->outermost && q->step == 1)) continue;
        ExprId part = x_fn2(n, FN_mul, x_axis(n, plan_probe(n, i + 2, q->size)), x_index(n, q->step));
        map[q->root] = map[q->root] == NO_EXPR ? part : x_fn2(n, FN_add, map[q->root], part);
    }
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].dot) return dot_legal(p, s, i, stage, lane, map, why);
    for (int i = 0; i < s->npiece; i++)
        if (s->piece[i].elements && !elements_legal(p, s, i, stage, lane, map, why)) return false;
    IdMap done = {0};
    ExprId value = n->stage.at[stage].value, red[16];
    int count = x_reductions(n, value, red, 16);
    for (int r = 0; r < count && r < 16; r++) {
        if (!guards_legal(p, s, x, x_arg(n, red[r], 1), why)) return false;
        ExprId v = x_rewrite(n, x_arg(n, red[r], 0), map, NULL, NULL, &done);
        if (x_get(n, red[r])->dtype != nest_lane(n) || !x_varies(n, v, lane) || !x_lanes(n, v, lane, LANES_strided))
            return WHY("the reduced value cannot be computed in lanes of %s", x->name);
    }
    if (count > 0) return true;
    ExprId v = x_rewrite(n, value, map, NULL, NULL, &done), index[MAX_RANK];
    const Stage st = n->stage.at[stage];
    for (int i = 0; i < st.nindex; i++) index[i] = x_rewrite(n, st.index[i], map, NULL, NULL, &done);
    DType t = n->buf.at[st.out].dtype;
    if (st.combine != COMBINE_store || st.guard != NO_EXPR || (t != DT_f32 && t != DT_f16 && !is_byte(t)) ||
        x_get(n, v)->dtype != t)
        return WHY("not a plain store of floats or bytes");
    if (!x_coefficient(n, buffer_offset(n, st.out, index), lane, &coef) || coef != 1 ||
        !x_lanes(n, v, lane, s->scattered ? LANES_scattered : LANES_neighbours))
        return WHY("the value cannot be computed in lanes of %s", x->name);
    return true;
}

static bool stage_legal(Plan *p, uint32_t stage, const char **why) {
    const StagePlan *s = &p->stage[stage];
    int64_t points = 1;
    int tiles = 0;
    if (!order_legal(p, s, why) || (s->turn && !turn_legal(p, stage, why))) return false;
    for (int i = 0; i < s->npiece; i++) {
        const Piece *x = &s->piece[i];
        if (x->apart && x_reductions(p->nest, p->nest->stage.at[stage].value, NULL, 0) != 1)
            return WHY("more than one reduction");
        if (x->parallel && i > 0 && !s->piece[i - 1].parallel) return WHY("%s is not outermost", x->name);
        if (x->pair && !pair_legal(p, s, i, stage, why)) return false;
        if (x->row && !row_legal(p, s, i, stage, why)) return false;
        if (x->vector && !vector_legal(p, s, i, stage, why)) return false;
        if ((x->reduce && !x->apart) || i < first_reduce(s) || (x->reduce && x->vector)) continue;
        if (++tiles == MAX_RANK || !size_mul(points, x->size, &points) || points > MAX_TILE)
            return WHY("more than %d axes or %d points in registers", MAX_RANK - 1, MAX_TILE);
    }
    return true;
}

bool plan_apply(Plan *p, const Step *st, const char **why) {
    static const char *const names[] = {
#define STEP(name, operands, help) #name,
        STEP_TABLE(STEP)
#undef STEP
    };
    Nest *n = p->nest;
    uint32_t stages = n->stage.n;
    Arena *before = arena_new("the plan before a step");
    p->scratch = before;
    StagePlan *plans = arena_copy(before, p->stage, stages * sizeof *plans);
    Stage *stage = arena_copy(before, n->stage.at, stages * sizeof *stage);
    Buffer *buf = arena_copy(before, n->buf.at, n->buf.n * sizeof *buf);
    bool ok = step_apply(p, st, why);
    for (uint32_t s = 0; ok && s < n->stage.n; s++) ok = stage_legal(p, s, why);
    if (!ok) {
        n->stage.n = stages;
        memcpy(p->stage, plans, stages * sizeof *plans);
        memcpy(n->stage.at, stage, stages * sizeof *stage);
        memcpy(n->buf.at, buf, n->buf.n * sizeof *buf);
        *why = arena_printf(n->arena, "%s: %s", names[st->kind], *why);
    }
    arena_free(before);
    return ok;
}

bool plan_apply_all(Plan *p, const Schedule *s, const char **why) {
    for (uint32_t i = 0; i < s->step.n; i++)
        if (!plan_apply(p, &s->step.at[i], why)) return false;
    return true;
}
