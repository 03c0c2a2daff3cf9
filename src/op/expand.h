/* What expansions share. */
#ifndef TENON_OP_EXPAND_H
#define TENON_OP_EXPAND_H
#include "op/shape.h"

/* Appends a node on behalf of node n (its name and source), infers it and returns its one output; NO_VALUE with a
 * diagnostic on failure, or when one of the operands is NO_VALUE already. attr: of the operator, or NULL. */
ValueId expand_node(Graph *g, NodeId n, Op op, unsigned nin, const ValueId *in, void *attr);
static inline ValueId expand_node1(Graph *g, NodeId n, Op op, ValueId a, void *attr) {
    return expand_node(g, n, op, 1, &a, attr);
}
static inline ValueId expand_node2(Graph *g, NodeId n, Op op, ValueId a, ValueId b, void *attr) {
    ValueId in[2] = {a, b};
    return expand_node(g, n, op, 2, in, attr);
}
/* x under another shape, order, or with axes (sorted) summed or averaged away; x itself where nothing changes. */
ValueId expand_reshape(Graph *g, NodeId n, ValueId x, const Shape *to);
ValueId expand_transpose(Graph *g, NodeId n, ValueId x, const int *perm);
ValueId expand_reduce(Graph *g, NodeId n, Op op, ValueId x, uint32_t count, const int64_t *axes, bool keep);
/* A constant of x's type, rank 0. */
ValueId expand_number(Graph *g, ValueId x, const char *hint, double number);
/* Lets `result` take the place of node n's output, under the output's name and id, and deletes n. */
bool expand_finish(Graph *g, NodeId n, ValueId result);
#endif
