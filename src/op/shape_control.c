/* Types of If and Loop: what their sub-graphs say. */
#include "op/shape.h"

static bool same_type(const Graph *a, ValueId x, const Graph *b, ValueId y) {
    return a->value.at[x].dtype == b->value.at[y].dtype && shape_equal(value_shape(a, x), value_shape(b, y));
}

static bool is_scalar(const Graph *g, ValueId v, DType t) {
    return g->value.at[v].dtype == t && value_shape(g, v)->rank == 0;
}

/* Operand `in` fits input `at` of the sub-graph. */
static bool fits(Graph *g, NodeId n, unsigned in, const Graph *sub, uint32_t at) {
    ValueId v = node_in(&g->node.at[n], in);
    if (v == NO_VALUE) return SHAPE_ERROR(NULL, "operand %u is missing", in);
    return same_type(g, v, sub, sub->input.at[at]) ||
           SHAPE_ERROR(NULL, "%s: the sub-graph takes %s %s", operand_text(g, n, in),
                       dtype_info[sub->value.at[sub->input.at[at]].dtype].name,
                       shape_text(g, value_shape(sub, sub->input.at[at])));
}

SHAPE_FN(if) {
    const Node *node = &g->node.at[n];
    if (node->nsub != 2) return SHAPE_ERROR(NULL, "got %u sub-graphs, want 2", node->nsub);
    if (node->in[0] == NO_VALUE || !is_scalar(g, node->in[0], DT_bool))
        return SHAPE_ERROR("cond", "%s: want bool[]", operand_text(g, n, 0));
    const Graph *a = node->sub[0], *b = node->sub[1];
    for (int s = 0; s < 2; s++) {
        const Graph *sub = node->sub[s];
        if (sub->input.n + 1u != node->nin || sub->output.n != node->nout)
            return SHAPE_ERROR(NULL, "the sub-graphs have other numbers of inputs and outputs than the node");
        for (unsigned i = 0; i < sub->input.n; i++)
            if (!fits(g, n, i + 1, sub, i)) return false;
    }
    for (unsigned i = 0; i < node->nout; i++) {
        ValueId x = a->output.at[i], y = b->output.at[i];
        if (!same_type(a, x, b, y))
            return SHAPE_ERROR(NULL, "output %u is either %s%s or %s%s, but must have one type", i,
                               dtype_info[a->value.at[x].dtype].name, shape_text(g, value_shape(a, x)),
                               dtype_info[b->value.at[y].dtype].name, shape_text(g, value_shape(b, y)));
        if (!shape_set(g, n, i, a->value.at[x].dtype, value_shape(a, x))) return false;
    }
    return true;
}

static bool loop_counts(Graph *g, NodeId n, int64_t carried, int64_t trips) {
    const Node *node = &g->node.at[n];
    if (node->nsub != 1) return SHAPE_ERROR(NULL, "got %u sub-graphs, want 1", node->nsub);
    const Graph *sub = node->sub[0];
    if (carried < 0 || carried > node->nout || carried + 2 > node->nin)
        return SHAPE_ERROR("carried", "got %lld for %u operands and %u results", (long long)carried, node->nin, node->nout);
    if (sub->input.n != node->nin || sub->output.n != node->nout + 1u)
        return SHAPE_ERROR(NULL, "the sub-graph has other numbers of inputs and outputs than the node");
    if (trips < -1 || (trips < 0 && carried < node->nout))
        return SHAPE_ERROR("trips", "the number of turns, which is the size of a result, is not known");
    return true;
}

SHAPE_FN(loop) {
    const Node *node = &g->node.at[n];
    int64_t carried = SHAPE_ATTR(Loop)->carried, trips = SHAPE_ATTR(Loop)->trips;
    if (!loop_counts(g, n, carried, trips)) return false;
    const Graph *sub = node->sub[0];
    if (node->in[0] != NO_VALUE && !is_scalar(g, node->in[0], DT_i64))
        return SHAPE_ERROR("M", "%s: want i64[]", operand_text(g, n, 0));
    if (!is_scalar(sub, sub->input.at[0], DT_i64) || !is_scalar(sub, sub->input.at[1], DT_bool) ||
        !is_scalar(sub, sub->output.at[0], DT_bool))
        return SHAPE_ERROR("cond", "the sub-graph takes i64[] and bool[] and gives bool[] first");
    for (unsigned i = 1; i < node->nin; i++)
        if (!fits(g, n, i, sub, i)) return false;
    for (unsigned i = 0; i < node->nout; i++) {
        ValueId out = sub->output.at[1 + i];
        Shape s = *value_shape(sub, out);
        DType t = sub->value.at[out].dtype;
        if (i < carried && !same_type(sub, out, sub, sub->input.at[2 + i]))
            return SHAPE_ERROR(NULL, "carried value %u is %s%s at first and %s%s later, but must keep its type", i,
                               dtype_info[sub->value.at[sub->input.at[2 + i]].dtype].name,
                               shape_text(g, value_shape(sub, sub->input.at[2 + i])), dtype_info[t].name,
                               shape_text(g, &s));
        if (i >= carried) {
            if (s.rank < 0 || s.rank == MAX_RANK) return SHAPE_ERROR(NULL, "output %u has too many dimensions", i);
            memmove(s.dim + 1, s.dim, (size_t)s.rank * sizeof *s.dim);
            s.dim[0] = trips;
            s.rank++;
        }
        if (!shape_set(g, n, i, t, &s)) return false;
    }
    return true;
}
