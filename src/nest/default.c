/* Rule-of-thumb schedules. Scalar targets get the plain order with neighbouring axes fused. Vector targets: the axis
 * along which operands are contiguous (or a constant can be packed so) becomes the vector, another one the register
 * tile: tile x vector accumulators, one vector load and `tile` broadcasts a step of the reduction. */
#include "nest/internal.h"
#include "nest/rule.h"

bool rule_step(Rule *r, Step s) {
    if (!plan_apply(r->p, &s, &r->why)) return false;
    vec_push(r->a, &r->out->step, s);
    return true;
}

bool rule_step1(Rule *r, StepKind k, const char *axis, int64_t number, const char *buffer) {
    Step s = {.kind = k, .naxis = axis ? 1 : 0, .axis = {axis}, .buffer = buffer, .number = number};
    return rule_step(r, s);
}

const char *rule_name(const Rule *r, int i) {
    const StagePlan *s = rule_plan(r);
    return arena_strdup(r->a, s->piece[i < 0 ? s->npiece + i : i].name);
}

bool rule_guarded(const Rule *r, ExprId reduction, AxisId a) {
    ExprId guard = x_arg(r->p->nest, reduction, 1);
    return guard != NO_EXPR && x_uses_axis(r->p->nest, guard, a);
}

int64_t rule_tile_size(int64_t extent, int64_t most) {
    if (extent <= most) return extent;
    int64_t best = 1;
    for (int64_t t = 2; t <= most; t++)
        if (extent % t == 0) best = t;
    return best * 2 > most ? best : most;
}

RuleMark rule_mark(const Rule *r) {
    return (RuleMark){*rule_plan(r), r->p->nest->stage.at[r->stage], r->out->step.n};
}

bool rule_back(Rule *r, const RuleMark *m) {
    *rule_plan(r) = m->plan;
    r->p->nest->stage.at[r->stage] = m->stage;
    r->out->step.n = m->steps;
    return false;
}

/* Where code size counts, rows that are only moved stay loops, which become memcpy. */
static bool moves_rows(const Rule *r) {
    Nest *n = r->p->nest;
    const Stage *st = &n->stage.at[r->stage];
    const StagePlan *s = rule_plan(r);
    int64_t coef;
    if (!r->p->small || s->npiece == 0 || x_get(n, st->value)->kind != X_load || st->combine != COMBINE_store) return false;
    AxisId last = s->piece[s->npiece - 1].root;
    return x_coefficient(n, x_load_offset(n, st->value), last, &coef) && coef == 1 &&
           x_coefficient(n, buffer_offset(n, st->out, st->index), last, &coef) && coef == 1;
}

/* Neighbours that every operand walks as one: fewer and longer loops. A last axis of exactly a vector stays one, but in rows
 * that are only moved. */
static void fuse_neighbours(Rule *r) {
    int64_t lanes = target_lanes(r->p->target, nest_lane(r->p->nest));
    for (int i = 0; i + 1 < rule_plan(r)->npiece;) {
        const Piece *a = &rule_plan(r)->piece[i], *b = a + 1;
        if (target_sums_bytes(r->p->target) && r->p->nest->axis.at[a->root].kind == AXIS_inner) { /* of a tile to come */
            i++;
            continue;
        }
        if (lanes > 1 && i + 2 == rule_plan(r)->npiece && b->size == lanes && !b->reduce && !moves_rows(r)) break;
        Step s = {.kind = STEP_fuse, .naxis = 2, .axis = {a->name, b->name}};
        if (a->reduce != b->reduce || !rule_step(r, s)) i++;
    }
}

/* How the loads of the reduced value walk along one axis. */
typedef struct {
    int still, unit, packable, strided; /* loads */
    BufId pack;                         /* the constant that packing would help */
    bool guarded;                       /* a guard depends on the axis */
    bool ok;
} Access;

static void classify(Rule *r, ExprId e, AxisId axis, Access *acc) {
    Nest *n = r->p->nest;
    if (!x_mark(n, e)) return;
    Expr x = *x_get(n, e);
    if (x.kind == X_load) {
        ExprId index[MAX_RANK];
        int64_t coef;
        int plain = 0, dims = 0;
        for (int i = 0; i < x.narg; i++) {
            index[i] = x_arg(n, e, i);
            const Expr *ix = x_get(n, index[i]);
            plain += ix->kind == X_axis && ix->id == axis;
            Linear l;
            bool uses = ix->kind == X_axis && ix->id == axis;
            if (!uses && linear_of(n, index[i], &l))
                for (int t = 0; t < l.n; t++) uses |= l.term[t].atom == x_axis(n, axis);
            dims += uses;
        }
        if (!x_coefficient(n, buffer_offset(n, x.id, index), axis, &coef))
            acc->ok = false;
        else if (coef == 0)
            acc->still++;
        else if (n->buf.at[x.id].kind == BUF_const && plain == 1 && dims == 1 && !n->buf.at[x.id].nphys) {
            acc->packable++;
            acc->pack = x.id;
        } else if (coef == 1)
            acc->unit++;
        else
            acc->strided++;
        return;
    }
    for (int i = 0; i < x.narg; i++)
        if (x_arg(n, e, i) != NO_EXPR) classify(r, x_arg(n, e, i), axis, acc);
}

