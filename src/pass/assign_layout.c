/* Layouts over the whole graph. A value lies as the model has it (n, c, spatial) or with its channels in blocks of the
 * target's lanes (n, c/block, spatial, c%block). Each node that can work on either gets the side of a smallest cut:
 * what its kernel costs on each side, and what reordering costs where neighbours differ. The chosen parts are then
 * rewritten: shapes show the layout, BlockChannels and UnblockChannels stand where it changes. */
#include "pass/slice.h"
#include "pass/layout.h"

/* Cycles a multiply-add without the blocked kernels takes, of a vector's worth of them in those: what was measured. */
#define PLAIN_FACTOR 8.0
#define MOST_MERGED 16  /* groups of a convolution: weights and arithmetic grow by as much */
#define MOVE_CYCLES 1.0 /* an element that is reordered */

typedef enum { SIDE_plain, SIDE_either, SIDE_conv } Kind;

typedef struct {
    Rw *r;
    int64_t block;
    Kind *kind;        /* one a node */
    bool *blocked;     /* one a node: chosen */
    Vec(ValueId) twin; /* one a value: the same in blocks, NO_VALUE: not made yet */
} Layouts;

static const Shape *shape_of_value(const Layouts *l, ValueId v) { return value_shape(l->r->g, v); }

/* f32, channels and at least one spatial dimension, all known. */
static bool has_channels(const Layouts *l, ValueId v) {
    const Shape *s = shape_of_value(l, v);
    return v != NO_VALUE && l->r->g->value.at[v].dtype == DT_f32 && s->rank >= 3 && s->rank < MAX_RANK && shape_known(s) &&
           shape_count(s) > 0;
}

static int64_t padded(const Layouts *l, int64_t channels) { return (channels + l->block - 1) / l->block * l->block; }

/* ---- which nodes can work in blocks ---- */

/* Groups that become one, its weights zeros between them, so that groups are whole blocks: the fewest. 0: depthwise, left
 * alone. All of them is an ordinary convolution. */
static int64_t groups_merged(const Layouts *l, NodeId n) {
    int64_t group = RW_ATTR(l->r, n, Conv)->group;
    const Shape *w = shape_of_value(l, rw_in(l->r, n, 1));
    int64_t oc = w->dim[0] / group, ic = w->dim[1];
    if (oc == 1 && ic == 1 && group > 1) return 0;
    for (int64_t m = 1; m < group && m <= l->block; m++)
        if (group % m == 0 && oc * m % l->block == 0 && ic * m % l->block == 0) return m;
    return group;
}

/* Elements of the kernel, and of it filled up so that each phase of the strides has equally many taps: memory. */
static void transposed_taps(const Layouts *l, NodeId n, double *kernel, double *filled) {
    const Attr_ConvTranspose *a = RW_ATTR(l->r, n, ConvTranspose);
    const Shape *w = shape_of_value(l, rw_in(l->r, n, 1));
    *kernel = *filled = 1;
    for (int d = 0; d < w->rank - 2; d++) {
        int64_t k = w->dim[d + 2], s = a->strides.at[d];
        *kernel *= (double)k;
        *filled *= (double)((k + s - 1) / s * s);
    }
}

#define MOST_FILLED 4 /* times as many taps as the kernel has elements */

static bool transposed_fits(const Layouts *l, NodeId n) {
    const Attr_ConvTranspose *a = RW_ATTR(l->r, n, ConvTranspose);
    double kernel, filled;
    for (uint32_t d = 0; d < a->dilations.n; d++)
        if (a->dilations.at[d] != 1) return false;
    transposed_taps(l, n, &kernel, &filled);
    return a->group == 1 && phases_fit(&a->strides) && filled <= MOST_FILLED * kernel;
}

static bool conv_fits(const Layouts *l, NodeId n) {
    ValueId x = rw_in(l->r, n, 0), w = rw_in(l->r, n, 1), b = rw_in(l->r, n, 2);
    if (!has_channels(l, x) || !has_channels(l, rw_out(l->r, n))) return false;
    if (!value_data(l->r->g, w) || (b != NO_VALUE && !value_data(l->r->g, b))) return false;
    return rw_at(l->r, n)->op == OP_Conv ? groups_merged(l, n) <= MOST_MERGED : transposed_fits(l, n);
}

