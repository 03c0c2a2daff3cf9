/* Steps of If and Loop, made from those of their sub-graphs: one flat list with marks where blocks begin and end. */
#ifndef TENON_PLAN_CONTROL_H
#define TENON_PLAN_CONTROL_H
#include "plan/program.h"

typedef Vec(ProgramStep) Steps;

/* The steps of one graph, whose arguments are its own inputs, outputs and arena. */
typedef struct {
    const Graph *g;
    Steps step;
    int64_t arena_bytes;
} Block;

/* A nest without stages that has a buffer for every operand and result: what the node reads and writes. */
Nest *control_nest(Arena *a, const Graph *g, NodeId n);
/* Bytes that the node needs beside its operands and results; sub has one entry a sub-graph. -1: too many. */
int64_t control_scratch(Arena *tmp, const Graph *g, NodeId n, const Block *sub);
/* Appends the steps. in and out: one argument an operand and result; scratch lies in the arena at `at`. */
void control_steps(Arena *a, const Graph *g, NodeId n, const Block *sub, const Arg *in, const Arg *out, int64_t at,
                   Steps *to);
#endif
