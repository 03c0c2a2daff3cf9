/* Groups of nodes that become one kernel, and the kernel's nest. */
#ifndef TENON_PLAN_KERNEL_H
#define TENON_PLAN_KERNEL_H
#include "op/op.h"

/* Sets Node.group (1, 2, ...) of every node that computes something: activations, residuals and element-wise chains go
 * into their producer's kernel, data movement into its consumer's. A group is a tree: inner values have one user each.
 * Returns the number of groups; 0 with diagnostics on failure. */
uint32_t group_nodes(Graph *g, Arena *tmp);

/* The kernel of one group: members in topological order, the last is the root. Buffers are named by the operands'
 * roles (x, w, b, y); Buffer.value tells the graph's value. only_operand: for Concat, which operands to copy (others
 * were written in place by their producers), or NULL for all. plain: as NestBuild has it. */
Nest *kernel_nest(Arena *a, const Graph *g, const NodeId *member, uint32_t n, const bool *only_operand, bool plain,
                  Diag *d);

/* Nodes that only rename memory: where out lies in (or around) in. */
typedef struct {
    ValueId inner, outer; /* inner's elements are a contiguous part of outer's */
    int64_t offset;       /* elements */
} View;
/* The views that node n would be if memory allows: Reshape (1), Slice, Split (one an output), Concat (one an operand).
 * Returns how many were written to out (at most max), 0: the node computes or moves data. */
int node_views(const Graph *g, NodeId n, View *out, int max);
#endif
