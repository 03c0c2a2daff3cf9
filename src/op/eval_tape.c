/* Expressions -> tape. An operand under a condition (the arm of a selection, a guarded reduction) is computed for all
 * lanes, but its loads only touch the lanes where the condition holds. */
#include "op/eval.h"

#define MAX_DEPTH 3000

/* Where instructions go, and how long their results can be used: the stage, a reduction's body, a conditional arm. */
typedef struct Scope {
    struct Scope *outer;
    Segment *seg;
    uint32_t mask;
    int depth;
    Vec(ExprId) made;
} Scope;

typedef struct {
    uint32_t slot;
    Scope *scope;
} Place;

typedef struct {
    const Nest *n;
    Arena *a;
    Tape *t;
    Place *place;   /* of each expression, slot NO_SLOT: not computed here */
    Place *axis;    /* of each axis that runs */
    Vec(ExprId) number;      /* constants: slots filled once */
    Vec(uint32_t) number_at;
    int depth;
    bool failed;
} Maker;

static const Place nowhere = {NO_SLOT, NULL};

static Place make(Maker *m, ExprId e, Scope *cur);

static Segment *segment(Maker *m) { return arena_new_of(m->a, Segment); }

static Scope scope(Maker *m, Scope *outer, Segment *seg) {
    (void)m;
    return (Scope){.outer = outer, .seg = seg, .mask = outer ? outer->mask : NO_SLOT, .depth = outer ? outer->depth + 1 : 0};
}

static void leave(Maker *m, Scope *s) {
    for (uint32_t i = 0; i < s->made.n; i++) m->place[s->made.at[i]] = nowhere;
}

static Scope *deeper(Scope *a, Scope *b) { return a->depth > b->depth ? a : b; }

static Place put(Maker *m, Scope *s, Ins ins) {
    ins.to = m->t->nslot++;
    vec_push(m->a, &s->seg->ins, ins);
    return (Place){ins.to, s};
}

static Scope *root_of(Scope *s) {
    while (s->outer) s = s->outer;
    return s;
}

static Place make_number(Maker *m, ExprId e, Scope *cur) {
    vec_push(m->a, &m->number, e);
    vec_push(m->a, &m->number_at, m->t->nslot);
    return (Place){m->t->nslot++, root_of(cur)};
}

/* The operand under `condition` (negated for the other arm); its place, moved out of the arm where it ends with it. */
static Place make_arm(Maker *m, ExprId e, Place condition, bool negated, Scope *cur) {
    Scope arm = scope(m, cur, cur->seg);
    if (x_get(m->n, e)->narg > 0) { /* an operand without operands needs no mask */
        Ins ins = {.op = negated ? T_mask_not : T_mask, .arg = {cur->mask, condition.slot}};
        arm.mask = !negated && cur->mask == NO_SLOT ? condition.slot : put(m, &arm, ins).slot;
    }
    Place p = make(m, e, &arm);
    leave(m, &arm);
    if (p.scope == &arm) p.scope = cur;
    return p;
}

static Place make_fn(Maker *m, ExprId e, Scope *cur) {
    const Expr x = *x_get(m->n, e);
    Ins ins = {.op = T_fn, .fn = (uint8_t)x.id, .dtype = x.dtype, .is_index = x.is_index, .arg = {NO_SLOT, NO_SLOT, NO_SLOT}};
    bool lazy = x.id == FN_select || x.id == FN_and || x.id == FN_or;
    Scope *s = root_of(cur);
    Place first = nowhere;
    ins.from = x_get(m->n, x_arg(m->n, e, 0))->dtype;
    for (int i = 0; i < x.narg && !m->failed; i++) {
        ExprId arg = x_arg(m->n, e, i);
        bool negated = x.id == FN_or || i == 2;
        Place p = i > 0 && lazy ? make_arm(m, arg, first, negated, cur) : make(m, arg, cur);
        if (m->failed) break;
        if (i == 0) first = p;
        s = deeper(s, p.scope);
        ins.arg[i] = p.slot;
    }
    return m->failed ? nowhere : put(m, s, ins);
}

/* A load that cannot leave its buffer may be done early, any other only where it is needed. */
static Place make_load(Maker *m, ExprId e, Scope *cur) {
    const Expr x = *x_get(m->n, e);
    TapeLoad load = {.buf = x.id, .rank = x.narg, .mask = NO_SLOT};
    Scope *s = root_of(cur);
    bool inside = true;
    for (int i = 0; i < x.narg && !m->failed; i++) {
        ExprId index = x_arg(m->n, e, i);
        Range r;
        Place p = make(m, index, cur);
        if (m->failed) return nowhere;
        inside = inside && x_range(m->n, index, &r) && r.lo >= 0 && r.hi < m->n->buf.at[x.id].dim[i];
        load.index[i] = p.slot;
        s = deeper(s, p.scope);
    }
    if (!inside) {
        s = cur;
        load.mask = cur->mask;
    }
    vec_push(m->a, &m->t->load, load);
    return put(m, s, (Ins){.op = T_load, .dtype = x.dtype, .extra = m->t->load.n - 1});
}

