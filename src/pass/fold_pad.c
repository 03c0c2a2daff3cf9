/* Pad before Conv, MaxPool and AveragePool goes into their pads; Pad of Pad is one. */
#include "base/size.h"
#include "pass/rewrite.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* Pad with a constant, nothing cut off: its value, 0 when absent. */
static bool constant_pad(Rw *r, NodeId p, double *value) {
    const Attr_Pad *a = RW_ATTR(r, p, Pad);
    ValueId v = rw_in(r, p, 1);
    *value = 0;
    if (strcmp(a->mode, "constant") || (v != NO_VALUE && !const_scalar(r->g, v, value))) return false;
    for (uint32_t i = 0; i < a->pads.n; i++)
        if (a->pads.at[i] < 0) return false;
    return (int)a->pads.n == 2 * value_shape(r->g, rw_in(r, p, 0))->rank;
}

/* old pads (spatial, begins then ends) + those of the Pad; false where it pads batch or channels. */
static bool add_pads(const Ints *pad, const Ints *old, int64_t *out) {
    uint32_t rank = pad->n / 2;
    if (rank < 3 || old->n != 2 * (rank - 2)) return false;
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < rank; i++) {
            int64_t x = pad->at[side * rank + i];
            if (i < 2 && x != 0) return false;
            uint32_t k = side * (rank - 2) + i - 2;
            if (i >= 2 && !size_add(x, old->at[k], &out[k])) return false;
        }
    }
    return true;
}

static bool into_conv(Rw *r, NodeId n, NodeId p, double value) {
    int64_t pads[2 * MAX_RANK];
    const Ints *old = &RW_ATTR(r, n, Conv)->pads;
    if (value != 0 || !add_pads(&RW_ATTR(r, p, Pad)->pads, old, pads)) return false;
    Attr_Conv *a = rw_attr_copy(r, n);
    attr_set_ints(r->g->arena, &a->pads, old->n, pads);
    rw_set_attr(r, n, a);
    return true;
}

/* No element is below zero, so that padding with zeros is padding with nothing for a maximum. */
static bool not_below_zero(Rw *r, ValueId v) {
    NodeId p = rw_def(r, v);
    double lo;
    if (p == NO_NODE) return false;
    Op op = rw_at(r, p)->op;
    return op == OP_Relu || op == OP_Sigmoid || op == OP_HardSigmoid || op == OP_Abs || op == OP_Softmax ||
           (op == OP_Clip && const_scalar(r->g, rw_in(r, p, 1), &lo) && lo >= 0);
}

static double lowest(DType t) {
    return t == DT_f64 ? -DBL_MAX : t == DT_f16 ? -65504 : t == DT_bf16 ? -0x1.fep127 : -(double)FLT_MAX;
}

static bool into_pool(Rw *r, NodeId n, NodeId p, double value) {
    const Attr_Pool *old = RW_ATTR(r, n, Pool);
    ValueId x = rw_in(r, p, 0);
    DType t = r->g->value.at[x].dtype;
    bool max = rw_at(r, n)->op == OP_MaxPool, was_padded = false;
    int64_t pads[2 * MAX_RANK];
    if (rw_at(r, n)->nout != 1 || old->ceil_mode || !dtype_is_float(t)) return false;
    if (!add_pads(&RW_ATTR(r, p, Pad)->pads, &old->pads, pads)) return false;
    uint32_t k = old->kernel_shape.n;
    for (uint32_t i = 0; i < 2 * k; i++) {
        was_padded |= old->pads.at[i] != 0;
        if (pads[i] >= old->kernel_shape.at[i % k]) return false; /* a window may lie in the padding alone */
    }
    if (max && !(value <= lowest(t)) && !(value == 0 && not_below_zero(r, x))) return false;
    if (!max && (value != 0 || (was_padded && !old->count_include_pad))) return false;
    Attr_Pool *a = rw_attr_copy(r, n);
    attr_set_ints(r->g->arena, &a->pads, 2 * k, pads);
    if (!max) a->count_include_pad = 1;
    rw_set_attr(r, n, a);
    return true;
}

static bool into_pad(Rw *r, NodeId n, NodeId p, double inner) {
    double outer;
    const Ints *x = &RW_ATTR(r, n, Pad)->pads, *y = &RW_ATTR(r, p, Pad)->pads;
    int64_t pads[2 * MAX_RANK];
    if (!constant_pad(r, n, &outer) || outer != inner || x->n != y->n) return false;
    for (uint32_t i = 0; i < x->n; i++)
        if (!size_add(x->at[i], y->at[i], &pads[i])) return false;
    Attr_Pad *a = rw_attr_copy(r, n);
    attr_set_ints(r->g->arena, &a->pads, x->n, pads);
    rw_set_attr(r, n, a);
    return true;
}

static bool fold(Rw *r, NodeId n) {
    Op op = rw_at(r, n)->op;
    double value;
    if (op != OP_Conv && op != OP_MaxPool && op != OP_AveragePool && op != OP_Pad) return false;
    ValueId x = rw_in(r, n, 0);
    NodeId p = rw_def_op(r, x, OP_Pad);
    if (p == NO_NODE || !rw_single(r, x) || !constant_pad(r, p, &value)) return false;
    bool done = op == OP_Conv  ? into_conv(r, n, p, value)
                : op == OP_Pad ? into_pad(r, n, p, value)
                               : into_pool(r, n, p, value);
    if (!done) return false;
    rw_absorb(r, n, p);
    rw_set_in(r, n, 0, rw_in(r, p, 0));
    return true;
}

bool pass_fold_pad(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < g->node.n; n++)
        if (fold(&r, n)) c->hits++;
    return rw_end(&r);
}
