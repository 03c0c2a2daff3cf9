/* Runs a tape over a block of points. */
#include "op/eval.h"
#include <math.h>

static bool run_segment(const TapeRun *run, const Segment *s, int n);

static void run_offset(const TapeOffset *o, const Slot *index, Slot *to, int n) {
    uint64_t dim = (uint64_t)o->dim, stride = (uint64_t)o->stride;
    EACH_LANE(l, n) {
        uint64_t i = (uint64_t)index->i[l];
        to->i[l] = i < dim ? (int64_t)(i * stride) : OFFSET_BAD;
    }
}

static bool run_load(const TapeRun *run, const Ins *ins, int n) {
    static const Slot origin;
    const TapeLoad *load = &run->tape->load.at[ins->extra];
    const Memory *m = &run->memory[load->buf];
    Slot *slots = run->tape->slot, *to = &slots[ins->to];
    const int64_t *off = ins->arg[0] == NO_SLOT ? origin.i : slots[ins->arg[0]].i;
    int64_t any = 0, inside[LANES];
    if (load->mask == NO_SLOT) {
        for (int l = 0; l < n; l++) any |= off[l];
        if (any >= 0) eval_read(m, off, to, n);
        return any >= 0;
    }
    const int64_t *mask = slots[load->mask].i;
    int64_t safe = -1;
    for (int l = 0; l < n; l++) {
        any |= mask[l] ? off[l] : 0;
        safe = mask[l] ? off[l] : safe;
    }
    if (any < 0) return false;
    if (safe < 0) {
        memset(to, 0, (size_t)n * sizeof *to->i);
        return true;
    }
    for (int l = 0; l < n; l++) inside[l] = mask[l] ? off[l] : safe; /* lanes that do not count read any element */
    eval_read(m, inside, to, n);
    return true;
}

static void run_address(const TapeRun *run, const Ins *ins, int n) {
    static const Slot origin;
    const char *at = run->memory[run->tape->load.at[ins->extra].buf].at;
    const int64_t *off = ins->arg[0] == NO_SLOT ? origin.i : run->tape->slot[ins->arg[0]].i;
    for (int l = 0; l < n; l++) run->tape->slot[ins->to].i[l] = off[l] < 0 ? 0 : (intptr_t)(at + off[l]);
}

/* ---- reductions ---- */

static void start(Combine c, DType t, Slot *acc, int n) {
    bool real = dtype_is_float(t);
    int bits = dtype_info[t].bits;
    bool is_signed = dtype_info[t].cls == 'i';
    int64_t low = !is_signed ? 0 : bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1));
    int64_t high = t == DT_bool ? 1
                   : !is_signed ? (int64_t)(UINT64_MAX >> (64 - bits))
                                : (int64_t)(UINT64_MAX >> (65 - bits));
    double neutral = combine_neutral(c, t);
    EACH_LANE(l, n) {
        if (real)
            acc->f[l] = neutral;
        else
            acc->i[l] = c == COMBINE_prod ? 1 : c == COMBINE_max ? low : c == COMBINE_min ? high : 0;
    }
}

#define ACC(field, expr)                                                                                               \
    for (int l = 0; l < n; l++) {                                                                                      \
        if (guard && !guard[l]) continue;                                                                              \
        acc->field[l] = (expr);                                                                                        \
    }                                                                                                                  \
    break

static void gather_float(Combine c, Slot *acc, const Slot *v, const int64_t *guard, int n) {
    switch (c) {
    case COMBINE_prod: ACC(f, acc->f[l] * v->f[l]);
    case COMBINE_max: ACC(f, v->f[l] > acc->f[l] || isnan(v->f[l]) ? v->f[l] : acc->f[l]);
    case COMBINE_min: ACC(f, v->f[l] < acc->f[l] || isnan(v->f[l]) ? v->f[l] : acc->f[l]);
    default:
        if (guard) {
            EACH_LANE(l, n) acc->f[l] += guard[l] ? v->f[l] : 0;
        } else {
            EACH_LANE(l, n) acc->f[l] += v->f[l];
        }
    }
}

