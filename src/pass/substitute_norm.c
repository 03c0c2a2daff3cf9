/* Layer, RMS and instance normalisation spelt out in means and roots, and what follows them. */
#include "pass/substitute.h"

/* The mean `letter` keeps its dimensions and reduces from..rank-1; -1 otherwise. */
static int trailing_from(Rw *r, const Match *m, char letter) {
    const Attr_Reduce *a = RW_ATTR(r, match_node(r, m, letter), Reduce);
    const Shape *s = value_shape(r->g, match_value(m, 'x'));
    int from = s->rank - (int)a->axes.n;
    if (!a->keepdims || s->rank < 1 || !a->axes.n || from < 0) return -1;
    for (uint32_t i = 0; i < a->axes.n; i++) {
        if (a->axes.at[i] != from + (int64_t)i || !dim_known(s->dim[from + (int)i])) return -1;
    }
    return from;
}

static Shape trailing(const Shape *s, int from) {
    Shape t = {.rank = (int8_t)(s->rank - from)};
    for (int i = from; i < s->rank; i++) t.dim[i - from] = s->dim[i];
    return t;
}

/* Constant v as a parameter over the dimensions from..: its own shape without the ones in front, or one number
 * everywhere. NO_VALUE where it varies along others. */
static ValueId parameter(Rw *r, ValueId v, const Shape *x, int from) {
    Shape t = trailing(x, from);
    const Shape *s = value_shape(r->g, v);
    double one;
    if (const_scalar(r->g, v, &one)) return rw_const_fill(r, r->g->value.at[v].name, r->g->value.at[v].dtype, &t, one);
    if (s->rank < t.rank || s->rank > x->rank) return NO_VALUE;
    for (int i = 0; i < s->rank; i++) {
        int k = i - (s->rank - t.rank);
        if (s->dim[i] != (k < 0 ? 1 : t.dim[k])) return NO_VALUE;
    }
    return rw_const_view(r, v, &t);
}

static bool fits(Rw *r, const Match *m) {
    return same_type(r->g, match_value(m, 'x'), rw_out(r, m->node[0])) && match_number(m, 'e') >= 0;
}

static void become_norm(Rw *r, const Match *m, Op op, int nin, const ValueId *in, int axis) {
    Attr_Norm *a = rw_attr_new(r, op);
    a->axis = axis;
    a->epsilon = match_number(m, 'e');
    rw_become(r, m->node[0], op, nin, in, a);
}

/* Over each plane of a batch of maps: InstanceNormalization, whose parameters are per channel. */
static bool instance_norm(Rw *r, const Match *m) {
    ValueId x = match_value(m, 'x');
    DType t = r->g->value.at[x].dtype;
    int64_t channels = value_shape(r->g, x)->dim[1];
    if (!dim_known(channels)) return false;
    Shape s = shape_of(1, &channels);
    ValueId in[3] = {x, rw_const_fill(r, "scale", t, &s, 1), rw_const_fill(r, "bias", t, &s, 0)};
    Attr_Epsilon *a = rw_attr_new(r, OP_InstanceNormalization);
    a->epsilon = match_number(m, 'e');
    rw_become(r, m->node[0], OP_InstanceNormalization, 3, in, a);
    return true;
}

bool make_layer_norm(Rw *r, const Match *m) {
    ValueId x = match_value(m, 'x');
    int from = trailing_from(r, m, 'm'), rank = value_shape(r->g, x)->rank;
    if (!fits(r, m) || from < 0 || trailing_from(r, m, 'v') != from) return false;
    if (from == 2 && rank >= 4) return instance_norm(r, m);
    Shape t = trailing(value_shape(r->g, x), from);
    ValueId in[2] = {x, rw_const_fill(r, "scale", r->g->value.at[x].dtype, &t, 1)};
    become_norm(r, m, OP_LayerNormalization, 2, in, from);
    return true;
}

