/* The step `stream`: a constant is stored in the order in which the scheduled loops read it. */
#include "nest/step.h"

/* The only load of buffer b in the stage's value; NO_EXPR: none, or several with different indices. */
static ExprId only_load(const Nest *n, ExprId e, BufId b, bool *several) {
    if (!x_mark(n, e)) return NO_EXPR;
    const Expr *x = x_get(n, e);
    ExprId found = x->kind == X_load && x->id == b ? e : NO_EXPR;
    for (int i = 0; i < x->narg; i++) {
        ExprId a = x_arg(n, e, i) == NO_EXPR ? NO_EXPR : only_load(n, x_arg(n, e, i), b, several);
        if (a == NO_EXPR) continue;
        if (found != NO_EXPR) *several = true;
        found = a;
    }
    return found;
}

/* How a dimension is walked: runs of neighbouring loops, outside in; a run's unit is its innermost step. */
typedef struct {
    int runs;
    int64_t unit[2];
} Walked;

static bool walk_dims(Plan *p, const StagePlan *s, ExprId load, int rank, Walked *w, int *order, int *runs,
                      const char **why) {
    Nest *n = p->nest;
    int64_t *coef[MAX_RANK], rest;
    for (int d = 0; d < rank; d++) {
        coef[d] = arena_array_of(n->arena, n->axis.n + 1, int64_t);
        if (!x_linear(n, x_arg(n, load, d), coef[d], &rest)) return WHY("an index is no sum of axes");
        w[d] = (Walked){0};
    }
    for (int j = 0, last = -1; j < 2 * s->npiece; j++) { /* neighbours of a sum of bytes lie inside the lanes */
        int d = -1, i = j % s->npiece;
        int64_t by = 0;
        if (s->piece[i].dot != (j >= s->npiece)) continue;
        for (int k = 0; k < rank; k++) {
            int64_t m = coef[k][s->piece[i].root] * s->piece[i].step; /* elements that an iteration moves on */
            if (m == 0) continue;
            if (d >= 0 || m < 0) return WHY("%s walks in two dimensions or backwards", s->piece[i].name);
            d = k;
            by = m;
        }
        if (d < 0) continue;
        if (d != last) {
            if (w[d].runs == 2) return WHY("dimension %d is walked in more than two places", d);
            order[(*runs)++] = d;
            w[d].runs++;
        } else if (by > w[d].unit[w[d].runs - 1]) {
            return WHY("%s is inside a finer walk of dimension %d", s->piece[i].name, d);
        }
        w[d].unit[w[d].runs - 1] = by;
        last = d;
    }
    return true;
}

bool plan_stream(Plan *p, const char *name, const char **why) {
    Nest *n = p->nest;
    Walked w[MAX_RANK];
    int order[2 * MAX_RANK], runs = 0, seen[MAX_RANK] = {0};
    BufId b;
    if (!plan_constant(p, name, &b, why)) return false;
    Buffer *buf = &n->buf.at[b];
    ExprId load = NO_EXPR;
    const StagePlan *s = NULL;
    bool several = false;
    for (uint32_t k = 0; k < n->stage.n; k++) {
        x_mark_begin(n);
        ExprId e = only_load(n, n->stage.at[k].value, b, &several);
        several |= e != NO_EXPR && load != NO_EXPR;
        if (e != NO_EXPR) load = e, s = &p->stage[k];
    }
    if (load == NO_EXPR || several) return WHY("%s is not read in one place", name);
    if (!walk_dims(p, s, load, buf->rank, w, order, &runs, why)) return false;
    for (int d = 0; d < buf->rank; d++) {
        if (buf->dim[d] == 1 || w[d].runs == 0) continue;
        if (w[d].unit[w[d].runs - 1] != 1) return WHY("dimension %d is not walked element by element", d);
        if (w[d].runs == 2 && w[d].unit[0] > INT32_MAX) return WHY("dimension %d has too large blocks", d);
    }
    for (int d = 0; d < buf->rank; d++) /* what no loop walks: extents of 1 and fixed positions */
        if (w[d].runs == 0) buf->phys[buf->nphys++] = (PhysDim){(uint8_t)d, false, 1};
    for (int i = 0; i < runs; i++) {
        int d = order[i];
        int32_t block = w[d].runs == 2 ? (int32_t)w[d].unit[0] : 1;
        buf->phys[buf->nphys++] = (PhysDim){(uint8_t)d, seen[d]++ > 0, block};
    }
    return true;
}
