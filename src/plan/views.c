/* Nodes that only rename memory. */
#include "plan/kernel.h"

/* Row-major: do dims `part` starting at `start` inside `whole` lie in one run? Then *offset is where, in elements. */
static bool contiguous_part(const Shape *whole, const Shape *part, const int64_t *start, int64_t *offset) {
    int64_t stride = 1, at = 0;
    bool open = true; /* all dims so far are whole */
    for (int i = whole->rank - 1; i >= 0; i--) {
        if (!open && part->dim[i] != 1) return false;
        if (part->dim[i] != whole->dim[i]) open = false;
        at += start[i] * stride;
        stride *= whole->dim[i];
    }
    *offset = at;
    return true;
}

static int slice_view(const Graph *g, const Node *n, View *out) {
    const Attr_Slice *a = n->attr;
    const Shape *x = value_shape(g, n->in[0]), *y = value_shape(g, n->out[0]);
    int64_t start[MAX_RANK];
    for (int i = 0; i < x->rank; i++) {
        if (a->steps.at[i] != 1 && y->dim[i] > 1) return 0;
        start[i] = a->starts.at[i];
    }
    out->inner = n->out[0];
    out->outer = n->in[0];
    return contiguous_part(x, y, start, &out->offset);
}

int node_views(const Graph *g, NodeId id, View *out, int max) {
    const Node *n = &g->node.at[id];
    if (max < 1) return 0;
    for (unsigned i = 0; i < n->nin; i++)
        if (n->in[i] != NO_VALUE && shape_count(value_shape(g, n->in[i])) <= 0) return 0;
    if (n->op == OP_Reshape) {
        out[0] = (View){n->out[0], n->in[0], 0};
        return 1;
    }
    if (n->op == OP_Slice) return slice_view(g, n, out);
    if (n->op != OP_Split && n->op != OP_Concat) return 0;
    int64_t axis = n->op == OP_Split ? ((const Attr_Split *)n->attr)->axis : ((const Attr_Axis *)n->attr)->axis;
    ValueId whole = n->op == OP_Split ? n->in[0] : n->out[0];
    unsigned parts = n->op == OP_Split ? n->nout : n->nin;
    int64_t start[MAX_RANK] = {0};
    int count = 0;
    for (unsigned i = 0; i < parts; i++) {
        ValueId part = n->op == OP_Split ? n->out[i] : n->in[i];
        if (part == NO_VALUE) return 0;
        View v = {part, whole, 0};
        if (count == max || shape_count(value_shape(g, part)) <= 0 ||
            !contiguous_part(value_shape(g, whole), value_shape(g, part), start, &v.offset))
            return 0;
        out[count++] = v;
        start[axis] += value_shape(g, part)->dim[axis];
    }
    return count;
}