/* Operand of an element-wise node with result shape y: the same shape, one element, or one a channel. */
static bool operand_fits(const Layouts *l, ValueId v, const Shape *y) {
    const Shape *s = shape_of_value(l, v);
    if (v == NO_VALUE || shape_count(s) == 1 || shape_equal(s, y)) return true;
    if (!shape_known(s) || l->r->g->value.at[v].dtype != DT_f32) return false;
    bool constant = value_data(l->r->g, v) != NULL;
    if (s->rank != y->rank && !(constant && s->rank == y->rank - 1)) return false;
    int c = 1 - (y->rank - s->rank);
    for (int i = 0; i < s->rank; i++)
        if (i != c && s->dim[i] != 1 && (i != 0 || c == 0 || s->dim[i] != y->dim[0])) return false;
    return s->dim[c] == y->dim[1];
}

static bool elementwise_fits(const Layouts *l, NodeId n) {
    const Node *x = rw_at(l->r, n);
    if (x->nout != 1 || !has_channels(l, x->out[0])) return false;
    bool any = false;
    for (unsigned i = 0; i < x->nin; i++) {
        ValueId v = rw_in(l->r, n, i);
        if (!operand_fits(l, v, shape_of_value(l, x->out[0]))) return false;
        any |= v != NO_VALUE && !value_data(l->r->g, v) && shape_count(shape_of_value(l, v)) > 1;
        if (v != NO_VALUE && shape_count(shape_of_value(l, v)) > 1 && l->r->g->value.at[v].dtype != DT_f32) return false;
    }
    return any;
}

static bool reduces_spatial(const Layouts *l, NodeId n) {
    const Attr_Reduce *a = RW_ATTR(l->r, n, Reduce);
    int rank = shape_of_value(l, rw_in(l->r, n, 0))->rank;
    if (!has_channels(l, rw_in(l->r, n, 0)) || !a->keepdims || (int)a->axes.n != rank - 2) return false;
    for (uint32_t i = 0; i < a->axes.n; i++)
        if (a->axes.at[i] != (int64_t)i + 2) return false;
    return true;
}

static bool concat_fits(const Layouts *l, NodeId n) {
    const Node *x = rw_at(l->r, n);
    if (RW_ATTR(l->r, n, Axis)->axis != 1 || !has_channels(l, x->out[0])) return false;
    for (unsigned i = 0; i + 1 < x->nin; i++)
        if (shape_of_value(l, rw_in(l->r, n, i))->dim[1] % l->block) return false;
    for (unsigned i = 0; i < x->nin; i++)
        if (value_data(l->r->g, rw_in(l->r, n, i)) || !has_channels(l, rw_in(l->r, n, i))) return false;
    return true;
}

static bool resize_fits(const Layouts *l, NodeId n) {
    const Attr_Resize *a = RW_ATTR(l->r, n, Resize);
    const Shape *x = shape_of_value(l, rw_in(l->r, n, 0)), *y = shape_of_value(l, rw_out(l->r, n));
    return has_channels(l, rw_in(l->r, n, 0)) && has_channels(l, rw_out(l->r, n)) && x->dim[0] == y->dim[0] &&
           x->dim[1] == y->dim[1] && (a->roi.n == 0 || strcmp(a->coordinate_transformation_mode, "tf_crop_and_resize")) &&
           x->rank < MAX_RANK;
}

