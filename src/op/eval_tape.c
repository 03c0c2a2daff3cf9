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
    Place *place;       /* of each expression, slot NO_SLOT: not computed here */
    Place *axis;        /* of each axis that runs */
    Vec(ExprId) number; /* constants: slots filled once */
    Vec(uint32_t) number_at;
    int depth;
    bool failed;
} Maker;

static const Place nowhere = {NO_SLOT, NULL};

static Place make(Maker *m, ExprId e, Scope *cur);

static Segment *segment(Maker *m) {
    return arena_new_of(m->a, Segment);
}

static Scope scope(Scope *outer, Segment *seg) {
    return (Scope){
        .outer = outer, .seg = seg, .mask = outer ? outer->mask : NO_SLOT, .depth = outer ? outer->depth + 1 : 0};
}

static void leave(Maker *m, Scope *s) {
    for (uint32_t i = 0; i < s->made.n; i++) m->place[s->made.at[i]] = nowhere;
}

static Scope *deeper(Scope *a, Scope *b) {
    return a->depth > b->depth ? a : b;
}

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
    Scope arm = scope(cur, cur->seg);
    if (x_get(m->n, e)->narg > 0) { /* an operand without operands needs no mask */
        Ins ins = {.op = negated ? T_mask_not : T_mask, .arg = {cur->mask, condition.slot}};
        arm.mask = !negated && cur->mask == NO_SLOT ? condition.slot : put(m, &arm, ins).slot;
    }
    Place p = make(m, e, &arm);
    leave(m, &arm);
    if (p.scope == &arm) p.scope = cur;
    return p;
}

static Place make_address(Maker *m, ExprId load, Scope *cur);

