/* Runs a tape over a block of points. */
#include "op/eval.h"
#include <math.h>

static bool run_segment(const TapeRun *run, const Segment *s, int n);

static bool run_load(const TapeRun *run, const Ins *ins, int n) {
    const TapeLoad *load = &run->tape->load.at[ins->extra];
    const Memory *m = &run->memory[load->buf];
    Slot *slots = run->tape->slot, *to = &slots[ins->to];
    int64_t off[LANES], bad[LANES];
    memset(off, 0, (size_t)n * sizeof *off);
    memset(bad, 0, (size_t)n * sizeof *bad);
    for (int d = 0; d < load->rank; d++) {
        const int64_t *index = slots[load->index[d]].i;
        uint64_t dim = (uint64_t)m->dim[d], stride = (uint64_t)m->stride[d];
        for (int l = 0; l < n; l++) {
            bad[l] |= (uint64_t)index[l] >= dim;
            off[l] = (int64_t)((uint64_t)off[l] + (uint64_t)index[l] * stride);
        }
    }
    int64_t any = 0;
    if (load->mask == NO_SLOT) {
        for (int l = 0; l < n; l++) any |= bad[l];
        if (any) return false;
        eval_read(m, off, to, n);
        return true;
    }
    const int64_t *mask = slots[load->mask].i;
    int64_t used = 0;
    for (int l = 0; l < n; l++) {
        any |= bad[l] & (mask[l] != 0);
        used |= mask[l];
        off[l] = bad[l] || !mask[l] ? -1 : off[l];
    }
    if (any) return false;
    if (!used) {
        memset(to, 0, (size_t)n * sizeof *to->i);
        return true;
    }
    int64_t safe = 0;
    for (int l = 0; l < n; l++) safe = off[l] >= 0 ? off[l] : safe;
    for (int l = 0; l < n; l++) off[l] = off[l] >= 0 ? off[l] : safe;
    eval_read(m, off, to, n);
    return true;
}

/* ---- reductions ---- */

static void start(Combine c, DType t, Slot *acc, int n) {
    bool real = dtype_is_float(t);
    int bits = 8 * dtype_info[t].bytes;
    bool is_signed = dtype_info[t].cls == 'i';
    int64_t low = !is_signed ? 0 : bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1));
    int64_t high = t == DT_bool ? 1 : !is_signed ? (int64_t)(UINT64_MAX >> (64 - bits)) : (int64_t)(UINT64_MAX >> (65 - bits));
    for (int l = 0; l < n; l++) {
        if (real) acc->f[l] = combine_neutral(c, t);
        else acc->i[l] = c == COMBINE_prod ? 1 : c == COMBINE_max ? low : c == COMBINE_min ? high : 0;
    }
}

#define ACC(field, expr) \
    for (int l = 0; l < n; l++) { \
        if (guard && !guard[l]) continue; \
        acc->field[l] = (expr); \
    } \
    break

static void gather_float(Combine c, Slot *acc, const Slot *v, const int64_t *guard, int n) {
    switch (c) {
    case COMBINE_prod: ACC(f, acc->f[l] * v->f[l]);
    case COMBINE_max: ACC(f, v->f[l] > acc->f[l] || isnan(v->f[l]) ? v->f[l] : acc->f[l]);
    case COMBINE_min: ACC(f, v->f[l] < acc->f[l] || isnan(v->f[l]) ? v->f[l] : acc->f[l]);
    default:
        if (!guard) {
            for (int l = 0; l < n; l++) acc->f[l] += v->f[l];
            break;
        }
        ACC(f, acc->f[l] + v->f[l]);
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
    for (int l = 0; l < n; l++) s->i[l] = v;
}

/* Steps the reduction's axes to the next point: the last one runs fastest. False behind the last point. */
static bool step(const TapeReduce *r, Slot *slots, int64_t *at, int n) {
    for (int d = r->naxis - 1; d >= 0; d--) {
        bool more = ++at[d] < r->extent[d];
        if (!more) at[d] = 0;
        fill(&slots[r->axis[d]], at[d], n);
        if (more) return true;
    }
    return false;
}

static bool run_reduce(const TapeRun *run, const Ins *ins, int n) {
    const TapeReduce *r = &run->tape->reduce.at[ins->extra];
    Slot *slots = run->tape->slot, acc;
    int64_t at[2 * MAX_RANK] = {0};
    Combine c = (Combine)ins->fn;
    DType t = (DType)ins->dtype;
    bool empty = false;
    start(c, t, &acc, n);
    for (int d = 0; d < r->naxis; d++) {
        empty = empty || r->extent[d] == 0;
        fill(&slots[r->axis[d]], 0, n);
    }
    const int64_t *guard = r->guard == NO_SLOT ? NULL : slots[r->guard].i;
    while (!empty) {
        if (!run_segment(run, r->body, n)) return false;
        if (dtype_is_float(t)) gather_float(c, &acc, &slots[r->value], guard, n);
        else gather_int(c, t, &acc, &slots[r->value], guard, n);
        empty = !step(r, slots, at, n);
    }
    for (int l = 0; l < n; l++) {
        if (dtype_is_float(t)) acc.f[l] = eval_round(t, acc.f[l]);
        else acc.i[l] = eval_wrap(t, acc.i[l]);
    }
    memcpy(&slots[ins->to], &acc, (size_t)n * sizeof *acc.i);
    return true;
}

static void run_mask(const TapeRun *run, const Ins *ins, int n) {
    Slot *slots = run->tape->slot;
    const int64_t *outer = ins->arg[0] == NO_SLOT ? NULL : slots[ins->arg[0]].i, *c = slots[ins->arg[1]].i;
    int64_t *to = slots[ins->to].i, negate = ins->op == T_mask_not;
    for (int l = 0; l < n; l++) to[l] = (!outer || outer[l]) && (c[l] != 0) != negate;
}

static bool run_segment(const TapeRun *run, const Segment *s, int n) {
    Slot *slots = run->tape->slot;
    for (uint32_t k = 0; k < s->ins.n; k++) {
        const Ins *i = &s->ins.at[k];
        switch ((TapeOp)i->op) {
        case T_fn: {
            const Slot *b = i->arg[1] == NO_SLOT ? NULL : &slots[i->arg[1]], *c = i->arg[2] == NO_SLOT ? NULL : &slots[i->arg[2]];
            eval_fn(i, &slots[i->arg[0]], b, c, &slots[i->to], n);
            break;
        }
        case T_cast: eval_cast((DType)i->from, (DType)i->dtype, &slots[i->arg[0]], &slots[i->to], n); break;
        case T_load:
            if (!run_load(run, i, n)) return false;
            break;
        case T_reduce:
            if (!run_reduce(run, i, n)) return false;
            break;
        default: run_mask(run, i, n);
        }
    }
    return true;
}

bool tape_run(const TapeRun *run, int n) { return run_segment(run, run->tape->root, n); }
