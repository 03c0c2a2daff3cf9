/* Loops whose iterations are shared among threads: which may be, which are worth it. */
#include "nest/lower.h"
#include "nest/step.h"

/* ---- may they? ---- */

/* Does e, whatever the other axes are, have another value for every point of a? */
static bool tells_apart(Nest *n, ExprId e, AxisId a) {
    int64_t coef;
    Range r;
    if (!x_coefficient(n, e, a, &coef) || coef == 0) return false;
    ExprId *zero = x_axis_table(n, n->arena, 0);
    zero[a] = x_index(n, 0);
    return x_range(n, x_substitute(n, e, zero), &r) && r.hi - r.lo < (coef < 0 ? -coef : coef);
}

/* The same where e is a sum of axes like the digits of a number, a is one of them and larger ones are there, too. */
static bool is_digit(const Nest *n, ExprId e, AxisId a) {
    int64_t *coef = arena_array_of(n->arena, n->axis.n, int64_t), constant;
    if (!x_linear(n, e, coef, &constant) || coef[a] == 0) return false;
    for (uint32_t i = 0; i < n->axis.n; i++)
        if (coef[i] < 0) return false;
    for (uint32_t i = 0; i < n->axis.n; i++) {
        int64_t below = 0, part;
        if (coef[i] < coef[a]) continue;
        for (uint32_t k = 0; k < n->axis.n; k++) {
            if (k == i || coef[k] > coef[i]) continue;
            if (!size_mul(coef[k], n->axis.at[k].extent - 1, &part) || !size_add(below, part, &below)) return false;
        }
        if (below >= coef[i]) return false;
    }
    return true;
}

/* Do different points of axis a write different elements of the stage's target? */
static bool writes_apart(Nest *n, const Stage *of, AxisId a) {
    const Stage st = *of;
    for (int d = 0; d < st.nindex; d++)
        if (tells_apart(n, st.index[d], a)) return true;
    ExprId to = buffer_offset(n, st.out, st.index);
    return tells_apart(n, to, a) || is_digit(n, to, a);
}

/* The shared axis of this name, as the last stage calls it, or -1. */
static int shared_axis(const Nest *n, const char *name) {
    for (int i = 0; i < n->nshared; i++)
        if (!strcmp(n->axis.at[vec_last(&n->stage).axis[i]].name, name)) return i;
    return -1;
}

static bool parallel_shared(Plan *p, int at, const char **why) {
    Nest *n = p->nest;
    for (int i = 0; i < at; i++) {
        AxisId a = vec_last(&n->stage).axis[i];
        if (n->axis.at[a].extent != 1 && !p->shared[i])
            return WHY("%s is not outermost", n->axis.at[vec_last(&n->stage).axis[at]].name);
    }
    for (uint32_t s = 0; s < n->stage.n; s++)
        if (!writes_apart(n, &n->stage.at[s], n->stage.at[s].axis[at]))
            return WHY("iterations of %s may write the same element", n->axis.at[n->stage.at[s].axis[at]].name);
    p->shared[at] = true;
    return true;
}

bool plan_parallel(Plan *p, const char *axis, const char **why) {
    Nest *n = p->nest;
    int shared = shared_axis(n, axis);
    if (shared >= 0) return parallel_shared(p, shared, why);
    for (uint32_t s = 0; s < n->stage.n; s++)
        for (int i = 0; i < p->stage[s].npiece; i++) {
            Piece *x = &p->stage[s].piece[i];
            if (strcmp(x->name, axis)) continue;
            if (x->reduce) return WHY("%s is reduced", x->name);
            if (n->axis.at[x->root].kind == AXIS_serial) return WHY("%s runs in order", x->name);
            if (!writes_apart(n, &n->stage.at[s], x->root))
                return WHY("iterations of %s may write the same element", x->name);
            x->parallel = true;
            return true;
        }
    return WHY("there is no axis %s", axis);
}

/* ---- what a loop costs, in operations of a scalar or a vector ---- */

#define COST_MAX (INT64_MAX / 4)
enum { COST_CALL = 20 /* of a function of libm */ };

static int64_t times(int64_t a, int64_t b) {
    int64_t r;
    return size_mul(a, b, &r) && r < COST_MAX ? r : COST_MAX;
}

