/* Depthwise convolutions of bytes row by row. */
#ifndef TENON_PASS_BY_WINDOWS_H
#define TENON_PASS_BY_WINDOWS_H
#include "ir/graph.h"

/* ConvPlanes, which takes channel by channel and so needs all of its operand, becomes ConvWindows, which takes row by row and can
 * take turns with its neighbours; slower, as it reads each byte once for each window. which: one a node, NULL: all. */
void by_windows(Graph *g, const bool *which);
#endif
