/* What the reference interpreter runs. */
#ifndef TENON_PASS_EXACT_PRODUCTS_H
#define TENON_PASS_EXACT_PRODUCTS_H
#include "ir/graph.h"

/* A copy of g in which products, sums and means of dequantised bytes (Conv, MatMul, Gemm, AveragePool, ReduceMean, ReduceSum behind
 * DequantizeLinear) are those of whole numbers, exact, times the scales. The standard has floats there and no order of sums, so that a result that lies between two bytes may round to
 * either; this is what onnxruntime's kernels of bytes compute, and tenon's. g itself where nothing is quantised. NULL with
 * diagnostics. */
const Graph *exact_products(Arena *a, const Graph *g, Diag *d);
#endif