static Place make_reduce(Maker *m, ExprId e, Scope *cur) {
    const Expr x = *x_get(m->n, e);
    TapeReduce r = {.body = segment(m), .guard = NO_SLOT, .naxis = x.narg - 2};
    Scope body = scope(m, cur, r.body);
    Place outer[2 * MAX_RANK];
    for (int i = 0; i < r.naxis; i++) {
        AxisId axis = x_get(m->n, x_arg(m->n, e, i + 2))->id;
        outer[i] = m->axis[axis];
        r.axis[i] = m->t->nslot++;
        r.extent[i] = m->n->axis.at[axis].extent;
        m->axis[axis] = (Place){r.axis[i], &body};
    }
    ExprId guard = x_arg(m->n, e, 1), value = x_arg(m->n, e, 0);
    Place g = guard == NO_EXPR ? nowhere : make(m, guard, &body);
    if (!m->failed) {
        Place v = guard == NO_EXPR ? make(m, value, &body) : make_arm(m, value, g, false, &body);
        r.guard = g.slot;
        r.value = v.slot;
    }
    leave(m, &body);
    for (int i = 0; i < r.naxis; i++) m->axis[x_get(m->n, x_arg(m->n, e, i + 2))->id] = outer[i];
    if (m->failed) return nowhere;
    vec_push(m->a, &m->t->reduce, r);
    return put(m, cur, (Ins){.op = T_reduce, .fn = (uint8_t)x.id, .dtype = x.dtype, .extra = m->t->reduce.n - 1});
}

static Place make_new(Maker *m, ExprId e, Scope *cur) {
    const Expr *x = x_get(m->n, e);
    switch ((ExprKind)x->kind) {
    case X_int:
    case X_real: return make_number(m, e, cur);
    case X_axis: return m->axis[x->id];
    case X_load: return make_load(m, e, cur);
    case X_fn: return make_fn(m, e, cur);
    case X_reduce: return make_reduce(m, e, cur);
    case X_cast: {
        Ins ins = {.op = T_cast, .dtype = x->is_index ? DT_i64 : x->dtype, .from = x_get(m->n, x_arg(m->n, e, 0))->dtype};
        Place p = make(m, x_arg(m->n, e, 0), cur);
        ins.arg[0] = p.slot;
        return m->failed ? nowhere : put(m, p.scope, ins);
    }
    default: return nowhere;
    }
}

static Place make(Maker *m, ExprId e, Scope *cur) {
    if (m->failed || m->place[e].slot != NO_SLOT) return m->place[e];
    if (++m->depth > MAX_DEPTH) m->failed = true;
    Place p = m->failed ? nowhere : make_new(m, e, cur);
    m->depth--;
    if (p.slot == NO_SLOT) {
        m->failed = true;
        return nowhere;
    }
    if (x_get(m->n, e)->kind == X_axis) return p;
    m->place[e] = p;
    vec_push(m->a, &p.scope->made, e);
    return p;
}

static void fill_numbers(Maker *m) {
    for (uint32_t k = 0; k < m->number.n; k++) {
        const Expr *x = x_get(m->n, m->number.at[k]);
        Slot *s = &m->t->slot[m->number_at.at[k]];
        for (int l = 0; l < LANES; l++) {
            if (x->kind == X_real) s->f[l] = eval_round((DType)x->dtype, x->f);
            else s->i[l] = eval_wrap((DType)x->dtype, x->i);
        }
    }
}

Tape *tape_make(const Nest *n, const Stage *s, Arena *a) {
    Maker m = {.n = n, .a = a, .t = arena_new_of(a, Tape)};
    Tape *t = m.t;
    m.place = arena_array_of(a, n->expr.n, Place);
    m.axis = arena_array_of(a, n->axis.n + 1, Place);
    for (uint32_t i = 0; i < n->expr.n; i++) m.place[i] = nowhere;
    for (uint32_t i = 0; i < n->axis.n; i++) m.axis[i] = nowhere;
    t->root = segment(&m);
    Scope root = scope(&m, NULL, t->root), inner = scope(&m, &root, t->root);
    for (int i = 0; i < s->naxis; i++) {
        t->axis[i] = t->nslot++;
        m.axis[s->axis[i]] = (Place){t->axis[i], &root};
    }
    t->guard = NO_SLOT;
    if (s->guard != NO_EXPR) t->guard = inner.mask = make(&m, s->guard, &root).slot;
    for (int i = 0; i < s->nindex; i++) t->index[i] = make(&m, s->index[i], &inner).slot;
    t->value = make(&m, s->value, &inner).slot;
    if (m.failed) return NULL;
    t->slot = arena_array_of(a, t->nslot, Slot);
    fill_numbers(&m);
    return t;
}
