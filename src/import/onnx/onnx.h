/* ONNX models, and tensors stored as ONNX TensorProto files (.pb). */
#ifndef TENON_IMPORT_ONNX_ONNX_H
#define TENON_IMPORT_ONNX_ONNX_H
#include "import/import.h"

bool onnx_probe(const uint8_t *data, size_t n, const char *path);
Graph *onnx_read(Arena *a, Diag *d, const char *path, const ImportOptions *o);
/* A data set's input_0.pb: one TensorProto; *name receives its name ("" if none). NULL with a diagnostic. */
Tensor *onnx_read_tensor(Arena *a, Diag *d, const char *path, const char **name);
/* tenon convert M -o M.onnx: the graph as ONNX (IR 10, opset 21). */
bool onnx_write(const Graph *g, Diag *d, const char *path);

/* One row of operators.def: which of its operators maps to ours, in which versions, by which function. */
typedef struct OnnxNode OnnxNode; /* import/onnx/internal.h */
#endif