static Kind kind_of(const Layouts *l, NodeId n) {
    const Node *x = rw_at(l->r, n);
    bool fits = false;
    if (x->nsub || x->op == OP_none) return SIDE_plain;
    switch (x->op) {
    case OP_Conv:
    case OP_ConvTranspose: return conv_fits(l, n) ? SIDE_conv : SIDE_plain;
    case OP_MaxPool:
        fits = (x->nout == 1 || x->out[1] == NO_VALUE) && has_channels(l, x->in[0]) && has_channels(l, x->out[0]);
        break;
    case OP_AveragePool:
    case OP_LpPool: fits = has_channels(l, rw_in(l->r, n, 0)) && has_channels(l, x->out[0]); break;
    case OP_ReduceMean:
    case OP_ReduceSum:
    case OP_ReduceMax: fits = reduces_spatial(l, n); break;
    case OP_Concat: fits = concat_fits(l, n); break;
    case OP_Resize: fits = resize_fits(l, n); break;
    default: fits = op_info[x->op].cls == CLASS_elementwise && elementwise_fits(l, n);
    }
    return fits ? SIDE_either : SIDE_plain;
}

/* ---- the choice ---- */

#define FEW_CHANNELS 4

/* A convolution reads few channels as well without blocks. */
static bool reads_plain(const Layouts *l, NodeId n, unsigned operand) {
    return rw_at(l->r, n)->op == OP_Conv && l->kind[n] == SIDE_conv && operand == 0 && RW_ATTR(l->r, n, Conv)->group == 1 &&
           shape_of_value(l, rw_in(l->r, n, 0))->dim[1] <= FEW_CHANNELS;
}

static void conv_costs(const Layouts *l, NodeId n, double *blocked, double *plain) {
    const Shape *w = shape_of_value(l, rw_in(l->r, n, 1)), *y = shape_of_value(l, rw_out(l->r, n));
    bool conv = rw_at(l->r, n)->op == OP_Conv;
    double points = (double)shape_count(y) / (double)y->dim[1], depth = (double)shape_count(w) / (double)w->dim[conv ? 0 : 1];
    int64_t merged = 1; /* products with zeros, as a factor */
    if (conv)
        merged = groups_merged(l, n);
    else /* each result takes one element of the kernel in each stride */
        for (int d = 0; d < w->rank - 2; d++) depth /= (double)RW_ATTR(l->r, n, ConvTranspose)->strides.at[d];
    *blocked = points * depth * (double)(merged ? merged : 1) * (double)padded(l, y->dim[1]) / (double)l->block;
    *plain = points * depth * (double)y->dim[1] / (double)l->block * PLAIN_FACTOR;
}

static double move_cost(const Layouts *l, ValueId v) {
    const Shape *s = shape_of_value(l, v);
    double count = (double)shape_count(s);
    bool same = true; /* blocks of one pixel are the plain order */
    for (int i = 2; i < s->rank; i++) same &= s->dim[i] == 1;
    return same ? 1 : MOVE_CYCLES * count;
}

static void choose(Layouts *l) {
    Graph *g = l->r->g;
    FlowCut *c = cut_new(l->r->tmp, g->node.n + 2);
    for (NodeId n = 0; n < g->node.n; n++) {
        double blocked = 0, plain = 0;
        if (l->kind[n] == SIDE_plain) {
            cut_edge(c, n + 2, CUT_SINK, CUT_NEVER, 0);
        } else if (l->kind[n] == SIDE_conv) {
            conv_costs(l, n, &blocked, &plain);
            cut_edge(c, CUT_SOURCE, n + 2, plain, 0);
            cut_edge(c, n + 2, CUT_SINK, blocked, 0);
        } else if (shape_count(shape_of_value(l, rw_out(l->r, n))) > 0) { /* vectors as they are: an advantage */
            cut_edge(c, CUT_SOURCE, n + 2, 0.1 * (double)shape_count(shape_of_value(l, rw_out(l->r, n))), 0);
        }
        for (unsigned i = 0; i < rw_at(l->r, n)->nin; i++) {
            ValueId v = rw_in(l->r, n, i);
            if (v == NO_VALUE || value_data(g, v) || !has_channels(l, v) || l->kind[n] == SIDE_plain) continue;
            NodeId p = g->value.at[v].producer;
            uint32_t from = p == NO_NODE || l->kind[p] == SIDE_plain ? CUT_SINK : p + 2;
            double move = move_cost(l, v);
            cut_edge(c, from, n + 2, move, reads_plain(l, n, i) ? 0 : move);
        }
    }
    for (NodeId n = 0; n < g->node.n; n++) /* plain readers and outputs of what may be blocked */
        for (unsigned i = 0; i < rw_at(l->r, n)->nin && l->kind[n] == SIDE_plain; i++) {
            ValueId v = rw_in(l->r, n, i);
            NodeId p = v == NO_VALUE ? NO_NODE : g->value.at[v].producer;
            if (p != NO_NODE && l->kind[p] != SIDE_plain) cut_edge(c, p + 2, CUT_SINK, move_cost(l, v), 0);
        }
    for (uint32_t i = 0; i < g->output.n; i++) {
        NodeId p = g->value.at[g->output.at[i]].producer;
        if (p != NO_NODE && l->kind[p] != SIDE_plain) cut_edge(c, p + 2, CUT_SINK, move_cost(l, g->output.at[i]), 0);
    }
    bool *side = arena_array_of(l->r->tmp, g->node.n + 2, bool);
    bool solved = cut_solve(c, side, 2000000 + 200 * (uint64_t)c->edge.n);
    for (NodeId n = 0; n < g->node.n; n++) l->blocked[n] = l->kind[n] != SIDE_plain && (!solved || side[n + 2]);
}