static Access access_of(Rule *r, ExprId red, AxisId axis) {
    Nest *n = r->p->nest;
    Access acc = {.ok = true, .pack = UINT32_MAX};
    ExprId value = x_arg(n, red, 0);
    x_axis(n, axis); /* exists before the walk is marked */
    buffer_offset(n, 0,
                  (ExprId[MAX_RANK]){x_index(n, 0), x_index(n, 0), x_index(n, 0), x_index(n, 0), x_index(n, 0),
                                     x_index(n, 0), x_index(n, 0), x_index(n, 0)});
    x_mark_begin(n);
    classify(r, value, axis, &acc);
    acc.guarded = rule_guarded(r, red, axis);
    return acc;
}

/* The widest vector that leaves no tail, else the widest that leaves a small one. */
static int64_t vector_lanes(const Rule *r, int64_t extent) {
    int64_t lanes = target_lanes(r->p->target, DT_f32);
    for (int64_t l = lanes; l >= 4; l /= 2)
        if (extent % l == 0) return l;
    for (int64_t l = lanes; l >= 4; l /= 2)
        if (extent >= 2 * l) return l;
    return 0;
}

/* Register tile along an axis that is not the vector: prefers one where a loaded vector is used again. */
static void register_tile(Rule *r, ExprId red, AxisId vector, int64_t most, bool unroll) {
    Nest *n = r->p->nest;
    for (int i = rule_plan(r)->npiece - 1; i >= 0; i--) {
        Piece p = rule_plan(r)->piece[i];
        if (p.reduce || p.root == vector || p.step != 1 || !p.outermost || n->axis.at[p.root].kind == AXIS_serial)
            continue;
        Access acc = access_of(r, red, p.root);
        if (!acc.ok || acc.still == 0) continue;
        int64_t size = n->axis.at[p.root].extent, t = rule_tile_size(size, most);
        if (acc.guarded) {
            if (size < 3 || !rule_step1(r, STEP_interior, p.name, 0, NULL)) return;
            t = size - 2 < most ? size - 2 : rule_tile_size(size, most);
        }
        if (t < 2) return;
        if (!rule_step1(r, STEP_tile, p.name, t, NULL)) return;
        if (unroll) rule_step1(r, STEP_unroll, rule_name(r, -1), 0, NULL);
        return;
    }
}

/* Sums of integers, which the C compiler turns into vectors itself where the innermost loop runs over accumulators and
 * reads neighbours: an axis whose constant can be stored that way, two vectors of it, times a few points of another. */
static bool integer_reduce(Rule *r, ExprId red) {
    Nest *n = r->p->nest;
    RuleMark before = rule_mark(r);
    if (x_get(n, red)->dtype != DT_i32 || x_get(n, red)->id != COMBINE_sum) return false;
    for (int i = rule_plan(r)->npiece - 1; i >= 0; i--) {
        Piece p = rule_plan(r)->piece[i];
        if (p.reduce || p.step != 1 || !p.outermost || n->axis.at[p.root].kind == AXIS_serial || p.size < 4) continue;
        int64_t lanes = target_lanes(r->p->target, DT_f32);
        while (lanes > p.size) lanes /= 2;
        Access a = access_of(r, red, p.root);
        if (!a.ok || a.guarded || a.strided || a.packable > 1 || a.unit + a.packable == 0) continue;
        int64_t wide = p.size % (2 * lanes) == 0 || p.size > 4 * lanes ? 2 * lanes : lanes;
        register_tile(r, red, p.root, 4, false);
        if (rule_step1(r, STEP_tile, p.name, wide, NULL)) {
            if (a.packable == 1) rule_step1(r, STEP_pack, rule_name(r, -1), wide, n->buf.at[a.pack].name);
            return true;
        }
        return rule_back(r, &before);
    }
    return false;
}

/* Vector schedule for a stage with one reduction; false: nothing was applied. */
static bool vector_reduce(Rule *r, ExprId red) {
    Nest *n = r->p->nest;
    int best = -1;
    int64_t best_score = 0;
    Access chosen = {0};
    for (int i = 0; i < rule_plan(r)->npiece; i++) {
        const Piece *p = &rule_plan(r)->piece[i];
        if (p->reduce || p->step != 1 || n->axis.at[p->root].kind == AXIS_serial) continue;
        Access a = access_of(r, red, p->root);
        int64_t lanes = vector_lanes(r, p->size);
        if (!a.ok || a.guarded || lanes == 0 || a.unit + a.packable == 0) continue;
        int64_t score = lanes * 16 / (1 + 4 * a.strided) + (a.still ? 8 : 0) + 4 * (p->size % lanes == 0);
        if (score > best_score) {
            best_score = score;
            best = i;
            chosen = a;
        }
    }
    if ((best < 0 || chosen.strided > 0) && rule_fold(r, red)) return true;
    if (best < 0) return false;
    Piece v = rule_plan(r)->piece[best];
    int64_t lanes = vector_lanes(r, v.size);
    if (chosen.packable == 0 && rule_window(r, red, v.root, lanes)) return true;
    RuleMark before = rule_mark(r);
    register_tile(r, red, v.root, r->p->target->vector_registers >= 32 ? 14 : 6, true);
    bool alone = r->out->step.n == before.steps;
    if (rule_step1(r, STEP_tile, v.name, lanes, NULL)) {
        const char *inner = rule_name(r, -1);
        if (rule_step1(r, STEP_vector, inner, 0, NULL)) {
            if (chosen.packable == 1) rule_step1(r, STEP_pack, inner, lanes, n->buf.at[chosen.pack].name);
            if (alone) rule_apart(r, red, 1);
            return true;
        }
    }
    return rule_back(r, &before);
}