/* Of what was not met since x_mark_begin. */
static int64_t expr_cost(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    if (x->is_index || !x_mark(n, e)) return 0;
    int64_t sum = x->kind == X_fn && fn_info[x->id].libm && !fn_info[x->id].infix ? COST_CALL : 1;
    if (x->kind == X_int || x->kind == X_real || x->kind == X_axis) return 0;
    int operands = x->kind == X_load || x->kind == X_var ? 0 : x->kind == X_reduce ? 1 : x->narg;
    for (int i = 0; i < operands; i++) {
        sum += expr_cost(n, x_arg(n, e, i));
        if (sum > COST_MAX) sum = COST_MAX;
    }
    for (int i = 2; x->kind == X_reduce && i < x->narg; i++)
        sum = times(sum, n->axis.at[x_get(n, x_arg(n, e, i))->id].extent);
    return sum;
}

static int64_t stage_cost(const Plan *p, uint32_t s) {
    const Stage *st = &p->nest->stage.at[s];
    int64_t lanes = 1;
    for (int i = 0; i < p->stage[s].npiece; i++)
        if (p->stage[s].piece[i].vector) lanes = p->stage[s].piece[i].size;
    x_mark_begin(p->nest);
    int64_t cost = 1 + expr_cost(p->nest, st->value);
    for (int i = 0; i < st->naxis; i++)
        if (st->axis[i] != p->stage[s].turns) cost = times(cost, p->nest->axis.at[st->axis[i]].extent);
    return cost / lanes;
}

static int64_t loop_cost(const Nest *n, const LoopNode *x) {
    int64_t sum = 0;
    if (x->kind == LOOP_set || x->kind == LOOP_store) {
        x_mark_begin(n);
        sum = 1 + expr_cost(n, x->value);
    }
    for (uint32_t i = 0; i < x->body.n; i++) {
        sum += loop_cost(n, x->body.at[i]);
        if (sum > COST_MAX) sum = COST_MAX;
    }
    Range lo, hi;
    if (x->kind == LOOP_for && x_range(n, x->lo, &lo) && x_range(n, x->hi, &hi))
        sum = times(sum, hi.hi > lo.lo ? hi.hi - lo.lo : 0);
    return sum;
}

static void settle(const Nest *n, LoopNode *x, int64_t grain) {
    if (x->parallel && loop_cost(n, x) >= grain) return;
    x->parallel = false;
    for (uint32_t i = 0; i < x->body.n; i++) settle(n, x->body.at[i], grain);
}

void parallel_settle(LoopTree *t, int64_t grain) {
    settle(t->nest, t->root, grain);
}

static uint32_t count_loops(const LoopNode *x) {
    if (x->parallel) return 1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < x->body.n; i++) count += count_loops(x->body.at[i]);
    return count;
}

uint32_t parallel_loops(const LoopTree *t) {
    return count_loops(t->root);
}

/* ---- the choice ---- */

enum { ENOUGH = 4 /* iterations for each thread: the parts come out even */ };

typedef struct {
    Arena *a;
    Plan *p;
    Schedule *out;
} Choice;

static bool mark(Choice *c, const char *axis) {
    const char *why;
    Step s = {.kind = STEP_parallel, .naxis = 1, .axis = {axis}};
    if (!plan_apply(c->p, &s, &why)) return false;
    vec_push(c->a, &c->out->step, s);
    return true;
}

/* The loops around all stages: no two stages then wait for each other. */
static bool mark_shared(Choice *c, int threads) {
    const Nest *n = c->p->nest;
    int64_t iterations = 1;
    for (int i = 0; i < n->nshared && iterations < ENOUGH * threads; i++) {
        Axis ax = n->axis.at[vec_last(&n->stage).axis[i]];
        if (ax.extent == 1) continue;
        if (!mark(c, ax.name)) break;
        iterations = times(iterations, ax.extent);
    }
    return iterations > 1;
}

/* The outermost loops of stage s, as many as give every thread some iterations. */
static bool mark_stage(Choice *c, uint32_t s, int threads) {
    const StagePlan *sp = &c->p->stage[s];
    int64_t iterations = 1;
    for (int i = 0; i < sp->npiece && iterations < ENOUGH * threads; i++) {
        const Piece *x = &sp->piece[i];
        if (x->reduce || x->vector || x->unroll || !mark(c, x->name)) break;
        iterations = times(iterations, x->size);
    }
    return iterations > 1;
}

bool schedule_parallel(Arena *a, Plan *p, int threads, int64_t grain, Schedule *out) {
    Choice c = {a, p, out};
    int64_t all = 0;
    bool any = false;
    p->grain = grain;
    for (uint32_t s = 0; s < p->nest->stage.n; s++) {
        int64_t cost = stage_cost(p, s);
        all = all + cost > COST_MAX ? COST_MAX : all + cost;
    }
    if (all < grain) return false;
    if (mark_shared(&c, threads)) return true;
    for (uint32_t s = 0; s < p->nest->stage.n; s++)
        if (stage_cost(p, s) >= grain) any |= mark_stage(&c, s, threads);
    return any;
}