/* ---- the rewrite ---- */

static ValueId twin_of(const Layouts *l, ValueId v) { return v < l->twin.n ? l->twin.at[v] : NO_VALUE; }

static void set_twin(Layouts *l, ValueId v, ValueId twin) {
    while (l->twin.n < l->r->g->value.n) vec_push(l->r->tmp, &l->twin, NO_VALUE);
    l->twin.at[v] = twin;
}

/* Reshape of v to shape s. */
static ValueId reshaped(Layouts *l, NodeId like, ValueId v, const Shape *s) {
    Attr_ShapeTo *a = rw_attr_new(l->r, OP_Reshape);
    a->shape = (Dims){(uint32_t)s->rank, arena_copy(l->r->g->arena, s->dim, sizeof s->dim)};
    return rw_node(l->r, like, OP_Reshape, 1, &v, a);
}

static bool one_pixel(const Shape *s) {
    for (int i = 2; i < s->rank; i++)
        if (s->dim[i] != 1) return false;
    return true;
}

/* v in blocks: what a blocked node made, or a reorder. */
static ValueId in_blocks(Layouts *l, NodeId n, ValueId v) {
    ValueId known = twin_of(l, v);
    if (known != NO_VALUE) return known;
    Shape s = *shape_of_value(l, v);
    ValueId made;
    if (one_pixel(&s) && s.dim[1] % l->block == 0) {
        s.dim[1] /= l->block;
        s.dim[s.rank++] = l->block;
        made = reshaped(l, n, v, &s);
    } else {
        Attr_Block *a = rw_attr_new(l->r, OP_BlockChannels);
        a->block = l->block;
        made = rw_node(l->r, n, OP_BlockChannels, 1, &v, a);
    }
    set_twin(l, v, made);
    return made;
}

/* Element-wise operand: numbers as they are, factors a channel in blocks. */
static ValueId operand_in_blocks(Layouts *l, NodeId n, ValueId v, int rank) {
    if (v == NO_VALUE) return v;
    const Shape *s = shape_of_value(l, v);
    if (shape_count(s) == 1) {
        if (s->rank == 0 || !value_data(l->r->g, v)) return v;
        Shape scalar = shape_of(0, NULL);
        return rw_const_view(l->r, v, &scalar);
    }
    if (!value_data(l->r->g, v)) return in_blocks(l, n, v);
    return const_blocked(l->r, v, l->block, 1 - (rank - s->rank));
}

/* A list attribute with one more spatial dimension, the block: `fill` for it. `sides` lists behind each other. */
static void longer(Layouts *l, Ints *list, uint32_t sides, int64_t fill) {
    int64_t to[2 * MAX_RANK];
    uint32_t n = list->n / sides, k = 0;
    for (uint32_t s = 0; s < sides; s++) {
        for (uint32_t i = 0; i < n; i++) to[k++] = list->at[s * n + i];
        to[k++] = fill;
    }
    attr_set_ints(l->r->g->arena, list, k, to);
}

