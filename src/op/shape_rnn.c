/* Shapes of RNN, GRU and LSTM. */
#include "base/size.h"
#include "op/rnn.h"
#include "op/shape.h"
#include <inttypes.h>

static bool rnn_attributes(Graph *g, NodeId n, const Attr_Rnn *at) {
    return shape_choice(g, n, "direction", at->direction, "forward|reverse|bidirectional") &&
           shape_within(g, n, "layout", at->layout, 0, 1) &&
           shape_within(g, n, "linear_before_reset", at->linear_before_reset, 0, 1) &&
           shape_within(g, n, "input_forget", at->input_forget, 0, 1) &&
           (at->clip >= 0 || SHAPE_ERROR("clip", "got %g, want 0 (none) or more", at->clip));
}

/* hidden_size, completed from r [directions, gates * hidden, hidden] when it is 0. */
static bool rnn_hidden(Graph *g, NodeId n, const Shape *r, int64_t *hidden) {
    if (r->rank != 3 || !dim_known(r->dim[2])) return SHAPE_ERROR("R", "%s: want rank 3", operand_text(g, n, 2));
    *hidden = SHAPE_ATTR(Rnn)->hidden_size;
    if (*hidden == 0) {
        Attr_Rnn *own = shape_own_attr(g, n);
        *hidden = own->hidden_size = r->dim[2];
    }
    if (*hidden < 1) return SHAPE_ERROR("hidden_size", "got %" PRId64 ", want at least 1", *hidden);
    if (*hidden != r->dim[2])
        return SHAPE_ERROR("hidden_size", "got %" PRId64 ", but %s", *hidden, operand_text(g, n, 2));
    return *hidden < (int64_t)1 << 40 || SHAPE_ERROR("hidden_size", "got %" PRId64 ", too large", *hidden);
}

SHAPE_FN(rnn) {
    Operand x, r;
    Op op = g->node.at[n].op;
    int64_t hidden = 0, gates = op == OP_LSTM ? 4 : op == OP_GRU ? 3 : 1;
    if (!rnn_attributes(g, n, SHAPE_ATTR(Rnn)) || !shape_operand(g, n, 0, &x) || !shape_operand(g, n, 2, &r) ||
        !shape_same_types(g, n, 0, 3) || !rnn_hidden(g, n, &r.shape, &hidden))
        return false;
    if (op != OP_LSTM && g->node.at[n].nout > 2)
        return SHAPE_ERROR(NULL, "got %u outputs, want at most 2", g->node.at[n].nout);
    if (x.shape.rank != 3) return SHAPE_ERROR("X", "%s: want rank 3", operand_text(g, n, 0));
    const Attr_Rnn *at = SHAPE_ATTR(Rnn);
    bool batch_first = at->layout == 1;
    int64_t dirs = strcmp(at->direction, "bidirectional") == 0 ? 2 : 1;
    Activation f[2][RNN_ACTIVATIONS];
    const char *field, *wrong = rnn_activations(at, op, (int)dirs, f, &field);
    if (wrong) return SHAPE_ERROR(field, "%s", wrong);
    Dim seq = x.shape.dim[batch_first], batch = x.shape.dim[!batch_first];
    Shape w = {3, {dirs, gates * hidden, x.shape.dim[2]}}, rec = {3, {dirs, gates * hidden, hidden}};
    Shape bias = {2, {dirs, 2 * gates * hidden}}, lens = {1, {batch}}, peep = {2, {dirs, 3 * hidden}};
    Shape state = batch_first ? (Shape){3, {batch, dirs, hidden}} : (Shape){3, {dirs, batch, hidden}};
    if (!shape_want(g, n, 1, &w) || !shape_want(g, n, 2, &rec) || !shape_want(g, n, 3, &bias) ||
        !shape_want(g, n, 4, &lens) || !shape_want_ints(g, n, 4) || !shape_want(g, n, 5, &state) ||
        !shape_want(g, n, 6, &state) || !shape_want(g, n, 7, &peep))
        return false;
    for (unsigned i = 5; i < 8; i++) {
        ValueId v = node_in(&g->node.at[n], i);
        if (v != NO_VALUE && g->value.at[v].dtype != x.type)
            return SHAPE_ERROR(NULL, "%s: want type %s", operand_text(g, n, i), dtype_info[x.type].name);
    }
    Shape y = batch_first ? (Shape){4, {batch, seq, dirs, hidden}} : (Shape){4, {seq, dirs, batch, hidden}};
    return shape_set(g, n, 0, x.type, &y) && shape_set(g, n, 1, x.type, &state) && shape_set(g, n, 2, x.type, &state);
}

/* q [batch, steps, queries, keys], k [batch, steps, heads, keys], v [.., heads, values], state [batch, heads, keys,
 * values], g [.., heads, keys or 1], beta [batch, steps, heads or 1]. */
SHAPE_FN(linear_attention) {
    Operand q, k, v, more;
    if (!shape_operand(g, n, 0, &q) || !shape_operand(g, n, 1, &k) || !shape_operand(g, n, 2, &v) ||
        !shape_same_types(g, n, 0, 2))
        return false;
    if (!dtype_is_float(q.type)) return SHAPE_ERROR(NULL, "%s: want floating-point numbers", operand_text(g, n, 0));
    if (q.shape.rank != 4 || k.shape.rank != 4 || v.shape.rank != 4)
        return SHAPE_ERROR(NULL, "%s: want rank 4", operand_text(g, n, q.shape.rank == 4 ? k.shape.rank == 4 ? 2 : 1 : 0));
    Dim heads = k.shape.dim[2], keys = q.shape.dim[3], values = v.shape.dim[3];
    if (!dim_known(heads) || !dim_known(q.shape.dim[2]) || heads < 1 || q.shape.dim[2] % heads)
        return SHAPE_ERROR(NULL, "%s: the heads must divide those of the queries", operand_text(g, n, 1));
    Shape state = {4, {q.shape.dim[0], heads, keys, values}}, want_k = q.shape, want_v = q.shape, y = q.shape;
    want_k.dim[2] = want_v.dim[2] = heads;
    want_v.dim[3] = y.dim[3] = values;
    if (!shape_want(g, n, 1, &want_k) || !shape_want(g, n, 2, &want_v) || !shape_want(g, n, 3, &state)) return false;
    for (unsigned i = 4; i < 6; i++) {
        if (node_in(&g->node.at[n], i) == NO_VALUE) continue;
        if (!shape_operand(g, n, i, &more)) return false;
        Shape want = want_k;
        want.rank = i == 4 ? 4 : 3;
        for (int d = 2; d < want.rank && more.shape.rank == want.rank; d++)
            if (more.shape.dim[d] == 1) want.dim[d] = 1;
        if (!shape_want(g, n, i, &want)) return false;
    }
    ValueId past = node_in(&g->node.at[n], 3);
    DType kept = past == NO_VALUE ? q.type : g->value.at[past].dtype;
    return shape_set(g, n, 0, q.type, &y) && shape_set(g, n, 1, kept, &state);
}