/* x * (s / deviation) + (b - mean * (s / deviation)) */
bool make_layer_norm_full(Rw *r, const Match *m) {
    ValueId x = match_value(m, 'x');
    int from = trailing_from(r, m, 'm');
    if (!fits(r, m) || from < 0 || trailing_from(r, m, 'v') != from) return false;
    ValueId in[3] = {x, parameter(r, match_value(m, 's'), value_shape(r->g, x), from),
                     parameter(r, match_value(m, 'b'), value_shape(r->g, x), from)};
    if (in[1] == NO_VALUE || in[2] == NO_VALUE) return false;
    become_norm(r, m, OP_LayerNormalization, 3, in, from);
    return true;
}

bool make_rms_norm(Rw *r, const Match *m) {
    ValueId x = match_value(m, 'x');
    int from = trailing_from(r, m, 'v');
    if (!fits(r, m) || from < 0) return false;
    Shape t = trailing(value_shape(r->g, x), from);
    ValueId in[2] = {x, rw_const_fill(r, "scale", r->g->value.at[x].dtype, &t, 1)};
    become_norm(r, m, OP_RMSNormalization, 2, in, from);
    return true;
}


/* Constant t over the normalised dimensions (layer, RMS) or per channel (instance). */
static ValueId factor(Rw *r, NodeId n, ValueId x, ValueId t) {
    const Shape *s = value_shape(r->g, x);
    if (rw_at(r, n)->op != OP_InstanceNormalization) {
        int64_t axis = RW_ATTR(r, n, Norm)->axis;
        return axis < 0 ? NO_VALUE : parameter(r, t, s, (int)axis);
    }
    if (s->rank < 3 || !dim_known(s->dim[1])) return NO_VALUE;
    double *c = arena_array_of(r->tmp, s->dim[1], double);
    if (!const_channels(r->g, t, s->rank, 1, s->dim[1], c)) return NO_VALUE;
    Shape one = shape_of(1, &s->dim[1]);
    return rw_const(r, r->g->value.at[t].name, r->g->value.at[t].dtype, &one, c);
}

static bool norm_then(Rw *r, const Match *m, const ValueId *in, int nin) {
    NodeId n = match_node(r, m, 'n');
    if (in[1] == NO_VALUE || (nin == 3 && in[2] == NO_VALUE)) return false;
    rw_absorb(r, n, m->node[0]);
    void *attr = rw_attr_copy(r, n);
    Op op = rw_at(r, n)->op;
    rw_rename(r, m->node[0], n);
    rw_become(r, m->node[0], op, nin, in, attr);
    return true;
}

/* f of both; t itself where the other is neutral everywhere. */
static ValueId joined(Rw *r, ValueId s, ValueId t, double (*f)(double, double), double neutral) {
    return const_is(r->g, s, neutral) && same_type(r->g, s, t) ? t : rw_const_zip(r, s, t, f);
}

bool make_norm_scale(Rw *r, const Match *m) {
    NodeId n = match_node(r, m, 'n');
    ValueId x = match_value(m, 'x'), b = match_value(m, 'b'), t;
    if (!same_type(r->g, x, rw_out(r, m->node[0]))) return false;
    if ((t = factor(r, n, x, match_value(m, 't'))) == NO_VALUE) return false;
    ValueId in[3] = {x, joined(r, match_value(m, 's'), t, const_mul, 1), NO_VALUE};
    if (b != NO_VALUE) in[2] = const_is(r->g, b, 0) ? b : rw_const_zip(r, b, t, const_mul);
    return norm_then(r, m, in, b != NO_VALUE ? 3 : 2);
}

bool make_norm_shift(Rw *r, const Match *m) {
    NodeId n = match_node(r, m, 'n');
    ValueId x = match_value(m, 'x'), b = match_value(m, 'b'), t;
    if (!same_type(r->g, x, rw_out(r, m->node[0]))) return false;
    if ((t = factor(r, n, x, match_value(m, 't'))) == NO_VALUE) return false;
    ValueId in[3] = {x, match_value(m, 's'), b == NO_VALUE ? t : joined(r, b, t, const_add, 0)};
    return norm_then(r, m, in, 3);
}