static void *pool_attr(Layouts *l, NodeId n) {
    Attr_Pool *a = rw_attr_copy(l->r, n);
    longer(l, &a->kernel_shape, 1, 1);
    longer(l, &a->strides, 1, 1);
    longer(l, &a->dilations, 1, 1);
    longer(l, &a->pads, 2, 0);
    return a;
}

static void *resize_attr(Layouts *l, NodeId n) {
    Attr_Resize *a = rw_attr_copy(l->r, n);
    uint32_t rank = a->sizes.n;
    Dim *sizes = arena_array_of(l->r->g->arena, rank + 1, Dim);
    memcpy(sizes, a->sizes.at, rank * sizeof *sizes);
    sizes[1] = padded(l, a->sizes.at[1]) / l->block;
    sizes[rank] = l->block;
    a->sizes = (Dims){rank + 1, sizes};
    if (a->scales.n == rank) {
        double *scales = arena_array_of(l->r->g->arena, rank + 1, double);
        memcpy(scales, a->scales.at, rank * sizeof *scales);
        scales[rank] = 1;
        a->scales.at = scales;
        a->scales.n = rank + 1;
    }
    a->roi.n = 0;
    return a;
}

static ValueId conv_in_blocks(Layouts *l, NodeId n) {
    const Attr_Conv *old = RW_ATTR(l->r, n, Conv);
    Attr_ConvBlocked *a = rw_attr_new(l->r, OP_ConvBlocked);
    ValueId x = rw_in(l->r, n, 0);
    a->strides = old->strides;
    a->dilations = old->dilations;
    a->pads = old->pads;
    a->block = l->block;
    int64_t oc = shape_of_value(l, rw_in(l->r, n, 1))->dim[0], merged = groups_merged(l, n);
    a->group = merged ? old->group / merged : padded(l, oc);
    bool plain = reads_plain(l, n, 0) && twin_of(l, x) == NO_VALUE;
    ValueId w = const_merged(l->r, rw_in(l->r, n, 1), old->group, merged);
    ValueId in[3] = {plain ? x : in_blocks(l, n, x), const_padded(l->r, w, l->block, 0), NO_VALUE};
    ValueId b = rw_in(l->r, n, 2);
    if (b != NO_VALUE) in[2] = const_padded(l->r, b, l->block, 0);
    return rw_node(l->r, n, OP_ConvBlocked, b != NO_VALUE ? 3 : 2, in, a);
}

/* Phases want a whole number of strides: more rows and columns where there is none, which are cut off again. */
static ValueId transposed_in_blocks(Layouts *l, NodeId n) {
    const Attr_ConvTranspose *old = RW_ATTR(l->r, n, ConvTranspose);
    Attr_ConvTransposeBlocked *a = rw_attr_new(l->r, OP_ConvTransposeBlocked);
    const Shape *y = shape_of_value(l, rw_out(l->r, n));
    const Shape *w = shape_of_value(l, rw_in(l->r, n, 1));
    int64_t sizes[MAX_RANK], start[MAX_RANK] = {0}, step[MAX_RANK], count[MAX_RANK];
    bool more = false;
    for (int d = 0; d < y->rank + 1; d++) step[d] = 1;
    for (int d = 0; d < y->rank - 2; d++) {
        int64_t s = old->strides.at[d];
        sizes[d] = (y->dim[d + 2] + s - 1) / s * s;
        more |= sizes[d] != y->dim[d + 2];
        count[d + 2] = y->dim[d + 2];
    }
    a->strides = old->strides;
    attr_set_ints(l->r->g->arena, &a->kernel_shape, old->strides.n, w->dim + 2);
    attr_set_ints(l->r->g->arena, &a->pads, old->strides.n, old->pads.at);
    attr_set_ints(l->r->g->arena, &a->output_shape, old->strides.n, sizes);
    a->block = l->block;
    ValueId u = const_phases(l->r, rw_in(l->r, n, 1), &old->strides, &old->pads), b = rw_in(l->r, n, 2);
    ValueId in[3] = {in_blocks(l, n, rw_in(l->r, n, 0)), const_padded(l->r, u, l->block, 1), NO_VALUE};
    if (b != NO_VALUE) in[2] = const_padded(l->r, b, l->block, 0);
    count[0] = y->dim[0];
    count[1] = padded(l, y->dim[1]) / l->block;
    count[y->rank] = l->block;
    int rank = y->rank + 1;
    ValueId made = rw_node(l->r, n, OP_ConvTransposeBlocked, b != NO_VALUE ? 3 : 2, in, a);
    return more ? rw_node(l->r, n, OP_Slice, 1, &made, slice_attr(l->r, rank, start, step, count)) : made;
}