/* Scalar operations of a value, and its loads. */
static void count_work(Nest *n, ExprId e, int64_t *work, int64_t *loads) {
    if (!x_mark(n, e)) return;
    Expr x = *x_get(n, e);
    if (x.is_index) return;
    if (x.kind == X_load) ++*loads;
    if (x.kind == X_fn) *work += fn_info[x.id].libm && x.id != FN_rint && x.id != FN_abs ? 10 : x.id == FN_div ? 4 : 1;
    for (int i = 0; i < x.narg; i++)
        if (x_arg(n, e, i) != NO_EXPR) count_work(n, x_arg(n, e, i), work, loads);
}

static bool vector_last(Rule *r) {
    RuleMark before = rule_mark(r);
    const char *name = rule_name(r, -1);
    int64_t lanes = vector_lanes(r, rule_plan(r)->piece[before.plan.npiece - 1].size);
    if (lanes != 0 && rule_step1(r, STEP_tile, name, lanes, NULL) &&
        rule_step1(r, STEP_vector, rule_name(r, -1), 0, NULL))
        return true;
    return rule_back(r, &before);
}

/* A last axis shorter than vectors and an expression that is worth loading its lanes one by one. */
static bool flat_lanes(Rule *r) {
    RuleMark before = rule_mark(r);
    int64_t work = 0, loads = 0;
    int last = before.plan.npiece - 1;
    if (last < 1 || before.plan.piece[last].size >= target_lanes(r->p->target, DT_f32) || r->p->small) return false;
    x_mark_begin(r->p->nest);
    count_work(r->p->nest, r->p->nest->stage.at[r->stage].value, &work, &loads);
    Step s = {.kind = STEP_flatten, .naxis = 2, .axis = {rule_name(r, last - 1), rule_name(r, last)}};
    if (work >= 3 * loads && rule_step(r, s) && vector_last(r)) return true;
    return rule_back(r, &before);
}

static void vector_plain(Rule *r) {
    if (moves_rows(r)) return;
    if (rule_plan(r)->npiece == 0 || vector_last(r) || flat_lanes(r)) return;
    rule_turn(r);
}

/* Rows of a few elements that are moved or filled as an outer axis says (Pad): loops of their own for either. (Rows of two
 * with a condition inside gcc 12.2 gets wrong at -O3 with AVX: a mask is spread over the wrong elements.) */
static void rows_apart(Rule *r) {
    enum { FEW = 3, MOST = 16 };
    Nest *n = r->p->nest;
    const StagePlan *s = rule_plan(r);
    ExprId cond[MOST];
    if (n->buf.at[n->stage.at[r->stage].out].kind == BUF_local || r->p->small || s->npiece < 2 || s->piece[s->npiece - 1].size > FEW) return;
    int count = x_choices(n, n->stage.at[r->stage].value, cond, MOST);
    for (int c = 0; c < count; c++) {
        if (x_uses_axis(n, cond[c], s->piece[s->npiece - 1].root)) continue;
        for (int i = 0; i + 1 < s->npiece; i++)
            if (x_uses_axis(n, cond[c], s->piece[i].root)) rule_step1(r, STEP_interior, s->piece[i].name, 0, NULL);
    }
}

Schedule schedule_default(Arena *a, Plan *p) {
    Schedule out = {0};
    for (uint32_t s = 0; s < p->nest->stage.n; s++) {
        Rule r = {.a = a, .p = p, .out = &out, .stage = s};
        ExprId red[2];
        fuse_neighbours(&r);
        int count = x_reductions(p->nest, p->nest->stage.at[s].value, red, 2);
        if (count == 1 && (rule_rows(&r, red[0]) || rule_bytes(&r, red[0]))) continue;
        if (count == 0) rows_apart(&r);
        if (target_lanes(p->target, DT_f32) <= 1) continue;
        if (count == 1 && rule_contraction(&r, red[0])) continue;
        if (count == 0)
            vector_plain(&r);
        else if (count == 1 && !integer_reduce(&r, red[0]))
            vector_reduce(&r, red[0]);
    }
    return out;
}