static void gather_int(Combine c, DType t, Slot *acc, const Slot *v, const int64_t *guard, int n) {
    uint64_t flip = t == DT_u64 ? (uint64_t)1 << 63 : 0; /* unsigned order as signed order */
#define ORDER(x) ((int64_t)((uint64_t)(x) ^ flip))
    switch (c) {
    case COMBINE_prod: ACC(i, (int64_t)((uint64_t)acc->i[l] * (uint64_t)v->i[l]));
    case COMBINE_max: ACC(i, ORDER(v->i[l]) > ORDER(acc->i[l]) ? v->i[l] : acc->i[l]);
    case COMBINE_min: ACC(i, ORDER(v->i[l]) < ORDER(acc->i[l]) ? v->i[l] : acc->i[l]);
    default: ACC(i, (int64_t)((uint64_t)acc->i[l] + (uint64_t)v->i[l]));
    }
#undef ORDER
}

static void fill(Slot *s, int64_t v, int n) {
    EACH_LANE(l, n) s->i[l] = v;
}

typedef struct {
    const TapeRun *run;
    const TapeReduce *r;
    Combine combine;
    DType type;
    Slot *acc;
    int n;
} Reducing;

/* The loop over axis d and those inside it. */
static bool run_level(const Reducing *x, int d) {
    const TapeReduce *r = x->r;
    Slot *slots = x->run->tape->slot;
    const int64_t *guard = r->guard == NO_SLOT ? NULL : slots[r->guard].i;
    for (int64_t at = 0; at < r->extent[d]; at++) {
        fill(&slots[r->axis[d]], at, x->n);
        if (!run_segment(x->run, r->level[d], x->n)) return false;
        if (d + 1 < r->naxis) {
            if (!run_level(x, d + 1)) return false;
        } else if (dtype_is_float(x->type)) {
            gather_float(x->combine, x->acc, &slots[r->value], guard, x->n);
        } else {
            gather_int(x->combine, x->type, x->acc, &slots[r->value], guard, x->n);
        }
    }
    return true;
}

static bool run_reduce(const TapeRun *run, const Ins *ins, int n) {
    Slot acc, *to = &run->tape->slot[ins->to];
    DType t = (DType)ins->dtype;
    Reducing x = {run, &run->tape->reduce.at[ins->extra], (Combine)ins->fn, t, &acc, n};
    start(x.combine, t, &acc, n);
    if (!run_level(&x, 0)) return false;
    for (int l = 0; l < n; l++) {
        if (dtype_is_float(t))
            to->f[l] = eval_round(t, acc.f[l]);
        else
            to->i[l] = eval_wrap(t, acc.i[l]);
    }
    return true;
}

static void run_mask(const TapeRun *run, const Ins *ins, int n) {
    Slot *slots = run->tape->slot;
    const int64_t *outer = ins->arg[0] == NO_SLOT ? NULL : slots[ins->arg[0]].i, *c = slots[ins->arg[1]].i;
    int64_t *to = slots[ins->to].i, negate = ins->op == T_mask_not;
    EACH_LANE(l, n) to[l] = (!outer || outer[l]) && (c[l] != 0) != negate;
}

static bool run_segment(const TapeRun *run, const Segment *s, int n) {
    Slot *slots = run->tape->slot;
    for (uint32_t k = 0; k < s->ins.n; k++) {
        const Ins *i = &s->ins.at[k];
        switch ((TapeOp)i->op) {
        case T_fn: {
            const Slot *b = i->arg[1] == NO_SLOT ? NULL : &slots[i->arg[1]],
                       *c = i->arg[2] == NO_SLOT ? NULL : &slots[i->arg[2]];
            eval_fn(i, &slots[i->arg[0]], b, c, &slots[i->to], n);
            break;
        }
        case T_cast: eval_cast((DType)i->from, (DType)i->dtype, &slots[i->arg[0]], &slots[i->to], n); break;
        case T_offset: run_offset(&run->tape->offset.at[i->extra], &slots[i->arg[0]], &slots[i->to], n); break;
        case T_load:
            if (!run_load(run, i, n)) return false;
            break;
        case T_address: run_address(run, i, n); break;
        case T_reduce:
            if (!run_reduce(run, i, n)) return false;
            break;
        default: run_mask(run, i, n);
        }
    }
    return true;
}

bool tape_run(const TapeRun *run, int n) {
    return run_segment(run, run->tape->root, n);
}