static ValueId node_in_blocks(Layouts *l, NodeId n) {
    Op op = rw_at(l->r, n)->op;
    if (op == OP_Conv) return conv_in_blocks(l, n);
    if (op == OP_ConvTranspose) return transposed_in_blocks(l, n);
    unsigned nin = rw_at(l->r, n)->nin;
    int rank = shape_of_value(l, rw_out(l->r, n))->rank;
    ValueId *in = arena_array_of(l->r->tmp, nin + 1, ValueId);
    for (unsigned i = 0; i < nin; i++)
        in[i] = op_info[op].cls == CLASS_elementwise ? operand_in_blocks(l, n, rw_in(l->r, n, i), rank)
                                                     : in_blocks(l, n, rw_in(l->r, n, i));
    void *attr = op_info[op].attrs == op_info[OP_MaxPool].attrs ? pool_attr(l, n)
                 : op == OP_Resize                              ? resize_attr(l, n)
                                                                : rw_attr_copy(l->r, n);
    return rw_node(l->r, n, op, (int)nin, in, attr);
}

/* n makes its value from the twin: only a name where nobody reads it, else a reorder. */
static void become_unblock(Layouts *l, NodeId n, ValueId twin) {
    Shape s = *shape_of_value(l, rw_out(l->r, n)), all = s;
    if (!one_pixel(&s)) {
        Attr_Block *a = rw_attr_new(l->r, OP_UnblockChannels);
        a->block = l->block;
        a->channels = s.dim[1];
        rw_become(l->r, n, OP_UnblockChannels, 1, &twin, a);
        return;
    }
    all.dim[1] = padded(l, s.dim[1]);
    if (all.dim[1] != s.dim[1]) { /* the first channels of the row of all */
        int64_t start[MAX_RANK] = {0}, step[MAX_RANK];
        for (int i = 0; i < s.rank; i++) step[i] = 1;
        ValueId row = reshaped(l, n, twin, &all);
        rw_become(l->r, n, OP_Slice, 1, &row, slice_attr(l->r, s.rank, start, step, s.dim));
        return;
    }
    Attr_ShapeTo *a = rw_attr_new(l->r, OP_Reshape);
    a->shape = (Dims){(uint32_t)s.rank, arena_copy(l->r->g->arena, s.dim, sizeof s.dim)};
    rw_become(l->r, n, OP_Reshape, 1, &twin, a);
}

bool pass_assign_layout(Graph *g, PassContext *c) {
    if (!c->target || target_lanes(c->target, DT_f32) < 4 || g->outer) return false;
    Rw r = rw_begin(g, c);
    uint32_t nodes = g->node.n;
    bool halves = c->target->halves && c->half_weights;
    Layouts l = {.r = &r, .block = target_lanes(c->target, halves ? DT_f16 : DT_f32)};
    l.kind = arena_array_of(r.tmp, nodes + 1, Kind);
    l.blocked = arena_array_of(r.tmp, nodes + 1, bool);
    bool any = false;
    for (NodeId n = 0; n < nodes; n++) any |= (l.kind[n] = kind_of(&l, n)) == SIDE_conv;
    if (!any) return false;
    choose(&l);
    for (NodeId n = 0; n < nodes; n++) {
        if (!l.blocked[n]) continue;
        ValueId v = rw_out(&r, n), twin = node_in_blocks(&l, n);
        set_twin(&l, v, twin);
        become_unblock(&l, n, twin);
        c->hits++;
    }
    return rw_end(&r);
}