static Place make_fn(Maker *m, ExprId e, Scope *cur) {
    const Expr x = *x_get(m->n, e);
    if (x.id == FN_text_at && x_get(m->n, x_arg(m->n, e, 0))->kind == X_load)
        return make_address(m, x_arg(m->n, e, 0), cur);
    Ins ins = {
        .op = T_fn, .fn = (uint8_t)x.id, .dtype = x.dtype, .is_index = x.is_index, .arg = {NO_SLOT, NO_SLOT, NO_SLOT}};
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

/* Position in memory as a sum of terms, those that change least often added up first. */
static Place make_offset(Maker *m, ExprId e, Scope *cur, bool *inside) {
    const Expr x = *x_get(m->n, e);
    Place term[MAX_RANK], sum = nowhere;
    for (int i = 0; i < x.narg; i++) {
        ExprId index = x_arg(m->n, e, i);
        const Buffer *b = &m->n->buf.at[x.id];
        Range r;
        Place p = make(m, index, cur);
        if (m->failed) return nowhere;
        *inside = *inside && x_range(m->n, index, &r) && r.lo >= 0 && r.hi < b->dim[i];
        vec_push(m->a, &m->t->offset, ((TapeOffset){b->dim[i], b->stride[i]}));
        p = put(m, p.scope, (Ins){.op = T_offset, .arg = {p.slot}, .extra = m->t->offset.n - 1});
        int k = i;
        for (; k > 0 && term[k - 1].scope->depth > p.scope->depth; k--) term[k] = term[k - 1];
        term[k] = p;
    }
    for (int i = 0; i < x.narg; i++) {
        Ins add = {.op = T_fn,
                   .fn = FN_add,
                   .dtype = DT_i64,
                   .from = DT_i64,
                   .is_index = true,
                   .arg = {sum.slot, term[i].slot, NO_SLOT}};
        sum = i == 0 ? term[0] : put(m, term[i].scope, add);
    }
    return sum;
}

/* A load that cannot leave its buffer may be done early, any other only where it is needed. */
static Place make_load(Maker *m, ExprId e, Scope *cur) {
    const Expr x = *x_get(m->n, e);
    bool inside = true;
    Place at = make_offset(m, e, cur, &inside);
    if (m->failed) return nowhere;
    Scope *s = !inside ? cur : at.scope ? at.scope : root_of(cur);
    vec_push(m->a, &m->t->load, ((TapeLoad){x.id, inside ? NO_SLOT : cur->mask}));
    return put(m, s, (Ins){.op = T_load, .dtype = x.dtype, .arg = {at.slot}, .extra = m->t->load.n - 1});
}

static Place make_address(Maker *m, ExprId load, Scope *cur) {
    bool inside = true;
    Place at = make_offset(m, load, cur, &inside);
    if (m->failed) return nowhere;
    vec_push(m->a, &m->t->load, ((TapeLoad){x_get(m->n, load)->id, NO_SLOT}));
    return put(m, at.scope ? at.scope : root_of(cur),
               (Ins){.op = T_address, .dtype = DT_string, .arg = {at.slot}, .extra = m->t->load.n - 1});
}

/* Sorts the axes of a reduction so that those that decide most of the expression change least often. Operands have
 * smaller ids than what they are operands of. */
static void order_axes(const Maker *m, ExprId e, int naxis, AxisId *axes) {
    const Nest *n = m->n;
    Arena *tmp = arena_new("axis order");
    uint32_t *uses = arena_array_of(tmp, e + 1, uint32_t), count[2 * MAX_RANK] = {0};
    bool *needed = arena_array_of(tmp, e + 1, bool);
    needed[e] = true;
    for (ExprId i = e + 1; i-- > 0;)
        for (int k = 0; needed[i] && k < x_get(n, i)->narg; k++)
            if (x_arg(n, i, k) != NO_EXPR) needed[x_arg(n, i, k)] = true;
    for (ExprId i = 0; i < e; i++) {
        const Expr *x = x_get(n, i);
        if (!needed[i]) continue;
        for (int k = 0; k < naxis; k++) uses[i] |= x->kind == X_axis && x->id == axes[k] ? 1u << k : 0;
        for (int k = 0; k < x->narg; k++) uses[i] |= x_arg(n, i, k) != NO_EXPR ? uses[x_arg(n, i, k)] : 0;
        for (int k = 0; k < naxis; k++) count[k] += uses[i] >> k & 1;
    }
    for (int i = 1; i < naxis; i++)
        for (int k = i; k > 0 && count[k - 1] < count[k]; k--) {
            AxisId a = axes[k];
            uint32_t c = count[k];
            axes[k] = axes[k - 1], axes[k - 1] = a;
            count[k] = count[k - 1], count[k - 1] = c;
        }
    arena_free(tmp);
}

static Place make_reduce(Maker *m, ExprId e, Scope *cur) {
    const Expr x = *x_get(m->n, e);
    TapeReduce r = {.guard = NO_SLOT, .naxis = x.narg - 2};
    Scope level[2 * MAX_RANK], *body = cur;
    Place outer[2 * MAX_RANK];
    AxisId axes[2 * MAX_RANK];
    for (int i = 0; i < r.naxis; i++) axes[i] = x_get(m->n, x_arg(m->n, e, i + 2))->id;
    order_axes(m, e, r.naxis, axes);
    for (int i = 0; i < r.naxis; i++) {
        outer[i] = m->axis[axes[i]];
        r.axis[i] = m->t->nslot++;
        r.extent[i] = m->n->axis.at[axes[i]].extent;
        r.level[i] = segment(m);
        level[i] = scope(body, r.level[i]);
        body = &level[i];
        m->axis[axes[i]] = (Place){r.axis[i], body};
    }
    ExprId guard = x_arg(m->n, e, 1), value = x_arg(m->n, e, 0);
    Place g = guard == NO_EXPR ? nowhere : make(m, guard, body);
    if (!m->failed) {
        Place v = guard == NO_EXPR ? make(m, value, body) : make_arm(m, value, g, false, body);
        r.guard = g.slot;
        r.value = v.slot;
    }
    for (int i = r.naxis - 1; i >= 0; i--) {
        leave(m, &level[i]);
        m->axis[axes[i]] = outer[i];
    }
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
        Ins ins = {
            .op = T_cast, .dtype = x->is_index ? DT_i64 : x->dtype, .from = x_get(m->n, x_arg(m->n, e, 0))->dtype};
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
            if (x->kind == X_real)
                s->f[l] = eval_round((DType)x->dtype, x->f);
            else
                s->i[l] = eval_wrap((DType)x->dtype, x->i);
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
    Scope root = scope(NULL, t->root), inner = scope(&root, t->root);
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
