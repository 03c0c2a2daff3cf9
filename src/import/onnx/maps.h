/* The mapping functions that operators.def names: each makes the nodes for one ONNX node. */
#ifndef TENON_IMPORT_ONNX_MAPS_H
#define TENON_IMPORT_ONNX_MAPS_H
#include "import/onnx/internal.h"

#define ROW(domain, name, since, op, map) bool map_##map(OnnxNode *n);
#include "import/onnx/operators.def"
#undef ROW
#endif
